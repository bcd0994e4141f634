import Execution
import Networks

extension Interpreter {
    /// Runs a unit, right or with something done differently.
    func run(
        _ unit: BinaryUnit, _ prefix: String, _ input: Estimate, _ scaledInput: Estimate?, _ deviation: Deviation
    ) -> Estimate? {
        let parameters = UnitParameters(unit, prefix: prefix, model: model)
        let convolved = convolve(parameters, prefix, input, deviation)
        let branch = bend(convolved, parameters, bendsPositives: deviation.bendsPositives)
        let shuffled = stored(branch, .branch).moved { unit.shuffled($0) }
        guard let shortcut = shortcut(parameters, input, scaledInput, deviation.shortcut) else { return nil }
        guard shortcut.map.values.count == shuffled.map.values.count else { return nil }
        return deviation.shortcut == .missing ? shuffled : add(shuffled, shortcut)
    }

    /// Signs to the scaled convolution with its bias.
    private func convolve(
        _ parameters: UnitParameters, _ prefix: String, _ input: Estimate, _ deviation: Deviation
    ) -> Estimate {
        let unit = parameters.unit
        let signs = SignEstimate(
            input, stored(.shift, parameters.shift).map { Float($0) }, parameters.unit, arithmetic,
            shiftsAfterSign: deviation.shiftsAfterSign, flips: flipsDoubtfulSigns)
        let margin = unit.kernel / 2
        let filter = FloatFilter<Float>(
            inputs: unit.inputs, outputs: unit.outputs, kernel: unit.kernel, weights: parameters.weightSigns)
        let mask = FloatFilter<Float>(
            inputs: unit.inputs, outputs: unit.outputs, kernel: unit.kernel,
            weights: parameters.weightSigns.map { abs($0) })
        func sums(_ map: FeatureMap<Float>, _ filter: FloatFilter<Float>, padding: Float = 0) -> FeatureMap<Float> {
            var padded: FeatureMap<Float>?
            if deviation.padsWithEdge { padded = map.edgePadded(by: margin) }
            if deviation.padsBeforeShift {
                padded = map.padded(by: margin, with: parameters.shift.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 })
            }
            guard let padded else { return filter.apply(to: map, padding: padding, kernels: kernels).output }
            return filter.apply(to: padded, kernels: kernels).output.cropped(by: margin)
        }
        var sum = sums(signs.values, filter, padding: Float(unit.padding.rawValue))
        if let fault = deviation.sums {
            let counts = sums(signs.values.with(signs.values.values.map { abs($0) }), mask)
            sum = fault.apply(to: sum, counts: counts, unit: unit)
        }
        let uncertain = signs.uncertainty.map { sums($0, mask).values }
        if let accumulator = formats?.accumulator {
            // Only a wrong port's sums are not whole.
            sum = sum.with(
                sum.values.map { $0 == $0.rounded() ? Float(accumulator.store(Int($0)).value) : $0 })
        }
        let scaled = scale(sum, uncertain, parameters, prefix)
        let bias = stored(.bias, parameters.bias)
        guard !bias.isEmpty else { return scaled }
        var (values, radius) = (scaled.map.values, scaled.radius)
        for index in values.indices {
            values[index] += bias[index % unit.outputs]
            radius[index] +=
                arithmetic.rounding(abs(values[index])) + arithmetic.parameterRounding(bias[index % unit.outputs])
        }
        return Estimate(scaled.map.with(values), radius: radius)
    }

    /// alpha S.
    private func scale(
        _ sum: FeatureMap<Float>, _ uncertain: [Float]?, _ parameters: UnitParameters, _ prefix: String
    ) -> Estimate {
        // A port with formats has integer sums; any other may convolve with the published form's weights.
        let isPublished = model.values(prefix, UnitKey.alpha).isEmpty && formats == nil
        let residue = isPublished ? parameters.residue(.published) : []
        let terms = Double(parameters.filterSize)
        let alpha = storedAlpha(parameters)
        let channels = parameters.unit.outputs
        var values: [Double] = []
        var radius: [Double] = []
        values.reserveCapacity(sum.values.count)
        radius.reserveCapacity(sum.values.count)
        for index in sum.values.indices {
            let channel = index % channels
            let scaled = Double(sum.values[index]) * alpha.values[channel]
            var error = alpha.radius[channel] * abs(Double(sum.values[index]))
            if formats == nil {
                // A port that sums alpha sign(w) in float32 rounds at every tap; one with integer sums does not.
                error += (terms + 1) * (arithmetic.relative * terms * alpha.values[channel] + arithmetic.absolute)
            } else {
                error += arithmetic.rounding(abs(scaled))
            }
            if !residue.isEmpty { error += residue[channel] }
            if let uncertain { error += Double(uncertain[index]) * alpha.values[channel] }
            values.append(scaled)
            radius.append(error)
        }
        let map = FeatureMap(height: sum.height, width: sum.width, channels: channels, filled: values)
        return stored(Estimate(map, radius: radius), .product)
    }

    /// RPReLU.
    private func bend(_ convolved: Estimate, _ parameters: UnitParameters, bendsPositives: Bool) -> Estimate {
        let channels = convolved.map.channels
        let first = stored(.bias, parameters.firstBias)
        let slope = stored(.slope, parameters.slope)
        let second = stored(.bias, parameters.secondBias)
        var values = convolved.map.values
        var radius = convolved.radius
        for index in values.indices {
            let channel = index % channels
            let shifted = values[index] + first[channel]
            let isBent = bendsPositives ? shifted > 0 : shifted <= 0
            let bent = isBent ? slope[channel] * shifted : shifted
            let result = bent + second[channel]
            let before =
                radius[index] + arithmetic.rounding(abs(shifted)) + arithmetic.parameterRounding(first[channel])
            let lossOfSlope = arithmetic.parameterRounding(slope[channel])
            radius[index] =
                max(1, abs(slope[channel]) + lossOfSlope) * before + lossOfSlope * abs(shifted)
                + arithmetic.parameterRounding(second[channel])
                + arithmetic.rounding(abs(bent)) + arithmetic.rounding(abs(result))
            values[index] = result
        }
        return Estimate(convolved.map.with(values), radius: radius)
    }

    private func shortcut(
        _ parameters: UnitParameters, _ input: Estimate, _ scaledInput: Estimate?, _ kind: Deviation.Shortcut?
    ) -> Estimate? {
        let unit = parameters.unit
        var source = input
        if kind == .shifted {
            let shift = parameters.shift.map(Double.init)
            let values = input.map.values
            source = Estimate(
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
        _ input: Estimate, _ shift: [Float], _ unit: BinaryUnit, _ arithmetic: Arithmetic, shiftsAfterSign: Bool,
        flips: Bool
    ) {
        let channels = input.map.channels
        let zero = Float(unit.signOfZero.rawValue)
        let losses = shift.map { 2 * arithmetic.parameterRounding(Double($0)) }
        var signs = [Float](repeating: 0, count: input.map.values.count)
        var uncertain: [Float] = []
        for index in signs.indices {
            let bias = shift[index % channels]
            let value = input.map.values[index] + (shiftsAfterSign ? 0 : Double(bias))
            signs[index] = (value > 0 ? 1 : value < 0 ? -1 : zero) + (shiftsAfterSign ? bias : 0)
            // A shift that is kept in fewer bits, or a fixed-point sum that rounds to zero, moves the threshold.
            let radius = input.radius[index] + losses[index % channels]
            guard radius > 0, abs(value) <= radius else { continue }
            guard !flips else {
                signs[index] = (value > 0 ? -1 : 1) + (shiftsAfterSign ? bias : 0)
                continue
            }
            if uncertain.isEmpty { uncertain = [Float](repeating: 0, count: signs.count) }
            uncertain[index] = 2
        }
        func map(_ values: [Float]) -> FeatureMap<Float> {
            FeatureMap(height: input.map.height, width: input.map.width, channels: channels, filled: values)
        }
        values = map(signs)
        uncertainty = uncertain.isEmpty ? nil : map(uncertain)
    }
}

extension Deviation.Sums {
    /// What a wrong port makes of the sums.
    /// - Parameter counts: the taps that count, for every value.
    func apply(to sums: FeatureMap<Float>, counts: FeatureMap<Float>, unit: BinaryUnit) -> FeatureMap<Float> {
        let full = Float(unit.inputs * unit.kernel * unit.kernel)
        let reach = unit.kernel / 2
        return sums.with(
            sums.values.indices.map { index in
                let sum = sums.values[index]
                let count = counts.values[index]
                switch self {
                case .unscaled: return (sum + count) / 2
                case .unscaledLessCount: return (sum - count) / 2
                case .borderUnmasked(let equal): return sum + (equal ? full - count : count - full)
                case .tail(let perTap):
                    let place = sums.place(of: index)
                    let rows = min(place.row + reach, sums.height - 1) - max(place.row - reach, 0) + 1
                    let columns = min(place.column + reach, sums.width - 1) - max(place.column - reach, 0) + 1
                    return sum + Float(perTap * rows * columns)
                case .wraps(let bits):
                    let size = Float(1 << bits)
                    let wrapped = sum - (sum / size).rounded(.down) * size
                    return wrapped >= size / 2 ? wrapped - size : wrapped
                case .saturates(let bits):
                    let limit = Float(1 << (bits - 1))
                    return min(max(sum, -limit), limit - 1)
                }
            })
    }
}

extension FeatureMap where Scalar == Float {
    /// With a border that repeats the edge.
    fileprivate func edgePadded(by margin: Int) -> FeatureMap {
        var values: [Float] = []
        for row in -margin..<height + margin {
            for column in -margin..<width + margin {
                let start = index(
                    channel: 0, row: min(max(row, 0), height - 1), column: min(max(column, 0), width - 1))
                values += self.values[start..<start + channels]
            }
        }
        return FeatureMap(height: height + 2 * margin, width: width + 2 * margin, channels: channels, filled: values)
    }

    /// With a border of one value a channel.
    fileprivate func padded(by margin: Int, with border: [Float]) -> FeatureMap {
        var values: [Float] = []
        for row in -margin..<height + margin {
            for column in -margin..<width + margin {
                guard (0..<height).contains(row), (0..<width).contains(column) else {
                    values += border
                    continue
                }
                let start = index(channel: 0, row: row, column: column)
                values += self.values[start..<start + channels]
            }
        }
        return FeatureMap(height: height + 2 * margin, width: width + 2 * margin, channels: channels, filled: values)
    }

    /// Without a border.
    fileprivate func cropped(by margin: Int) -> FeatureMap {
        var values: [Float] = []
        for row in margin..<height - margin {
            let start = index(channel: 0, row: row, column: margin)
            values += self.values[start..<start + (width - 2 * margin) * channels]
        }
        return FeatureMap(height: height - 2 * margin, width: width - 2 * margin, channels: channels, filled: values)
    }
}
