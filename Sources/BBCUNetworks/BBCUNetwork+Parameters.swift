/// A tensor that a network's state dict must hold.
public struct Parameter: Sendable, Hashable {
    /// The state-dict key.
    public var key: String
    /// The sizes.
    public var shape: [Int]
    /// What the tensor is for.
    public var role: Role
    /// The prefix of the layer it belongs to.
    public var layer: String

    /// What a parameter does in its layer.
    public enum Role: Sendable, Hashable {
        case convolutionWeight, convolutionBias
        case shift
        /// The latent float weights of a 1-bit convolution.
        case latentWeight
        case binaryConvolutionBias
        case firstBias, slope, secondBias
    }
}

/// The keys of a BBCU unit, below its prefix (published code; see the networks' facts).
public enum UnitKey {
    /// Added to the input: (1, inputs, 1, 1).
    public static let shift = "move0.bias"
    /// The latent float weights: (outputs, inputs, kernel, kernel).
    public static let weight = "binary_conv.weight"
    /// The 1-bit convolution's bias: (outputs).
    public static let bias = "binary_conv.bias"
    /// RPReLU's first shift: (1, outputs, 1, 1).
    public static let firstBias = "relu.pr_bias0.bias"
    /// RPReLU's slope: (outputs).
    public static let slope = "relu.pr_prelu.weight"
    /// RPReLU's second shift: (1, outputs, 1, 1).
    public static let secondBias = "relu.pr_bias1.bias"
}

extension BBCUNetwork {
    /// Every tensor of the network's state dict, in the official order.
    public var parameters: [Parameter] { layers.flatMap(\.parameters) }
}

extension NetworkLayer {
    /// The tensors of this layer, in the official order.
    public var parameters: [Parameter] {
        switch operation {
        case .convolution(let convolution): convolution.parameters(prefix: prefix)
        case .unit(let unit): unit.parameters(prefix: prefix)
        default: []
        }
    }
}

extension FloatConvolution {
    fileprivate func parameters(prefix: String) -> [Parameter] {
        let weight = Parameter(
            key: "\(prefix).weight", shape: [outputs, inputs, kernel, kernel], role: .convolutionWeight,
            layer: prefix)
        guard bias else { return [weight] }
        return [
            weight, Parameter(key: "\(prefix).bias", shape: [outputs], role: .convolutionBias, layer: prefix),
        ]
    }
}

extension BinaryUnit {
    fileprivate func parameters(prefix: String) -> [Parameter] {
        func parameter(_ key: String, _ shape: [Int], _ role: Parameter.Role) -> Parameter {
            Parameter(key: "\(prefix).\(key)", shape: shape, role: role, layer: prefix)
        }
        var result = [
            parameter(UnitKey.shift, [1, inputs, 1, 1], .shift),
            parameter(UnitKey.weight, [outputs, inputs, kernel, kernel], .latentWeight),
        ]
        if bias { result.append(parameter(UnitKey.bias, [outputs], .binaryConvolutionBias)) }
        result += [
            parameter(UnitKey.firstBias, [1, outputs, 1, 1], .firstBias),
            parameter(UnitKey.slope, [outputs], .slope),
            parameter(UnitKey.secondBias, [1, outputs, 1, 1], .secondBias),
        ]
        return result
    }
}
