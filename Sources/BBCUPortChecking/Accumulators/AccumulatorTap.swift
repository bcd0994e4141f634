import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// A dumped array that was found to be a unit's integer sums.
package struct AccumulatorTap: Sendable {
    /// The unit's layer.
    package var layer: Int
    /// The unit's prefix.
    package var prefix: String
    /// The dump's numbers, as many channels as the unit has outputs.
    package var sums: FeatureMap<Double>
    /// The file's element type.
    package var storage: DType
    package var layout: FeatureLayout
    /// The same array read in the other layout, where that fits as well.
    private var other: FeatureMap<Double>?
    /// What was done to read it, in words.
    package var notes: [PortNote]

    /// The name of a unit's sums: PyTorch's name of the convolution.
    package var name: String { Self.name(prefix) }

    package static func name(_ prefix: String) -> String { "\(prefix).binary_conv" }

    /// Whether the array is a unit's sums, by its name.
    package static func layer(of array: String, in network: BBCUNetwork) -> Int? {
        network.unitIndices.first { index in
            let prefix = network.layers[index].prefix
            // Golden data call them so.
            return array == name(prefix) || array == "\(prefix).sums"
        }
    }

    /// Reads an array as the sums of the unit at a layer.
    ///
    /// - Parameter size: the convolution's height and width, where it is known.
    /// - Returns: nil where its sizes are not the unit's.
    package init?(_ array: PortDump.Array, layer: Int, _ network: BBCUNetwork, size: (height: Int, width: Int)?) {
        guard let unit = network.layers[layer].operation.unit else { return nil }
        self.layer = layer
        prefix = network.layers[layer].prefix
        storage = array.storage
        let counts = SumCounts(unit, weights: [])
        let readings = FeatureLayout.allCases.compactMap { layout in
            Self.read(array, layout, unit, size).map { (layout: layout, sums: $0.sums, note: $0.note) }
        }
        // Where both layouts fit, the one in which fewer sums are impossible.
        let ranks = readings.map { (counts.violations($0.sums).beyondCount, $0.note == nil ? 0 : 1) }
        guard let place = ranks.indices.min(by: { ranks[$0] < ranks[$1] }) else { return nil }
        let best = readings[place]
        (layout, sums) = (best.layout, best.sums)
        other = readings.first { $0.layout != best.layout && $0.note == nil }?.sums
        notes = best.note.map { [$0] } ?? []
    }

    /// Whether either layout fits.
    package var isAmbiguous: Bool { other != nil }

    /// The array read in the other layout; nil where that does not fit.
    package var rotated: AccumulatorTap? {
        guard let other else { return nil }
        var result = self
        (result.layout, result.sums, result.other) = (layout == .nchw ? .nhwc : .nchw, other, sums)
        return result
    }

    private static func read(
        _ array: PortDump.Array, _ layout: FeatureLayout, _ unit: BinaryUnit, _ size: (height: Int, width: Int)?
    ) -> (sums: FeatureMap<Double>, note: PortNote?)? {
        guard let map = array.map(layout, channels: unit.outputs, size: size), map.channels >= unit.outputs else {
            return nil
        }
        if let size, (map.height, map.width) != size { return nil }
        guard map.channels > unit.outputs else { return (map, nil) }
        guard map.channels % 8 == 0, map.channels < unit.outputs + 64 else { return nil }
        var values: [Double] = []
        values.reserveCapacity(map.height * map.width * unit.outputs)
        for pixel in 0..<map.height * map.width {
            values += map.values[pixel * map.channels..<pixel * map.channels + unit.outputs]
        }
        return (
            FeatureMap(height: map.height, width: map.width, channels: unit.outputs, filled: values),
            .padding(array: array.name, channels: map.channels, outputs: unit.outputs)
        )
    }
}
