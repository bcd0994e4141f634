import TensorBytes

/// A network in a report: its family and its sizes, without the factor k.
public struct NetworkDescription: Codable, Hashable, Sendable {
    var family: Family
    var inputChannels: Int
    var outputChannels: Int
    var features: Int
    var blocks: Int
    var upscale: Int
    var bias: Bool

    /// Describes a network.
    public init(_ network: BBCUNetwork) {
        let sizes = network.hyperparameters
        family = network.family
        (inputChannels, outputChannels) = (sizes.inputChannels, sizes.outputChannels)
        (features, blocks, upscale, bias) = (sizes.features, sizes.blocks, sizes.upscale, sizes.bias)
    }

    /// The network with this factor k; nil where there is none of these sizes.
    package func network(amplification: Double) -> BBCUNetwork? {
        guard Amplification.isUsable(amplification) else { return nil }
        return family.network(
            Hyperparameters(
                inputChannels: inputChannels, outputChannels: outputChannels, features: features, blocks: blocks,
                upscale: upscale, bias: bias), amplification: amplification)
    }
}

extension BBCUNetwork: JSONModel {
    /// Writes the family and the sizes; k stands beside them.
    public func encode(to encoder: any Encoder) throws { try NetworkDescription(self).encode(to: encoder) }
}
