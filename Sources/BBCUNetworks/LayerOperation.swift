/// What a layer computes.
public enum LayerOperation: Sendable, Hashable {
    /// y = k x; the result is also kept as the scaled input for the skip connections.
    case scaleByK
    /// A float convolution.
    case convolution(FloatConvolution)
    /// A BBCU unit.
    case unit(BinaryUnit)
    /// An elementwise activation.
    case activation(Activation)
    /// (C r r, H, W) to (C, r H, r W).
    case pixelShuffle(PixelShuffle)
    /// y = x + the scaled input, bilinearly upsampled (`align_corners=False`).
    case addScaledInput(upscale: Int)
    /// y = the scaled input - x.
    case subtractFromScaledInput
    /// y = x / k.
    case divideByK

    /// The BBCU unit, where the layer is one.
    public var unit: BinaryUnit? {
        if case .unit(let unit) = self { unit } else { nil }
    }

    /// The float convolution, where the layer is one.
    public var convolution: FloatConvolution? {
        if case .convolution(let convolution) = self { convolution } else { nil }
    }

    /// The sizes of the layer's weights, float or 1-bit; nil for a layer without any.
    public var weights: (any ConvolutionWeights)? { convolution as (any ConvolutionWeights)? ?? unit }
}

/// The sizes of a convolution's weights, (outputs, inputs, kernel, kernel).
public protocol ConvolutionWeights: Sendable {
    /// Channels in.
    var inputs: Int { get }
    /// Channels out.
    var outputs: Int { get }
    /// Height and width of the kernel; odd.
    var kernel: Int { get }
}

extension ConvolutionWeights {
    /// Weights of one filter, which are the products that are summed for one value.
    public var filterSize: Int { inputs * kernel * kernel }
    /// All weights.
    public var weightCount: Int { outputs * filterSize }
}

/// A float convolution with stride 1 and zero padding of half the kernel.
public struct FloatConvolution: ConvolutionWeights, Hashable {
    /// Channels in.
    public var inputs: Int
    /// Channels out.
    public var outputs: Int
    /// Height and width of the kernel; odd.
    public var kernel: Int
    /// Whether a bias is added.
    public var bias: Bool

    /// A convolution; 3x3 unless told otherwise.
    public init(inputs: Int, outputs: Int, kernel: Int = 3, bias: Bool) {
        self.inputs = inputs
        self.outputs = outputs
        self.kernel = kernel
        self.bias = bias
    }
}

/// A basic binary convolution unit: shift, sign, 1-bit convolution scaled by alpha, RPReLU, shortcut
/// (Xia et al. 2023, figure 2).
///
/// The fields with a default say how the published unit behaves; another value there makes a network that differs
/// in just that, as a wrong port does.
public struct BinaryUnit: ConvolutionWeights, Hashable {
    /// Channels in.
    public var inputs: Int
    /// Channels that the 1-bit convolution makes.
    public var outputs: Int
    /// Height and width of the kernel; odd.
    public var kernel: Int
    /// Whether the 1-bit convolution has a bias.
    public var bias: Bool
    /// What is added to the branch, and with it the kind of the unit.
    public var shortcut: Shortcut
    /// What the sign of an activation that is exactly zero counts as.
    public var signOfZero = SignOfZero.zero
    /// What a tap beyond the border contributes.
    public var padding = Padding.zero

    /// A unit as published.
    public init(inputs: Int, outputs: Int, kernel: Int = 3, bias: Bool = false, shortcut: Shortcut) {
        self.inputs = inputs
        self.outputs = outputs
        self.kernel = kernel
        self.bias = bias
        self.shortcut = shortcut
    }

    /// The paper's name of the unit: B, U, H or T.
    public var name: String {
        switch shortcut {
        case .identity: "BBCU-B"
        case .upsampled: "BBCU-U"
        case .repeatedChannels: "BBCU-H"
        case .scaledInput: "BBCU-T"
        }
    }

    /// How many times the unit's output is wider and higher than its 1-bit convolution's.
    public var shuffleFactor: Int {
        switch shortcut {
        case .upsampled(let shuffle), .scaledInput(let shuffle): shuffle.factor
        case .identity, .repeatedChannels: 1
        }
    }
}

/// The way around a unit's branch.
public enum Shortcut: Sendable, Hashable {
    /// BBCU-B: the unit's input.
    case identity
    /// BBCU-U: the branch is pixel-shuffled, the unit's input nearest-upsampled by the same factor.
    case upsampled(PixelShuffle)
    /// BBCU-H: each input channel repeated outputs / inputs times in place, then channel 0 until there are enough.
    case repeatedChannels
    /// BBCU-T: the network's scaled input, bilinearly upsampled to the branch's size; pixel-shuffled branch where
    /// the unit makes (upscale * upscale) times the image's channels.
    case scaledInput(PixelShuffle)
}

/// The sign given to an activation that is exactly zero. PyTorch's is zero.
public enum SignOfZero: Int, Sendable, Hashable {
    case zero = 0
    case plusOne = 1
    case minusOne = -1
}

/// What the taps of a 1-bit convolution see beyond the border. The published convolution pads with zeros.
public enum Padding: Int, Sendable, Hashable {
    case zero = 0
    case plusOne = 1
    case minusOne = -1
}

/// Rearranges channels into pixels by `factor` in both directions.
public struct PixelShuffle: Sendable, Hashable {
    /// How many times wider and higher the result is.
    public var factor: Int
    /// Which input channel lands where.
    public var order: Order

    /// The order of the channels before the shuffle.
    public enum Order: Sendable, Hashable {
        /// Channel c r r + i r + j lands at (c, row i, column j): PyTorch's, ONNX's CRD.
        case channelMajor
        /// Channel (i r + j) C + c lands at (c, row i, column j): ONNX's DCR, TensorFlow's.
        case pixelMajor
        /// Channel c r r + j r + i lands at (c, row i, column j): a wrong port's.
        case transposed
    }

    /// A shuffle in PyTorch's order unless told otherwise.
    public init(_ factor: Int, order: Order = .channelMajor) {
        self.factor = factor
        self.order = order
    }

    /// The input channel that lands in `channel` (of `channels`) at the given place within the r x r pixels.
    @inlinable
    public func source(channel: Int, of channels: Int, row: Int, column: Int) -> Int {
        switch order {
        case .channelMajor: (channel * factor + row) * factor + column
        case .pixelMajor: (row * factor + column) * channels + channel
        case .transposed: (channel * factor + column) * factor + row
        }
    }
}

/// An elementwise activation.
public enum Activation: Sendable, Hashable {
    case relu
    /// x for x > 0, slope x otherwise.
    case leakyReLU(slope: Double)
}
