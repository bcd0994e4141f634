import BBCUErrorBounds
import BBCUExecution

extension PortCheck {
    /// What the steps between a tap's values say of the formats that the port stores them in: that it has some where none
    /// were given, or others; nil where they fit.
    func noteOfSteps(_ tap: Tap) -> PortNote? {
        guard tap.pixels == nil, tap.storageRadius == nil, evaluator.arithmetic == .float32 else { return nil }
        if let formats = evaluator.formats {
            guard let tensor = network.storedTensor(ofLayer: tap.end), let format = formats.tensors[tensor],
                let bits = format.fractionBits, !tap.map.areMultiples(ofFraction: bits)
            else { return nil }
            return .otherFormat(module: tap.name, bits: bits, format: format.text, tensor: tensor.rawValue)
        }
        return (0...Thresholds.mostFractionBits).first(where: tap.map.areMultiples)
            .map { .fixedPoint(module: tap.name, bits: $0) }
    }
}

extension FeatureMap<Double> {
    /// Whether every value is a whole number of 2^-bits.
    fileprivate func areMultiples(ofFraction bits: Int) -> Bool {
        let scale = Double(sign: .plus, exponent: bits, significand: 1)
        return values.allSatisfy { ($0 * scale).rounded() == $0 * scale }
    }
}
