import BBCUNetworks
import TensorBytes

/// The 1-bit path: signs packed 64 to a word, XNOR and popcount, integer sums times alpha, then the float epilogue.
///
/// Integer sums are exact and the rest is a fixed sequence of float32 operations, so that its results too are the
/// same bits on every machine.
public struct BinarizedPath: ExecutionPath {
    public let network: BBCUNetwork
    public let kernels: Kernels
    private let filters: [FloatFilter<Float>?]
    private let units: [BinarizedUnit?]

    /// Packs a model.
    public init(_ model: BBCUModel, kernels: Kernels) {
        network = model.network
        self.kernels = kernels
        filters = model.network.layers.map { model.filter($0, as: Float.self) }
        units = model.network.layers.map { layer in
            layer.operation.unit.map { BinarizedUnit(UnitParameters($0, prefix: layer.prefix, model: model)) }
        }
    }

    public func filter(ofLayer index: Int) -> FloatFilter<Float>? { filters[index] }

    public func shift(ofUnitAt index: Int) -> [Float] { units[index]?.values.shift ?? [] }

    public func runUnit(
        atLayer index: Int, input: FeatureMap<Float>, scaledInput: FeatureMap<Float>, bounded: Bool
    ) throws(ExecutionError) -> UnitResult<Float> {
        let unit = try unit(atLayer: index)
        let planes = SignPlanes(input, shift: unit.values.shift, unit: unit.values.unit)
        let convolved = unit.convolve(planes, height: input.height, width: input.width, kernels: kernels)
        let branch = unit.values.branch(convolved, kernels)
        return UnitResult(
            signs: planes.numbers(
                channels: input.channels, height: input.height, width: input.width,
                margin: unit.values.unit.kernel / 2, top: unit.values.unit.kernel / 2),
            convolved: convolved, branch: branch,
            output: unit.values.output(branch, input: input, scaledInput: scaledInput))
    }

    private func unit(atLayer index: Int) throws(ExecutionError) -> BinarizedUnit {
        guard let unit = units[index] else { throw .notAUnit(layer: index) }
        return unit
    }

    /// The exact integer sums of a unit's 1-bit convolution, for a given input; channels innermost.
    package func sums(atLayer index: Int, input: FeatureMap<Float>) -> [Int32] {
        guard let unit = units[index] else { return [] }
        let planes = SignPlanes(input, shift: unit.values.shift, unit: unit.values.unit)
        return unit.sums(planes, height: input.height, width: input.width, kernels: kernels)
    }
}

// MARK: A unit's tiles

extension BinarizedPath {
    /// The signs that a unit takes of rows of its input.
    package func planes(ofUnitAt index: Int, rows: FeatureMap<Float>) throws(ExecutionError) -> SignPlanes {
        let unit = try unit(atLayer: index)
        return SignPlanes(rows: rows, shift: unit.values.shift, unit: unit.values.unit)
    }

    /// The signs of such rows as numbers.
    package func numbers(_ planes: SignPlanes, ofUnitAt index: Int, rows: FeatureMap<Float>) throws(ExecutionError)
        -> FeatureMap<Float>
    {
        planes.numbers(
            channels: rows.channels, height: rows.height, width: rows.width,
            margin: try unit(atLayer: index).values.unit.kernel / 2, top: 0)
    }

    /// The signs of all rows of a unit's input, in order.
    package func join(_ parts: [SignPlanes], ofUnitAt index: Int, width: Int) throws(ExecutionError) -> SignPlanes {
        let unit = try unit(atLayer: index)
        return SignPlanes(joining: parts, width: width, channels: unit.filter.inputs, unit: unit.values.unit)
    }

    /// The scaled 1-bit convolution of a part and the unit's output.
    ///
    /// - Parameters:
    ///   - planes: the signs of the whole input.
    ///   - width: the input's.
    ///   - shortcut: what is added to the branch.
    package func run(
        unitAt index: Int, planes: SignPlanes, width: Int, tile: PixelRectangle, shortcut: FeatureMap<Float>
    ) throws(ExecutionError) -> (convolved: FeatureMap<Float>, output: FeatureMap<Float>) {
        let unit = try unit(atLayer: index)
        let margin = unit.values.unit.kernel / 2
        let window = planes.window(tile, margin: margin, rowPixels: width + 2 * margin)
        let convolved = unit.convolve(window, height: tile.height, width: tile.width, kernels: kernels.alone)
        return (convolved, unit.values.output(unit.values.branch(convolved, kernels), shortcut: shortcut))
    }
}

/// A unit prepared for the 1-bit path.
struct BinarizedUnit: Sendable {
    let values: UnitValues<Float>
    let filter: BinaryFilter

    init(_ parameters: UnitParameters) {
        values = UnitValues(parameters)
        filter = BinaryFilter(parameters)
    }

    func sums(_ planes: SignPlanes, height: Int, width: Int, kernels: Kernels) -> [Int32] {
        let shape = ConvolutionShape(
            height: height, width: width, inputs: filter.inputs, outputs: filter.outputs, kernel: filter.kernel)
        return kernels.convolve(shape, planes, filter)
    }

    /// alpha S, plus the bias where there is one.
    func convolve(_ planes: SignPlanes, height: Int, width: Int, kernels: Kernels) -> FeatureMap<Float> {
        let sums = sums(planes, height: height, width: width, kernels: kernels)
        let map = FeatureMap<Float>(
            height: height, width: width, channels: filter.outputs, filled: sums.map(Float.init))
        return Scaling.scale(map, alpha: values.alpha, bias: values.bias)
    }
}
