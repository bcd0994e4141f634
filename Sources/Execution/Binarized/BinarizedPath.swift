import Networks

/// The 1-bit path: signs packed 64 to a word, XNOR and popcount, integer sums times alpha, then the float epilogue.
///
/// Integer sums are exact and the rest is a fixed sequence of float32 operations, so that its results too are the
/// same bits on every machine.
public struct BinarizedPath: ExecutionPath {
    public let network: Network
    public let kernels: Kernels
    private let filters: [FloatFilter<Float>?]
    private let units: [BinarizedUnit?]

    /// Packs a model.
    public init(_ model: Model, kernels: Kernels) {
        network = model.network
        self.kernels = kernels
        filters = model.network.layers.map { model.filter($0, as: Float.self) }
        units = model.network.layers.map { layer in
            layer.operation.unit.map { BinarizedUnit(UnitParameters($0, prefix: layer.prefix, model: model)) }
        }
    }

    public func filter(ofLayer index: Int) -> FloatFilter<Float>? { filters[index] }

    public func shift(ofUnitAt index: Int) -> [Float] { units[index]?.shift ?? [] }

    public func runUnit(
        atLayer index: Int, input: FeatureMap<Float>, scaledInput: FeatureMap<Float>, bounded: Bool
    ) throws(ExecutionError) -> UnitResult<Float> {
        guard let unit = units[index] else { throw .notAUnit(layer: index) }
        let planes = SignPlanes(input, shift: unit.shift, unit: unit.epilogue.unit)
        let convolved = unit.convolve(planes, height: input.height, width: input.width, kernels: kernels)
        let branch = unit.epilogue.branch(convolved)
        return UnitResult(
            signs: planes.numbers(
                channels: input.channels, height: input.height, width: input.width,
                margin: unit.epilogue.unit.kernel / 2),
            convolved: convolved, branch: branch,
            output: unit.epilogue.output(branch, input: input, scaledInput: scaledInput))
    }

    /// The exact integer sums of a unit's 1-bit convolution, for a given input; channels innermost.
    package func sums(atLayer index: Int, input: FeatureMap<Float>) -> [Int32] {
        guard let unit = units[index] else { return [] }
        let planes = SignPlanes(input, shift: unit.shift, unit: unit.epilogue.unit)
        return unit.sums(planes, height: input.height, width: input.width, kernels: kernels)
    }
}

/// A unit prepared for the 1-bit path.
struct BinarizedUnit: Sendable {
    let shift: [Float]
    let alpha: [Float]
    let bias: [Float]
    let filter: BinaryFilter
    let epilogue: Epilogue<Float>

    init(_ parameters: UnitParameters) {
        shift = parameters.shift
        alpha = parameters.roundedAlpha
        bias = parameters.bias
        filter = BinaryFilter(parameters)
        epilogue = Epilogue(parameters)
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
        return Scaling.scale(map, alpha: alpha, bias: bias)
    }
}
