import BBCUNetworks

/// The tensors of a port that have a format of their own.
public enum StoredTensor: String, Sendable, Hashable, CaseIterable {
    /// The network's input times k, which the skip reads too.
    case scaledInput = "scaled-input"
    /// Weights of the float convolutions.
    case weight
    /// What is added: biases of convolutions, and RPReLU's two.
    case bias
    /// What float convolutions, activations and the skip make, where no unit reads it next.
    case activation
    /// What units read and write.
    case residual
    /// move0's bias, which is added before the sign.
    case shift
    /// One number a filter, which multiplies its integer sums.
    case alpha
    /// alpha times the integer sum, where that is stored before the bias is added.
    case product
    /// Slopes of the PReLUs and of the leaky ReLUs.
    case slope
    /// What RPReLU makes, where that is stored before the shortcut is added.
    case branch
    /// The network's output.
    case output

    /// Whether the tensor is a parameter, in place of a feature map.
    public var isParameter: Bool {
        switch self {
        case .weight, .bias, .shift, .alpha, .slope: true
        default: false
        }
    }
}

/// The formats of a port: what is not named is float32 or better.
public struct PortFormats: Encodable, Sendable, Hashable {
    /// By tensor.
    public var tensors: [StoredTensor: NumberFormat] = [:]
    /// The integer sums of the 1-bit convolutions; nil for as many bits as they need.
    public var accumulator: AccumulatorFormat?

    /// Formats of the given tensors.
    public init(_ tensors: [StoredTensor: NumberFormat] = [:], accumulator: AccumulatorFormat? = nil) {
        self.tensors = tensors
        self.accumulator = accumulator
    }

    /// The name under which the integer sums stand among the tensors.
    public static let accumulatorName = "accumulator"

    /// A tensor's name, and its format as it is written.
    public struct Named: Codable, Sendable {
        public let tensor: String
        public let format: String
    }

    /// Every named format in the order of ``StoredTensor``, the accumulator's last.
    public var named: [Named] {
        StoredTensor.allCases.compactMap { tensor in
            tensors[tensor].map { Named(tensor: tensor.rawValue, format: $0.text) }
        } + (accumulator.map { [Named(tensor: Self.accumulatorName, format: $0.text)] } ?? [])
    }

    public func encode(to encoder: any Encoder) throws { try named.encode(to: encoder) }

    /// What is stored of a parameter.
    func stored(_ tensor: StoredTensor, _ values: [Float]) -> [Double] {
        guard let format = tensors[tensor] else { return values.map(Double.init) }
        return values.map { format.stored(Double($0)) }
    }

    /// What is stored of a number that is a parameter.
    func stored(_ tensor: StoredTensor, _ value: Double) -> Double { tensors[tensor]?.stored(value) ?? value }
}

extension BBCUNetwork {
    /// As which tensor a layer's output is stored; nil for one that only moves what is stored already.
    package func storedTensor(ofLayer index: Int) -> StoredTensor? {
        if index == layers.count - 1 { return .output }
        switch layers[index].operation {
        case .scaleByK: return .scaledInput
        case .unit: return .residual
        case .pixelShuffle: return nil
        default: return layers[index + 1].operation.unit == nil ? .activation : .residual
        }
    }
}

extension Parameter.Role {
    /// As what the parameter is stored; nil for latent weights, of which a port has the signs.
    package var storedTensor: StoredTensor? {
        switch self {
        case .convolutionWeight: .weight
        case .convolutionBias, .binaryConvolutionBias, .firstBias, .secondBias: .bias
        case .shift: .shift
        case .slope: .slope
        case .latentWeight: nil
        }
    }
}
