import BBCUExecution
import BBCUNetworks

/// Runs layers in float64 and carries for each value how far a right port can be from it, whatever the order in which
/// it sums: the error bound n u sum |terms| of a sum of n products (Higham, Accuracy and Stability of Numerical
/// Algorithms, section 3.1), the residue that the published form leaves in the weights, one rounding a step, and for a sign that is
/// closer to zero than its radius, both signs.
package struct EnclosureEvaluator: Sendable {
    package var model: BBCUModel
    package var arithmetic = Arithmetic.float32
    /// The formats in which the port stores its tensors; nil for one that stores everything in its arithmetic.
    package var formats: PortFormats?
    /// What the port does differently, by layer.
    package var injectedFaults: [Int: InjectedFault] = [:]
    /// What becomes of a sign that a right port may have otherwise.
    package var doubts = Doubts.covered
    /// Whether the port's sums are exact integers that are multiplied by alpha once, alpha rounded once, and what
    /// follows is float32 with its additions in any order; else it may sum alpha sign(w) in float.
    package var sumsAreIntegers = false
    /// Units made ready beforehand, by prefix; the others are made ready each time they run.
    package var prepared: [String: PreparedUnit] = [:]
    package var kernels: Kernels

    package init(
        model: BBCUModel, arithmetic: Arithmetic = .float32, formats: PortFormats? = nil, kernels: Kernels
    ) {
        self.model = model
        self.arithmetic = arithmetic
        self.formats = formats
        self.kernels = kernels
    }

    /// What becomes of the signs that are closer to zero than their radius.
    package enum Doubts: Sendable {
        /// The bound covers both signs.
        case covered
        /// The sign is the other one: the run of a correct port with the largest error.
        case flipped
        /// The sign is taken as sure: the bound of a right port that has the same ones.
        case settled
    }

    package var network: BBCUNetwork { model.network }

    /// The same, with every doubtful sign flipped: a correct port's largest error.
    package var flippingDoubtfulSigns: EnclosureEvaluator {
        var result = self
        result.doubts = .flipped
        return result
    }

    /// Runs the layers of a range.
    ///
    /// - Parameters:
    ///   - start: the input of the first layer.
    ///   - scaledInput: the network's input times k as a port has it; nil where it is not known.
    /// - Returns: nil where a layer needs the scaled input and it is not known, or a value is not finite.
    package func run(_ layers: Range<Int>, from start: Enclosure, scaledInput: Enclosure?) -> Enclosure? {
        var current = start
        var scaled = scaledInput
        for index in layers {
            guard let next = run(index, current, scaled) else { return nil }
            current = next
            if network.layers[index].operation == .scaleByK { scaled = current }
            guard current.map.values.allSatisfy(\.isFinite) else { return nil }
        }
        return current
    }

    /// Runs one layer.
    /// - Parameter inside: is given what a unit makes before its epilogue.
    package func run(
        _ index: Int, _ input: Enclosure, _ scaledInput: Enclosure?, inside: (UnitSums) -> Void = { _ in }
    ) -> Enclosure? {
        var isSure = input.isSure
        func look(_ sums: UnitSums) {
            if sums.signRadius != nil { isSure = false }
            inside(sums)
        }
        var result: Enclosure?
        if formats == nil {
            result = compute(index, input, scaledInput, look)
        } else {
            result = withoutNeedlessRounding(index, input).compute(index, input, scaledInput, look)
                .map { stored($0, network.storedTensor(ofLayer: index)) }
        }
        result?.isSure = isSure
        return result
    }

    /// What a layer computes, before it is stored.
    private func compute(
        _ index: Int, _ input: Enclosure, _ scaledInput: Enclosure?, _ inside: (UnitSums) -> Void
    ) -> Enclosure? {
        let layer = network.layers[index]
        let injectedFault = injectedFaults[index] ?? InjectedFault()
        let result: Enclosure?
        switch layer.operation {
        case .scaleByK: result = scaled(input, by: injectedFault.factor ?? network.amplification)
        case .divideByK: result = scaled(input, by: 1 / (injectedFault.factor ?? network.amplification))
        case .convolution(let convolution): result = convolve(input, layer.prefix, convolution)
        case .unit(let unit): result = run(unit, layer.prefix, input, scaledInput, injectedFault, inside)
        case .activation(let activation): result = activate(input, activation)
        case .pixelShuffle(let shuffle): result = input.moved { Rearranging.shuffle($0, shuffle) }
        case .addScaledInput(let upscale):
            result = scaledInput.map { add(input, skip($0, upscale, injectedFault.shortcut)) }
        case .subtractFromScaledInput:
            result = subtract(input, from: scaledInput, injectedFault.shortcut)
        }
        guard let last = injectedFault.roundsOutput else { return result }
        return result?.rounded(last)
    }

    private func scaled(_ input: Enclosure, by factor: Double) -> Enclosure {
        let values = input.map.values.map { $0 * factor }
        let loss = arithmetic.parameterRounding(factor)
        let radius = input.radius.indices.map {
            input.radius[$0] * (abs(factor) + loss) + abs(input.map.values[$0]) * loss
        }
        return Enclosure(input.map.with(values), radius: radius).rounded(arithmetic)
    }

    private func activate(_ input: Enclosure, _ activation: Activation) -> Enclosure {
        let values = input.map.values
        switch activation {
        case .relu:
            // What is certainly negative becomes exactly 0.
            let radius = values.indices.map { min(input.radius[$0], max(values[$0] + input.radius[$0], 0)) }
            return Enclosure(input.map.with(values.map { max($0, 0) }), radius: radius)
        case .leakyReLU(let published):
            let slope = formats?.stored(.slope, published) ?? published
            let activated = input.map.with(values.map { $0 > 0 ? $0 : $0 * slope })
            let steepest = max(1, abs(slope))
            // The slope is no parameter of the file: a port rounds it.
            let loss = max(arithmetic.parameterRounding(slope), abs(Double(Float(slope)) - slope))
            let radius = values.indices.map { input.radius[$0] * steepest + abs(values[$0]) * loss }
            return Enclosure(activated, radius: radius).rounded(arithmetic)
        }
    }

    package func add(_ first: Enclosure, _ second: Enclosure, sign: Double = 1) -> Enclosure {
        guard first.map.values.count == second.map.values.count else { return first }
        let channels = first.map.channels
        return kernels.enclosure(like: first.map, channels: channels) { pixels in
            let places = pixels.lowerBound * channels..<pixels.upperBound * channels
            let part = Enclosure(
                pixels: Array(first.map.values[places]), radius: Array(first.radius[places]), channels: channels)
            return add(part, second, at: places.lowerBound, sign: sign)
        }
    }

    /// Adds what a map has from one of its values on to a part of another.
    package func add(_ part: Enclosure, _ whole: Enclosure, at start: Int, sign: Double = 1) -> Enclosure {
        let places = part.radius.indices
        let values = places.map { part.map.values[$0] + sign * whole.map.values[start + $0] }
        let radius = places.map { part.radius[$0] + whole.radius[start + $0] }
        return Enclosure(part.map.with(values), radius: radius).rounded(arithmetic)
    }

    private func subtract(_ noise: Enclosure, from scaledInput: Enclosure?, _ kind: InjectedFault.Shortcut?)
        -> Enclosure?
    {
        switch kind {
        case .missing: Enclosure(noise.map.with(noise.map.values.map { -$0 }), radius: noise.radius)
        case .missingAndSign: noise
        case .added: scaledInput.map { add($0, noise) }
        default: scaledInput.map { add($0, noise, sign: -1) }
        }
    }

    private func skip(_ scaledInput: Enclosure, _ upscale: Int, _ kind: InjectedFault.Shortcut?) -> Enclosure {
        if kind == .missing {
            let zeros = FeatureMap<Double>(
                zeros: scaledInput.map.channels, height: scaledInput.map.height * upscale,
                width: scaledInput.map.width * upscale)
            return Enclosure(exactly: zeros)
        }
        return upsampled(scaledInput, upscale, kind ?? .bilinear(alignsCorners: false))
    }

    /// An upsampled map: its weights are positive and sum to 1 but for the bicubic ones, which is what the factor of
    /// the roundings covers.
    package func upsampled(_ input: Enclosure, _ factor: Int, _ kind: InjectedFault.Shortcut) -> Enclosure {
        switch kind {
        case .nearest, .moved: return input.moved { Resampling.upsample($0, factor: factor, kind) }
        default: break
        }
        let map = Resampling.upsample(input.map, factor: factor, kind)
        let magnitudes = input.map.with(input.map.values.map { abs($0) })
        func largest(_ map: FeatureMap<Double>) -> [Double] {
            Self.largestNeighbour(Rearranging.upsampleNearest(map, factor: factor)).values
        }
        let neighbours = largest(magnitudes)
        let radii = largest(input.radiusMap)
        // The published source positions are rounded too: their error grows with the position.
        let position = arithmetic.relative * Double(4 * max(map.height, map.width))
        return Enclosure(
            map,
            radius: map.values.indices.map { index in
                2 * radii[index] + (16 * arithmetic.relative + position) * neighbours[index]
                    + 16 * arithmetic.absolute + 16 * arithmetic.parameterRounding(1) * neighbours[index]
            })
    }

    /// The largest value within so many pixels that all sources of an upsampling by 4 lie in reach.
    private static func largestNeighbour(_ map: FeatureMap<Double>) -> FeatureMap<Double> {
        let reach = 8
        var rows = map.values
        for row in 0..<map.height {
            for column in 0..<map.width {
                for near in max(0, column - reach)..<min(map.width, column + reach + 1) where near != column {
                    for channel in 0..<map.channels {
                        let index = map.index(channel: channel, row: row, column: column)
                        rows[index] = max(
                            rows[index], map.values[map.index(channel: channel, row: row, column: near)])
                    }
                }
            }
        }
        var result = rows
        for row in 0..<map.height {
            for near in max(0, row - reach)..<min(map.height, row + reach + 1) where near != row {
                for index in 0..<map.width * map.channels {
                    let target = row * map.width * map.channels + index
                    result[target] = max(result[target], rows[near * map.width * map.channels + index])
                }
            }
        }
        return map.with(result)
    }

    private func convolve(_ input: Enclosure, _ prefix: String, _ convolution: FloatConvolution) -> Enclosure {
        let weights = stored(.weight, model.values(prefix, "weight"))
        let bias = convolution.bias ? stored(.bias, model.values(prefix, "bias")) : []
        let terms = Double(convolution.filterSize + 1)
        let output = FloatFilter(convolution, weights: weights, bias: bias).apply(to: input.map, kernels: kernels)
            .output
        let magnitudes = input.radius.indices.map { index in
            input.radius[index] * (1 + terms * arithmetic.relative)
                + terms * arithmetic.relative * abs(input.map.values[index])
        }
        let carried = FloatFilter(convolution, weights: weights.map { abs($0) })
            .apply(to: input.map.with(magnitudes), kernels: kernels).output
        let loss = quantizedWeights(input, convolution)
        let channels = convolution.outputs
        let radius = carried.values.indices.map { index in
            let ofBias = bias.isEmpty ? 0 : terms * arithmetic.relative * abs(bias[index % channels])
            return carried.values[index] + ofBias + terms * arithmetic.absolute + loss
        }
        return Enclosure(output, radius: radius)
    }

    /// What fixed-point weights can lose: half a last place each, times the largest input.
    private func quantizedWeights(_ input: Enclosure, _ convolution: FloatConvolution) -> Double {
        let terms = Double(convolution.filterSize)
        guard case .fixedPoint = arithmetic else { return 0 }
        return terms * arithmetic.absolute * input.map.values.reduce(0) { max($0, abs($1)) }
    }
}
