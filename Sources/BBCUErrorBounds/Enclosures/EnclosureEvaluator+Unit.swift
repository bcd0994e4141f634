import BBCUExecution
import BBCUNetworks
import TensorBytes

extension EnclosureEvaluator {
    /// Runs a unit, right or with something done differently.
    package func run(
        _ unit: BinaryUnit, _ prefix: String, _ input: Enclosure, _ scaledInput: Enclosure?,
        _ injectedFault: InjectedFault,
        _ inside: (UnitSums) -> Void
    ) -> Enclosure? {
        let prepared = prepared(unit, prefix)
        let sums = sums(prepared, input, injectedFault)
        inside(sums)
        return output(prepared, sums, input, scaledInput, injectedFault)
    }

    /// What a unit's runs have in common.
    /// - Parameter forSums: whether nothing but integer sums is made with it.
    package func prepared(_ unit: BinaryUnit, _ prefix: String, forSums: Bool = false) -> PreparedUnit {
        let hasResidue = !forSums && !sumsAreIntegers && formats == nil
        return prepared[prefix] ?? PreparedUnit(unit, prefix, model, hasResidue: hasResidue)
    }

    /// What a unit makes of its sums.
    package func output(
        _ prepared: PreparedUnit, _ sums: UnitSums, _ input: Enclosure, _ scaledInput: Enclosure?,
        _ injectedFault: InjectedFault
    ) -> Enclosure? {
        let parameters = prepared.parameters
        let unit = parameters.unit
        let isShuffled = unit.shuffleFactor > 1
        guard let shortcut = shortcut(parameters, input, scaledInput, injectedFault.shortcut),
            shortcut.map.values.count == sums.sums.values.count
        else { return nil }
        let values = stored(parameters)
        let alphaLoss = storedAlphaLoss(parameters, values.alpha)
        let branch = kernels.enclosure(like: sums.sums, channels: unit.outputs) { pixels in
            let scaled = scale(sums, pixels, prepared, values, alphaLoss)
            let branch = stored(
                activate(scaled, values, appliesSlopeToPositives: injectedFault.appliesSlopeToPositives), .branch)
            guard !isShuffled, injectedFault.shortcut != .missing else { return branch }
            return rounded(sum: add(branch, shortcut, at: pixels.lowerBound * unit.outputs))
        }
        guard isShuffled else { return branch }
        let shuffled = branch.moved { unit.shuffled($0) }
        return injectedFault.shortcut == .missing ? shuffled : rounded(sum: add(shuffled, shortcut))
    }

    /// Adding the shortcut before the second bias rounds a sum that is larger by that bias at most.
    private func rounded(sum: Enclosure) -> Enclosure { sumsAreIntegers ? sum.rounded(arithmetic) : sum }

    /// Signs and the sums of their products with the weights' signs.
    package func sums(_ prepared: PreparedUnit, _ input: Enclosure, _ injectedFault: InjectedFault) -> UnitSums {
        let parameters = prepared.parameters
        let signs = SignEstimate(
            input, stored(.shift, parameters.shift).map { Float($0) }, parameters.unit, arithmetic,
            shiftsAfterSign: injectedFault.shiftsAfterSign,
            doubts: doubts, kernels: kernels)
        var uncertain = signs.uncertainty.map {
            convolved($0, prepared.magnitudes, parameters, injectedFault, border: { _ in 0 }).values
        }
        let made = self.sums(prepared, signs: signs.values, injectedFault)
        if let bits = wrappingBits(injectedFault) {
            let size = Float(1 << bits)
            // A sum that nobody is sure of may wrap or not, if it is near the end.
            uncertain = uncertain.map { radius in
                zip(radius, made.values).map { radius, sum in
                    radius > 0 && (sum - radius < -size / 2 || sum + radius >= size / 2) ? size : radius
                }
            }
        }
        return UnitSums(
            signs: signs.values, signRadius: signs.uncertainty,
            sums: made, radius: uncertain,
            taps: UnitSums.taps(
                of: parameters.unit, height: input.map.height, width: input.map.width,
                hasBorder: hasBorder(parameters.unit, injectedFault)))
    }

    /// The bits in which sums wrap round; nil where they do not.
    private func wrappingBits(_ injectedFault: InjectedFault) -> Int? {
        if case .wraps(let bits) = injectedFault.sums { return bits }
        return formats?.accumulator.flatMap { $0.wraps ? $0.bits : nil }
    }

