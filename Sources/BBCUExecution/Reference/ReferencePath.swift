import BBCUNetworks
import TensorBytes

/// The float path: float32 in published or exact-sign form, or float64 as the truth.
///
/// Its convolutions accumulate every output in one fixed order with fused multiply-add, so that its results are the
/// same bits on every machine. In float64 the signs are convolved as exact integers and alpha is multiplied in
/// float64, everything from the float32 weights.
public struct ReferencePath<Scalar: ReferenceScalar>: ExecutionPath {
    public let network: BBCUNetwork
    public let kernels: Kernels
    /// The form of the arithmetic; float64 has the exact one alone.
    public let form: ReferenceForm
    private let filters: [FloatFilter<Scalar>?]
    private let units: [ReferenceUnit<Scalar>?]

    private init(
        model: BBCUModel, kernels: Kernels, form: ReferenceForm, unit: (UnitParameters) -> ReferenceUnit<Scalar>
    ) {
        network = model.network
        self.kernels = kernels
        self.form = form
        filters = model.network.layers.map { model.filter($0, as: Scalar.self) }
        units = model.network.layers.map { layer in
            layer.operation.unit.map { unit(UnitParameters($0, prefix: layer.prefix, model: model)) }
        }
    }

    public func filter(ofLayer index: Int) -> FloatFilter<Scalar>? { filters[index] }

    public func shift(ofUnitAt index: Int) -> [Scalar] { units[index]?.values.shift ?? [] }

    public func runUnit(
        atLayer index: Int, input: FeatureMap<Scalar>, scaledInput: FeatureMap<Scalar>, bounded: Bool
    ) throws(ExecutionError) -> UnitResult<Scalar> {
        let unit = try unit(atLayer: index)
        let signs = try unit.signs(input, tile: input.whole, module: network.layers[index].prefix)
        let made = unit.filter.apply(to: signs, padding: unit.padding, kernels: kernels, bounded: bounded)
        let convolved = unit.scaled(made.output)
        let branch = unit.values.branch(convolved, kernels)
        return UnitResult(
            signs: signs, convolved: convolved, magnitudes: made.magnitudes.map { Scalar($0) }, branch: branch,
            output: unit.values.output(branch, input: input, scaledInput: scaledInput))
    }

    private func unit(atLayer index: Int) throws(ExecutionError) -> ReferenceUnit<Scalar> {
        guard let unit = units[index] else { throw .notAUnit(layer: index) }
        return unit
    }
}

// MARK: A unit's tiles

extension ReferencePath {
    /// The signs that a unit takes of a part of its input.
    /// - Throws: ``ExecutionError/squareOverflows(module:place:value:)``
    package func signs(ofUnitAt index: Int, _ input: FeatureMap<Scalar>, tile: PixelRectangle) throws(ExecutionError)
        -> FeatureMap<Float>
    {
        try unit(atLayer: index).signs(input, tile: tile, module: network.layers[index].prefix)
    }

    /// The signs that a unit's filter reads for a part of the image.
    package func window(unitAt index: Int, signs: SharedMap<Float>, tile: PixelRectangle) throws(ExecutionError)
        -> [Float]
    {
        let unit = try unit(atLayer: index)
        return signs.window(tile, margin: unit.filter.kernel / 2, padding: unit.padding)
    }

    /// What a unit's filter makes of the signs: in float64 the integer sums, in float32 the convolution itself; and
    /// where asked the sum of |partial sum| of each value.
    /// - Parameter window: what ``window(unitAt:signs:tile:)`` gave.
    package func convolve(
        unitAt index: Int, window: [Float], tile: PixelRectangle, bounded: Bool
    ) throws(ExecutionError) -> (output: FeatureMap<Float>, magnitudes: [Float]) {
        try unit(atLayer: index).filter.apply(toWindow: window, tile: tile, kernels: kernels, bounded: bounded)
    }

    /// The unit's output.
    ///
    /// - Parameters:
    ///   - sums: what the filter made.
    ///   - shortcut: what is added to the branch.
    /// - Returns: the scaled convolution as well.
    package func finish(unitAt index: Int, _ sums: FeatureMap<Float>, shortcut: FeatureMap<Scalar>)
        throws(ExecutionError) -> (convolved: FeatureMap<Scalar>, output: FeatureMap<Scalar>)
    {
        let unit = try unit(atLayer: index)
        let convolved = unit.scaled(sums)
        return (convolved, unit.values.output(unit.values.branch(convolved, kernels), shortcut: shortcut))
    }
}

extension ReferencePath where Scalar == Float {
    /// Prepares a model in float32.
    public init(_ model: BBCUModel, form: ReferenceForm = .published, kernels: Kernels) {
        self.init(model: model, kernels: kernels, form: form) { ReferenceUnit(float: $0, form: form) }
    }
}

extension ReferencePath where Scalar == Double {
    /// Prepares a model in float64, with exact signs.
    public init(_ model: BBCUModel, kernels: Kernels) {
        self.init(model: model, kernels: kernels, form: .exact) { ReferenceUnit(double: $0) }
    }
}

extension BBCUModel {
    /// The packed weights of a layer that is a float convolution.
    /// - Parameter order: the outputs that are made, in their order; nil for all in their own.
    func filter<Scalar: ReferenceScalar>(_ layer: NetworkLayer, as type: Scalar.Type, order: [Int]? = nil)
        -> FloatFilter<
            Scalar
        >?
    {
        guard let convolution = layer.operation.convolution else { return nil }
        var weights = values(layer.prefix, "weight")
        var bias = convolution.bias ? values(layer.prefix, "bias") : []
        if let order {
            let size = convolution.filterSize
            weights = order.flatMap { weights[$0 * size..<($0 + 1) * size] }
            if !bias.isEmpty { bias = order.map { bias[$0] } }
        }
        return FloatFilter(
            inputs: convolution.inputs, outputs: order?.count ?? convolution.outputs, kernel: convolution.kernel,
            weights: weights.map { Scalar($0) }, bias: bias.map { Scalar($0) })
    }
}
