import BBCUNetworks
import TensorBytes

/// One way of running a network, a layer at a time.
public protocol ExecutionPath: Sendable {
    /// The float type of the feature maps.
    associatedtype Scalar: ReferenceScalar

    /// What is run.
    var network: BBCUNetwork { get }

    /// The kernels that run it.
    var kernels: Kernels { get }

    /// The prepared float convolution of a layer.
    func filter(ofLayer index: Int) -> FloatFilter<Scalar>?

    /// The shift of the unit at a layer, one number a channel; empty for another layer.
    func shift(ofUnitAt index: Int) -> [Scalar]

    /// Runs the unit at a layer.
    ///
    /// - Parameters:
    ///   - input: the unit's input.
    ///   - scaledInput: the network's input times k.
    ///   - bounded: whether the float convolution's partial sums are to be added up, where there is one.
    /// - Throws: ``ExecutionError/nonFinite(module:place:value:)`` where a value has no sign.
    func runUnit(
        atLayer index: Int, input: FeatureMap<Scalar>, scaledInput: FeatureMap<Scalar>, bounded: Bool
    ) throws(ExecutionError) -> UnitResult<Scalar>
}

extension ExecutionPath {
    /// Runs one layer.
    ///
    /// - Parameters:
    ///   - input: the layer's input.
    ///   - scaledInput: the network's input times k; the layer's own input for the layer that makes it.
    ///   - bounded: whether the partial sums of float convolutions are to be added up.
    /// - Throws: ``ExecutionError`` where a value is not finite.
    public func runLayer(
        _ index: Int, input: FeatureMap<Scalar>, scaledInput: FeatureMap<Scalar>, bounded: Bool = false
    ) throws(ExecutionError) -> LayerResult<Scalar> {
        let result: LayerResult<Scalar>
        if network.layers[index].operation.unit != nil {
            let unit = try runUnit(atLayer: index, input: input, scaledInput: scaledInput, bounded: bounded)
            result = LayerResult(output: unit.output, unit: unit)
        } else if let filter = filter(ofLayer: index) {
            let convolved = filter.apply(to: input, kernels: kernels, bounded: bounded)
            result = LayerResult(output: convolved.output, magnitudes: convolved.magnitudes)
        } else {
            let skip = network.skip(ofLayer: index, scaledInput)
            result = LayerResult(output: network.elementwise(index, input, skip: skip))
        }
        try checkFinite(result.output, ofLayer: index, tile: result.output.whole)
        return result
    }

    /// Runs a layer that is not a unit on a part of its input.
    ///
    /// - Parameters:
    ///   - skip: what an addition or subtraction takes at the same place.
    ///   - bounded: whether the partial sums of a convolution are to be added up.
    package func runLayer(
        _ index: Int, tile: PixelRectangle, of input: SharedMap<Scalar>, skip: FeatureMap<Scalar>, bounded: Bool
    ) -> LayerResult<Scalar> {
        guard let filter = filter(ofLayer: index) else {
            return LayerResult(output: network.elementwise(index, input.tile(tile), skip: skip))
        }
        let convolved = filter.apply(to: input, tile: tile, kernels: kernels, bounded: bounded)
        return LayerResult(output: convolved.output, magnitudes: convolved.magnitudes)
    }

    /// Runs the whole network.
    ///
    /// - Parameters:
    ///   - input: the image, in [0, 1].
    ///   - observe: is given every layer's index, input and result.
    /// - Returns: the restored image.
    /// - Throws: ``ExecutionError`` where the input does not fit or a value is not finite; what `observe` throws.
    public func run(
        _ input: FeatureMap<Scalar>,
        observe: (Int, FeatureMap<Scalar>, LayerResult<Scalar>) throws -> Void = { _, _, _ in }
    ) throws -> FeatureMap<Scalar> {
        try network.checkInput(input)
        var current = input
        var scaledInput = input
        for index in network.layers.indices {
            let result = try runLayer(index, input: current, scaledInput: scaledInput)
            if network.layers[index].operation == .scaleByK { scaledInput = result.output }
            try observe(index, current, result)
            current = result.output
        }
        return current
    }

