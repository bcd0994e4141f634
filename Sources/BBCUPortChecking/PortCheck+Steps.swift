import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform

extension PortCheck {
    /// What the steps between a tap's values say of the formats that the port stores them in: that it has some where none
    /// were given, or others; nil where they fit.
    func noteOfSteps(_ tap: Tap) -> String? {
        guard tap.pixels == nil, tap.storageRadius == nil, evaluator.arithmetic == .float32 else { return nil }
        if let formats = evaluator.formats {
            guard let tensor = network.storedTensor(ofLayer: tap.end), let format = formats.tensors[tensor],
                let bits = format.fractionBits, !tap.map.areMultiples(ofFraction: bits)
            else { return nil }
            return
                "the values of \(tap.name) are no multiples of 2^-\(bits), as \(format.text) of \(tensor.rawValue) stores "
                + "them: the dump is not in these formats"
        }
        guard let bits = (0...Self.mostFractionBits).first(where: tap.map.areMultiples) else { return nil }
        return
            "every value of \(tap.name) is a multiple of 2^-\(bits): a port in fixed point is judged with "
            + "\(Advice.portFormats.of("\(bits)"))"
    }

    /// With more than these, numbers of float32 may be such multiples by chance.
    private static let mostFractionBits = 12
}

extension FeatureMap<Double> {
    /// Whether every value is a whole number of 2^-bits.
    fileprivate func areMultiples(ofFraction bits: Int) -> Bool {
        let scale = Double(sign: .plus, exponent: bits, significand: 1)
        return values.allSatisfy { ($0 * scale).rounded() == $0 * scale }
    }
}
