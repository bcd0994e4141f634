import BBCUExecution
import BBCUNetworks

extension BBCUModel {
    /// A network with random weights of natural size, the same for the same seed.
    public static func random(_ network: BBCUNetwork, seed: UInt64 = 1) throws -> BBCUModel {
        var generator = SplitMix64(seed: seed)
        var values: [String: [Float]] = [:]
        for parameter in network.parameters {
            let count = parameter.shape.reduce(1, *)
            let range: ClosedRange<Float> =
                switch parameter.role {
                case .convolutionWeight: -0.1...0.1
                case .convolutionBias: -0.5...0.5
                case .shift: -2...2
                case .latentWeight: -0.1...0.1
                case .binaryConvolutionBias: -0.2...0.2
                case .firstBias, .secondBias: -0.3...0.3
                case .slope: -0.2...0.6
                }
            values[parameter.key] = generator.floats(count, in: range)
        }
        return try BBCUModel(network: network, values: values)
    }
}

extension SplitMix64 {
    /// `count` numbers of a range.
    public mutating func floats(_ count: Int, in range: ClosedRange<Float>) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }
}