    /// - Parameter tile: which part of the layer's output the map is.
    /// - Throws: ``ExecutionError/nonFinite(module:place:value:)`` for the first value that is not finite.
    package func checkFinite(_ map: FeatureMap<Scalar>, ofLayer index: Int, tile: PixelRectangle) throws(ExecutionError)
    {
        guard let bad = FiniteCheck.firstNonFinite(map.values) else { return }
        throw .nonFinite(
            module: network.nextTapName(fromLayer: index) ?? "output",
            place: tile.place(of: bad, channels: map.channels),
            value: Double(map.values[bad]))
    }
}

extension BBCUNetwork {
    /// Refuses an input with another number of channels.
    package func checkInput<Scalar>(_ input: FeatureMap<Scalar>) throws(ExecutionError) {
        guard input.channels == hyperparameters.inputChannels else {
            throw .channels(expected: hyperparameters.inputChannels, found: input.channels)
        }
    }
}

extension BBCUNetwork {
    /// Runs a layer that is neither a unit nor a convolution on its input or a part of it, in a fixed order and unfused.
    /// - Parameter skip: what is added at the same place, or subtracted from.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    package func elementwise<Scalar: ReferenceScalar>(
        _ index: Int, _ input: FeatureMap<Scalar>, skip: FeatureMap<Scalar>
    ) -> FeatureMap<Scalar> {
        let k = Scalar(amplification)
        switch layers[index].operation {
        case .scaleByK: return input.with(input.values.map { $0 * k })
        case .divideByK: return input.with(input.values.map { $0 / k })
        case .activation(.relu): return input.with(input.values.map { $0 > 0 ? $0 : 0 })
        case .activation(.leakyReLU(let slope)):
            let slope = Scalar(slope)
            return input.with(input.values.map { $0 > 0 ? $0 : $0 * slope })
        case .pixelShuffle(let shuffle): return Rearranging.shuffle(input, shuffle)
        case .addScaledInput: return Elementwise.add(input, skip)
        case .subtractFromScaledInput: return Elementwise.subtract(skip, input)
        case .convolution, .unit: return input
        }
    }

    /// What a layer takes of the scaled input: at the size of its own input.
    package func skip<Scalar: ReferenceScalar>(ofLayer index: Int, _ scaledInput: FeatureMap<Scalar>)
        -> FeatureMap<Scalar>
    {
        guard case .addScaledInput(let upscale) = layers[index].operation else { return scaledInput }
        return Bilinear.upsample(scaledInput, factor: upscale)
    }
}

/// Finds values that are not finite.
enum FiniteCheck {
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    static func firstNonFinite<Scalar: ReferenceScalar>(_ values: [Scalar]) -> Int? {
        // x - x is 0 for every finite x and NaN otherwise, so that sums tell whether a search is needed; several, which
        // need not wait for each other.
        var sums: (Scalar, Scalar, Scalar, Scalar) = (0, 0, 0, 0)
        let span = values.span
        let whole = span.count / 4 * 4
        for index in stride(from: 0, to: whole, by: 4) {
            sums.0 += span[index] - span[index]
            sums.1 += span[index + 1] - span[index + 1]
            sums.2 += span[index + 2] - span[index + 2]
            sums.3 += span[index + 3] - span[index + 3]
        }
        for index in whole..<span.count { sums.0 += span[index] - span[index] }
        return sums.0 + sums.1 + sums.2 + sums.3 == 0 ? nil : values.firstIndex { !$0.isFinite }
    }
}

extension ExecutionPath {
    /// The modules within a unit under PyTorch's names, in the order they run: `move0`, `binary_activation`,
    /// `binary_conv`, `relu`.
    public func insideTaps(ofUnitAt index: Int, input: FeatureMap<Scalar>, _ unit: UnitResult<Scalar>)
        -> [(String, FeatureMap<Scalar>)]
    {
        let shift = shift(ofUnitAt: index)
        let shifted = input.values.indices.map { input.values[$0] + shift[$0 % input.channels] }
        let signs = unit.signs.values.map { Scalar($0) }
        return [
            ("move0", input.with(shifted)), ("binary_activation", input.with(signs)),
            ("binary_conv", unit.convolved), ("relu", unit.branch),
        ]
    }
}
