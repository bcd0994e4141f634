import BBCUExecution
import BBCUNetworks

/// A port whose tensors have formats: values are rounded where they are stored, and bounds become whole steps, 0 where
/// the port computes exactly and every right one therefore has the same bits.
extension EnclosureEvaluator {
    /// What is stored of an estimate: the values rounded, and as far from them as what may have been rounded reaches.
    package func stored(_ enclosure: Enclosure, _ tensor: StoredTensor?) -> Enclosure {
        guard let tensor, let format = formats?.tensors[tensor] else { return enclosure }
        var (values, radius) = (enclosure.map.values, enclosure.radius)
        for index in values.indices {
            let (value, reach) = (values[index], radius[index])
            let stored = format.stored(value)
            values[index] = stored
            guard reach > 0 else { continue }
            radius[index] = max(
                abs(format.stored(value + reach) - stored), abs(stored - format.stored(value - reach)))
        }
        return Enclosure(enclosure.map.with(values), radius: radius)
    }

    /// What the port keeps of a parameter.
    package func stored(_ tensor: StoredTensor, _ values: [Float]) -> [Double] {
        formats?.stored(tensor, values) ?? values.map(Double.init)
    }

    /// A unit's parameters as the port keeps them.
    package func stored(_ parameters: UnitParameters) -> UnitValues<Double> {
        formats.map { FormattedUnit(parameters, $0).values } ?? UnitValues(parameters)
    }

    /// How far another right port's stored alpha may be: it is a mean of float32 numbers, whose last bit depends on the
    /// order of summation.
    func storedAlphaLoss(_ parameters: UnitParameters, _ values: [Double]) -> [Double] {
        guard let formats else { return [Double](repeating: 0, count: values.count) }
        let terms = Double(parameters.unit.inputs + 2 * parameters.unit.kernel)
        return zip(parameters.alpha, values).map { alpha, value in
            let reach = terms * Arithmetic.float32.relative * alpha
            return max(
                abs(formats.stored(.alpha, alpha + reach) - value), abs(formats.stored(.alpha, alpha - reach) - value))
        }
    }

    /// The same interpreter, without rounding between what is stored where the port needs none: all that the layer reads
    /// is fixed point, and sums and products of it fit float64.
    package func withoutNeedlessRounding(_ index: Int, _ input: Enclosure) -> EnclosureEvaluator {
        guard let bits = exactFractionBits(index), let largest = largestMagnitude(index, input) else { return self }
        var result = self
        if largest * Double(sign: .plus, exponent: bits, significand: 1) < 0x1p53 { result.arithmetic = .exact }
        return result
    }

    /// Fraction bits of a tensor; nil where it is not fixed point.
    private func fraction(_ tensor: StoredTensor) -> Int? { formats?.tensors[tensor]?.fractionBits }

    /// Fraction bits of what a layer reads; nil where that is not fixed point.
    private func inputFraction(_ index: Int) -> Int? {
        for previous in network.layers[..<index].indices.reversed() {
            if let tensor = network.storedTensor(ofLayer: previous) { return fraction(tensor) }
        }
        return nil
    }

    /// The most fraction bits of anything that a layer computes before it is stored; nil where it has to round.
    private func exactFractionBits(_ index: Int) -> Int? {
        let layer = network.layers[index]
        guard let input = inputFraction(index) else { return nil }
        switch layer.operation {
        case .pixelShuffle, .activation(.relu): return input
        case .scaleByK, .divideByK: return nil
        case .activation(.leakyReLU): return fraction(.slope).map { input + $0 }
        case .subtractFromScaledInput: return fraction(.scaledInput).map { max(input, $0) }
        case .addScaledInput(let upscale):
            // Shares are multiples of 1 / (2 r), in both directions.
            guard upscale.nonzeroBitCount == 1 else { return nil }
            return fraction(.scaledInput).map { max(input, $0 + 2 * (upscale.trailingZeroBitCount + 1)) }
        case .convolution(let convolution):
            guard let weight = fraction(.weight) else { return nil }
            guard convolution.bias else { return input + weight }
            return fraction(.bias).map { max($0, input + weight) }
        case .unit(let unit):
            guard let alpha = fraction(.alpha), let bias = fraction(.bias), let slope = fraction(.slope) else {
                return nil
            }
            if case .scaledInput = unit.shortcut { return nil }
            let product = fraction(.product) ?? alpha
            let activated = max(product, bias) + slope
            return max(alpha, max(activated, max(fraction(.branch) ?? activated, input)))
        }
    }

    /// A bound on every magnitude that a layer computes.
    private func largestMagnitude(_ index: Int, _ input: Enclosure) -> Double? {
        let layer = network.layers[index]
        func largest(_ values: some Sequence<Double>) -> Double { values.reduce(0) { max($0, abs($1)) } }
        let read = largest(input.map.values) + largest(input.radius)
        switch layer.operation {
        case .convolution(let convolution):
            let weights = stored(.weight, model.values(layer.prefix, "weight"))
            let terms = Double(convolution.filterSize)
            return read * largest(weights) * terms + largest(stored(.bias, model.values(layer.prefix, "bias")))
        case .unit(let unit):
            let kept = stored(UnitParameters(unit, prefix: layer.prefix, model: model))
            let terms = Double(unit.filterSize)
            let biases = largest(kept.bias) + largest(kept.firstBias)
            let activated = (terms * largest(kept.alpha) + biases) * max(1, largest(kept.slope))
            return activated + largest(kept.secondBias) + read
        // The skip is a mean of the scaled input, which the layer's own input does not bound.
        case .addScaledInput, .subtractFromScaledInput:
            return read + (formats?.tensors[.scaledInput]?.arithmetic.largest ?? .infinity)
        default: return read
        }
    }
}
