import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import BBCUWeightPacking
import TensorBytes
import TensorFiles

/// Something that a port can be asked for: a module's output, or the signs or integer sums of a unit.
public struct PortTap: Sendable, Hashable {
    /// The module's name in PyTorch; `U.signs` and `U.sums` of a unit U.
    public var name: String
    /// The layer that makes it.
    var layer: Int
    /// What it is of.
    public var kind: TapKind
    /// Whether it is within a unit.
    public var isInside: Bool { kind != .module }
    /// Its channels.
    public var channels: Int
    /// Its rows.
    public var height: Int
    /// Its columns.
    public var width: Int

    /// A tap of a network for an input of a size; the last one for a name that no tap has.
    package init(_ name: String, _ network: BBCUNetwork, height: Int, width: Int) {
        self.name = name
        let (kind, module) = TapKind.of(name)
        self.kind = kind
        layer =
            network.layers.indices.first { index in
                (kind == .module ? network.tapName(ofLayer: index) : network.layers[index].prefix) == module
            } ?? network.layers.count - 1
        let step = network.steps[layer]
        var size = step.output
        channels =
            if kind != .module, let unit = step.layer.operation.unit {
                kind == .signs ? unit.inputs : unit.outputs
            } else {
                size.channels
            }
        if kind != .module { size = step.input }
        (self.height, self.width) = (height * size.scale, width * size.scale)
    }

    /// The values of a `.npy` file: float32, (C, H, W) or (1, C, H, W); they need not be finite.
    /// - Throws: ``PortError`` where it holds something else; `CheckpointError` where it cannot be read.
    public func read(_ path: String) throws -> FeatureMap<Float> {
        let tensor = try NumPyArray.read(path)
        let expected = [channels, height, width]
        guard tensor.dtype == .float32, let values = tensor.floats() else {
            throw PortError(
                .array, found: "it wrote \(tensor.dtype.rawValue)",
                expected: "float32 (in NumPy: .astype(numpy.float32))")
        }
        guard tensor.shape == expected || tensor.shape == [1] + expected,
            let map = FeatureMap(
                channels: channels, height: height, width: width, channelMajorValues: values)
        else {
            let isChannelsLast = tensor.shape.suffix(3) == [height, width, channels]
            throw PortError(
                .array, found: "it wrote an array of shape \(TensorShape.text(tensor.shape))",
                expected: "\(TensorShape.text(expected)): channels, rows, columns",
                advice: isChannelsLast ? "its channels come last (in NumPy: numpy.moveaxis(x, -1, -3))" : nil)
        }
        return map
    }
}