    /// Whether the unit at a layer adds what lies beyond the image's border.
    package func hasBorder(atLayer index: Int) -> Bool {
        network.layers[index].operation.unit.map { hasBorder($0, injectedFaults[index] ?? InjectedFault()) } ?? false
    }

    /// Whether a unit adds what lies beyond the image's border.
    private func hasBorder(_ unit: BinaryUnit, _ injectedFault: InjectedFault) -> Bool {
        unit.padding != .zero || injectedFault.padsWithEdge || injectedFault.padsBeforeShift
    }

    /// What the unit at a layer makes of sums that are known, such as dumped ones, as it is stored; nil for another layer.
    /// - Parameter radius: how far each may be; nil where all are certain.
    package func run(
        _ index: Int, sums: FeatureMap<Double>, radius: [Double]? = nil, _ input: Enclosure, _ scaledInput: Enclosure?
    ) -> Enclosure? {
        guard let unit = network.layers[index].operation.unit else { return nil }
        let prepared = prepared(unit, network.layers[index].prefix)
        let injectedFault = injectedFaults[index] ?? InjectedFault()
        let map = FeatureMap<Float>(
            height: sums.height, width: sums.width, channels: sums.channels, filled: sums.values.map(Float.init))
        let taps = UnitSums.taps(
            of: unit, height: sums.height, width: sums.width, hasBorder: hasBorder(unit, injectedFault))
        let known = UnitSums(
            signs: map, signRadius: nil, sums: map, radius: radius?.map { Float($0) }, taps: taps)
        let evaluator = formats == nil ? self : withoutNeedlessRounding(index, input)
        return evaluator.output(prepared, known, input, scaledInput, injectedFault)
            .map { stored($0, network.storedTensor(ofLayer: index)) }
    }

    /// The sums of given signs.
    package func sums(_ prepared: PreparedUnit, signs: FeatureMap<Float>, _ injectedFault: InjectedFault) -> FeatureMap<
        Float
    > {
        let parameters = prepared.parameters
        let padding = Float(parameters.unit.padding.rawValue)
        let sum = convolved(signs, prepared.signs, parameters, injectedFault, padding: padding)
        guard let fault = injectedFault.sums else { return accumulated(sum) }
        let magnitudes = signs.with(signs.values.map { abs($0) })
        let counts = convolved(magnitudes, prepared.magnitudes, parameters, injectedFault, border: { abs($0) })
        return accumulated(fault.apply(to: sum, counts: counts, unit: parameters.unit))
    }

    /// The sums as the port's accumulator holds them.
    private func accumulated(_ sums: FeatureMap<Float>) -> FeatureMap<Float> {
        guard let accumulator = formats?.accumulator else { return sums }
        // Only a wrong port's sums are not whole.
        return sums.with(sums.values.map { $0 == $0.rounded() ? Float(accumulator.store(Int($0)).value) : $0 })
    }

    /// - Parameter border: what lies beyond the border for the sign of the shift, where a port pads before the shift.
    private func convolved(
        _ map: FeatureMap<Float>, _ filter: FloatFilter<Float>, _ parameters: UnitParameters,
        _ injectedFault: InjectedFault,
        padding: Float = 0, border: (_ sign: Float) -> Float = { $0 }
    ) -> FeatureMap<Float> {
        let margin = parameters.unit.kernel / 2
        let (height, width) = (map.height + 2 * margin, map.width + 2 * margin)
        var padded: FeatureMap<Float>?
        if injectedFault.padsWithEdge {
            padded = map.gathered(height: height, width: width) {
                (min(max($0 - margin, 0), map.height - 1), min(max($1 - margin, 0), map.width - 1))
            }
        }
        if injectedFault.padsBeforeShift {
            let border = parameters.shift.map { border($0 > 0 ? 1 : $0 < 0 ? -1 : 0) }
            padded = map.gathered(height: height, width: width, border: border) { ($0 - margin, $1 - margin) }
        }
        guard let padded else { return filter.apply(to: map, padding: padding, kernels: kernels).output }
        return filter.apply(to: padded, kernels: kernels).output.cropped(
            to: PixelRectangle(rows: margin..<margin + map.height, columns: margin..<margin + map.width))
    }

