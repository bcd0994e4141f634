import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// Something to feed a port with: an image, or the input of one unit.
public struct PortVector: Sendable {
    /// The name, fit for a file.
    public var name: String
    /// What it is, in words.
    public var text: String
    /// The values.
    public var map: FeatureMap<Float>
    /// The margins of an image's signs; nil for the input of a unit, which is known exactly.
    public var margins: SignMargins?
    /// The layer of the unit that it is the input of; nil for an image.
    public var layer: Int?
    /// How many layers are run from there.
    public var layerCount = 1
    /// The network's scaled input, for a unit that reads it.
    public var scaledInput: FeatureMap<Float>?

    /// An image.
    public init(_ input: DistinguishingInput, name: String) {
        self.name = name
        map = input.image
        margins = input.margins
        let changes = input.changes == 0 ? "" : ", \(input.changes) of its values changed"
        text = "8-bit noise, seed \(input.seed)\(changes)"
    }

    /// An image of which nothing is known.
    package init(name: String, text: String, map: FeatureMap<Float>) {
        (self.name, self.text, self.map) = (name, text, map)
    }

    /// The input of a unit.
    package init(_ name: String, _ text: String, _ map: FeatureMap<Float>, layer: Int, scaledInput: FeatureMap<Float>?)
    {
        (self.name, self.text, self.map, self.layer, self.scaledInput) = (name, text, map, layer, scaledInput)
    }

    /// The layers of a network that are run.
    func layers(of network: BBCUNetwork) -> Range<Int> {
        layer.map { $0..<min($0 + layerCount, network.layers.count) } ?? 0..<network.layers.count
    }

    /// Whether every right port has the same signs on it.
    public var qualifies: Bool { margins?.qualifies ?? true }
}

extension EnclosureEvaluator {
    /// Inputs for one unit of each kind: with values exactly at the thresholds, which no image reaches, and with the
    /// largest and the smallest sum that a filter has.
    package func unitVectors(height: Int, width: Int) -> [PortVector] {
        var seen: Set<BinaryUnit> = []
        return network.unitIndices.flatMap { index -> [PortVector] in
            guard let unit = network.layers[index].operation.unit, seen.insert(unit).inserted else { return [] }
            return [zeros(index, unit, height, width)]
                + [1, -1].map { extremeSum(index, unit, height, width, sign: $0) }
        } + network.unitIndices.compactMap { negatives($0, height, width) }
    }

    /// Values far below zero for a unit whose activation nobody dumps, up to the next module that somebody does: images may
    /// hardly reach what the slope changes.
    private func negatives(_ index: Int, _ height: Int, _ width: Int) -> PortVector? {
        guard index + 2 < network.layers.count, let unit = network.layers[index].operation.unit,
            case .activation = network.layers[index + 1].operation,
            case .convolution = network.layers[index + 2].operation, case .identity = unit.shortcut
        else { return nil }
        var generator = SplitMix64(seed: UInt64(index) &+ 1 << 33)
        let values = (0..<height * width * unit.inputs).map { _ in -16 - Float(generator.next() % 1024 + 1) / 64 }
        var result = vector(
            index, "negative", "every value is far below zero, through the activation to the next module", values,
            height, width)
        result.layerCount = 3
        return result
    }

    /// Every third value is -b, so that x + b is exactly 0; the others are whole steps away from it.
    private func zeros(_ index: Int, _ unit: BinaryUnit, _ height: Int, _ width: Int) -> PortVector {
        let prefix = network.layers[index].prefix
        let shift = model.values(prefix, UnitKey.shift)
        var generator = SplitMix64(seed: UInt64(index))
        let values = (0..<height * width * unit.inputs).map { place in
            let bias = shift[place % unit.inputs]
            guard place % 3 != 0 else { return -bias }
            let step = Float(generator.next() % 1024 + 1) / 64
            return (generator.next() % 2 == 0 ? step : -step) - bias
        }
        return vector(index, "zeros", "every third value is exactly at its threshold", values, height, width)
    }

    /// The signs around the middle are those of one filter's weights, or the opposite.
    /// - Parameter sign: that of the sum.
    private func extremeSum(
        _ index: Int, _ unit: BinaryUnit, _ height: Int, _ width: Int, sign ofSum: Float
    ) -> PortVector {
        let prefix = network.layers[index].prefix
        let shift = model.values(prefix, UnitKey.shift)
        let weights = UnitParameters(unit, prefix: prefix, model: model).weightSigns
        let reach = unit.kernel / 2
        let (rows, columns) = (max(height, unit.kernel), max(width, unit.kernel))
        var generator = SplitMix64(seed: UInt64(index) &+ 1 << 32)
        var values: [Float] = []
        for row in 0..<rows {
            for column in 0..<columns {
                for channel in 0..<unit.inputs {
                    let (y, x) = (row - rows / 2 + reach, column - columns / 2 + reach)
                    let isInside = (0..<unit.kernel).contains(y) && (0..<unit.kernel).contains(x)
                    let sign = isInside ? ofSum * weights[(channel * unit.kernel + y) * unit.kernel + x] : 1
                    let step = Float(generator.next() % 512 + 1) / 64
                    values.append((sign < 0 ? -step : step) - shift[channel])
                }
            }
        }
        return vector(
            index, ofSum > 0 ? "largest" : "smallest",
            "the sum of the first filter is as \(ofSum > 0 ? "large" : "small") as it can be in the middle", values,
            rows, columns)
    }

    private func vector(
        _ index: Int, _ kind: String, _ text: String, _ values: [Float], _ height: Int, _ width: Int
    ) -> PortVector {
        let layer = network.layers[index]
        let map = FeatureMap<Float>(
            height: height, width: width, channels: values.count / (height * width), filled: values)
        var scaledInput: FeatureMap<Float>?
        if case .scaledInput = layer.operation.unit?.shortcut {
            let noise = FeatureMap<Float>(
                noise: network.hyperparameters.inputChannels, height: height, width: width, seed: UInt64(index))
            scaledInput = noise.with(noise.values.map { $0 * Float(network.amplification) })
        }
        return PortVector(
            "\(kind)-\(layer.prefix)", "\(layer.prefix) alone: \(text)", map, layer: index, scaledInput: scaledInput)
    }
}