    /// The sums of some pixels times alpha, with the bias.
    private func scale(
        _ sums: UnitSums, _ pixels: Range<Int>, _ prepared: PreparedUnit,
        _ unit: UnitValues<Double>, _ alphaLoss: [Double]
    ) -> Enclosure {
        let parameters = prepared.parameters
        let sum = sums.sums.values.span
        let uncertain = sums.radius ?? []
        let residue = formats == nil ? prepared.residue : []
        let inputs = parameters.unit.inputs
        let channels = parameters.unit.outputs
        var values = [Double](repeating: 0, count: pixels.count * channels)
        var radius = values
        let first = pixels.lowerBound * channels
        let (scales, losses) = (unit.alpha.span, alphaLoss.span)
        let (relative, absolute) = (arithmetic.relative, arithmetic.absolute)
        for pixel in pixels {
            let terms = Double(inputs * sums.taps[pixel])
            for channel in 0..<channels {
                let index = pixel * channels + channel
                let (value, scale) = (Double(sum[index]), scales[channel])
                let magnitude = abs(value)
                let scaled = value * scale
                var error = losses[channel] * magnitude
                if formats != nil {
                    error += relative * abs(scaled) + absolute
                } else if sumsAreIntegers {
                    error += magnitude * prepared.alphaLoss[channel] + (relative * abs(scaled) + absolute)
                } else {
                    // A port that sums alpha sign(w) in float32 rounds at every tap; one with integer sums does not.
                    error += (terms + 1) * (relative * terms * scale + absolute)
                }
                if !residue.isEmpty { error += residue[channel] }
                if !uncertain.isEmpty { error += Double(uncertain[index]) * scale }
                values[index - first] = scaled
                radius[index - first] = error
            }
        }
        let scaled = Enclosure(pixels: values, radius: radius, channels: channels)
        return biased(stored(scaled, .product), unit.bias)
    }

    /// Adds the convolution's bias, one number a channel, where there is one.
    private func biased(_ scaled: Enclosure, _ bias: [Double]) -> Enclosure {
        guard !bias.isEmpty else { return scaled }
        var (values, radius) = (scaled.map.values, scaled.radius)
        for index in values.indices {
            let channel = index % bias.count
            values[index] += bias[channel]
            radius[index] += arithmetic.rounding(abs(values[index])) + arithmetic.parameterRounding(bias[channel])
        }
        return Enclosure(scaled.map.with(values), radius: radius)
    }

    /// RPReLU.
    private func activate(_ convolved: Enclosure, _ unit: UnitValues<Double>, appliesSlopeToPositives: Bool)
        -> Enclosure
    {
        let channels = convolved.map.channels
        let (first, slope, second) = (unit.firstBias, unit.slope, unit.secondBias)
        let losses = [first, slope, second].map { $0.map(arithmetic.parameterRounding) }
        let (relative, absolute) = (arithmetic.relative, arithmetic.absolute)
        var values = convolved.map.values
        var radius = convolved.radius
        for start in stride(from: 0, to: values.count, by: channels) {
            for channel in 0..<channels {
                let index = start + channel
                let shifted = values[index] + first[channel]
                let hasSlope = appliesSlopeToPositives ? shifted > 0 : shifted <= 0
                let activated = hasSlope ? slope[channel] * shifted : shifted
                let result = activated + second[channel]
                let before = radius[index] + (relative * abs(shifted) + absolute) + losses[0][channel]
                let lossOfSlope = losses[1][channel]
                // In another order of additions either part may meet the shortcut first.
                let largest = sumsAreIntegers ? max(abs(result), abs(activated), abs(second[channel])) : abs(result)
                radius[index] =
                    max(1, abs(slope[channel]) + lossOfSlope) * before + lossOfSlope * abs(shifted)
                    + losses[2][channel]
                    + (relative * abs(activated) + absolute) + (relative * largest + absolute)
                values[index] = result
            }
        }
        return Enclosure(convolved.map.with(values), radius: radius)
    }

    private func shortcut(
        _ parameters: UnitParameters, _ input: Enclosure, _ scaledInput: Enclosure?, _ kind: InjectedFault.Shortcut?
    ) -> Enclosure? {
        let unit = parameters.unit
        var source = input
        if kind == .shifted {
            let shift = parameters.shift.map(Double.init)
            let values = input.map.values
            source = Enclosure(
                input.map.with(values.indices.map { values[$0] + shift[$0 % input.map.channels] }),
                radius: input.radius
            ).rounded(arithmetic)
        }
        switch unit.shortcut {
        case .identity: return source
        case .upsampled(let shuffle):
            switch kind {
            case nil, .missing, .shifted: return upsampled(source, shuffle.factor, .nearest)
            case let kind?: return upsampled(source, shuffle.factor, kind)
            }
        case .repeatedChannels: return source.moved { Rearranging.repeatChannels($0, outputs: unit.outputs) }
        case .scaledInput(let shuffle):
            return scaledInput.map { upsampled($0, shuffle.factor, kind ?? .bilinear(alignsCorners: false)) }
        }
    }
}

/// The signs that a unit takes, and where a port may take others.
private struct SignEstimate {
    /// -1, 0 or +1; with the shift added for a port that adds it late.
    let values: FeatureMap<Float>
    /// How far a port's sign may be: 2 where the shifted value is closer to zero than its radius; nil for none.
    let uncertainty: FeatureMap<Float>?

    init(
        _ input: Enclosure, _ shift: [Float], _ unit: BinaryUnit, _ arithmetic: Arithmetic, shiftsAfterSign: Bool,
        doubts: EnclosureEvaluator.Doubts, kernels: Kernels
    ) {
        let channels = input.map.channels
        let zero = Float(unit.signOfZero.rawValue)
        let losses = shift.map { 2 * arithmetic.parameterRounding(Double($0)) }
        let made = kernels.parts(pixels: input.map.height * input.map.width, channels: channels) { pixels in
            let start = pixels.lowerBound * channels
            var signs = [Float](repeating: 0, count: pixels.count * channels)
            var uncertain: [Float] = []
            var channel = -1
            for index in signs.indices {
                channel = channel + 1 == channels ? 0 : channel + 1
                let bias = shift[channel]
                let value = input.map.values[start + index] + (shiftsAfterSign ? 0 : Double(bias))
                signs[index] = (value > 0 ? 1 : value < 0 ? -1 : zero) + (shiftsAfterSign ? bias : 0)
                // A shift that is kept in fewer bits, or a fixed-point sum that rounds to zero, moves the threshold.
                let radius = input.radius[start + index] + losses[channel]
                guard doubts != .settled, radius > 0, abs(value) <= radius * SignMargins.slack else { continue }
                guard doubts == .covered else {
                    signs[index] = (value > 0 ? -1 : 1) + (shiftsAfterSign ? bias : 0)
                    continue
                }
                if uncertain.isEmpty { uncertain = [Float](repeating: 0, count: signs.count) }
                uncertain[index] = 2
            }
            return (signs, uncertain)
        }
        func map(_ values: [Float]) -> FeatureMap<Float> {
            FeatureMap(height: input.map.height, width: input.map.width, channels: channels, filled: values)
        }
        values = map(made.first)
        uncertainty = made.second.contains(where: { $0 > 0 }) ? map(made.second) : nil
    }
}

extension InjectedFault.Sums {
    /// What a wrong port makes of the sums.
    /// - Parameter counts: the taps that count, for every value.
    package func apply(to sums: FeatureMap<Float>, counts: FeatureMap<Float>, unit: BinaryUnit) -> FeatureMap<Float> {
        let full = Float(unit.filterSize)
        let taps = UnitSums.taps(of: unit, height: sums.height, width: sums.width, hasBorder: false)
        return sums.with(
            sums.values.indices.map { index in
                let sum = sums.values[index]
                let count = counts.values[index]
                switch self {
                case .unscaled: return (sum + count) / 2
                case .unscaledLessCount: return (sum - count) / 2
                case .unequal: return (count - sum) / 2
                case .borderUnmasked(let equal): return sum + (equal ? full - count : count - full)
                case .tail(let perTap):
                    return sum + Float(perTap * taps[index / sums.channels])
                case .wraps(let bits):
                    let size = Float(1 << bits)
                    let wrapped = sum - (sum / size).rounded(.down) * size
                    return wrapped >= size / 2 ? wrapped - size : wrapped
                case .saturates(let bits, let isSymmetric):
                    let limit = Float(1 << (bits - 1))
                    return min(max(sum, isSymmetric ? 1 - limit : -limit), limit - 1)
                }
            })
    }
}
