import BBCUPlatform
import TensorBytes

/// How a tensor lies in its storage.
public struct TensorLayout: Sendable, Hashable {
    /// The element type.
    public let dtype: DType
    /// The sizes, outermost first.
    public let shape: [Int]
    /// The distances between neighbours along each axis, in elements.
    public let strides: [Int]
    /// Where the first element lies in the storage, in elements.
    public let storageOffset: Int
    /// The storage's key in the file. Tensors with the same key share their values.
    public internal(set) var storageKey: String {
        get { key.text }
        set { key = ExactName(newValue) }
    }
    private var key: ExactName
    /// Bytes of the whole storage.
    public let storageByteCount: Int
    /// Bytes of the tensor's elements, wherever they lie.
    public let byteCount: Int
    /// What PyTorch left to be done with the elements when they are read.
    public var pending: Pending = []
    /// How integers stand for real numbers, in a quantized tensor.
    public var quantization: Quantization?
    /// Whether the tensor has values; one on the meta device has none, and no storage.
    public var hasValues = true
    /// The sizes of the whole tensor, where this is the part of it that one process held.
    public var wholeShape: [Int]?

    init(
        dtype: DType, shape: [Int], strides: [Int], storageOffset: Int, storageKey: String, storageByteCount: Int,
        byteCount: Int
    ) {
        self.dtype = dtype
        self.shape = shape
        self.strides = strides
        self.storageOffset = storageOffset
        key = ExactName(storageKey)
        self.storageByteCount = storageByteCount
        self.byteCount = byteCount
    }

    /// A tensor of a type that this version does not know: all bytes of its storage.
    static func uninterpreted(
        _ type: OtherDType, shape: [Int], strides: [Int], offset: Int = 0, key: String, byteCount: Int
    ) -> TensorLayout {
        TensorLayout(
            dtype: .other(type), shape: shape, strides: strides, storageOffset: offset, storageKey: key,
            storageByteCount: byteCount, byteCount: byteCount)
    }

    /// A parameter of a lazy module that has no sizes yet.
    static var uninitialized: TensorLayout {
        var layout = TensorLayout(
            dtype: .other(.uninitialized), shape: [], strides: [], storageOffset: 0, storageKey: "",
            storageByteCount: 0, byteCount: 0)
        layout.hasValues = false
        return layout
    }

    /// Why the values are not read as numbers, or nil if they can be.
    public var whyUninterpreted: String? {
        if case .unknown(let scheme)? = quantization {
            return "the quantization scheme \(scheme) is not known to this version"
        }
        guard case .other(let type) = dtype else { return nil }
        guard hasValues || type != .uninitialized else { return "a parameter without sizes and values yet" }
        return "the dtype \(type.name) is not known to this version"
    }

    /// The number of elements.
    public var elementCount: Int { TensorShape.elementCount(shape) ?? .max }

    /// Operations that PyTorch notes on a tensor instead of applying them to its storage (`torch.conj`).
    public struct Pending: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// The imaginary parts change their sign.
        public static let conjugation = Pending(rawValue: 1)
        /// Every number changes its sign.
        public static let negation = Pending(rawValue: 2)
    }

    /// Whether the elements lie one after the other in row-major order; sizes of 1 make no difference.
    public var isContiguous: Bool {
        guard byteCount > 0, let contiguous = TensorShape.contiguousStrides(shape) else { return byteCount == 0 }
        return shape.indices.allSatisfy { shape[$0] == 1 || strides[$0] == contiguous[$0] }
    }
}

/// How the integers of a quantized tensor stand for real numbers: `real = scale * (integer - zero point)`.
///
/// Source: `torch.per_tensor_affine`, `torch.per_channel_affine` and their relatives in PyTorch's documentation.
public indirect enum Quantization: Encodable, Sendable, Hashable {
    /// One scale and zero point for all values.
    case perTensor(scheme: String, scale: Double, zeroPoint: Int)
    /// A scale and a zero point for each index along an axis.
    case perChannel(scheme: String, axis: Int, scales: ChannelParameters, zeroPoints: ChannelParameters)
    /// A scheme that this version does not know. Its parameters are the tensor's attribute `quantizer`.
    case unknown(scheme: String)

    /// A number for each channel.
    public enum ChannelParameters: Sendable, Hashable {
        /// In a tensor of their own.
        case tensor(TensorLayout)
        /// In a list, as old versions of PyTorch wrote them.
        case values([Double])
    }

    /// PyTorch's name of the scheme: `per_tensor_affine`.
    public var scheme: String {
        switch self {
        case .perTensor(let scheme, _, _), .perChannel(let scheme, _, _, _), .unknown(let scheme): scheme
        }
    }

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode(["scheme": scheme])
        switch self {
        case .perTensor(_, let scale, let zeroPoint):
            try encoder.encode(["scale": scale, "zero_point": zeroPoint])
        case .perChannel(_, let axis, _, _): try encoder.encode(["axis": axis])
        case .unknown: break
        }
    }
}

/// A tensor of a checkpoint: its name and what is known of it without reading its values.
public struct TensorEntry: Sendable, Hashable {
    /// The keys that lead to the tensor from the checkpoint's root; items of a list count by their index.
    public let path: [String]
    /// How the tensor lies in its storage.
    public let layout: TensorLayout

    /// A tensor under a path.
    package init(path: [String], layout: TensorLayout) {
        self.path = path
        self.layout = layout
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.layout == right.layout && left.path.map({ ExactName($0) }) == right.path.map({ ExactName($0) })
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(layout)
        hasher.combine(path.map({ ExactName($0) }))
    }

    /// The path joined by dots; empty for a tensor saved bare.
    public var name: String { path.joined(separator: ".") }
    /// The element type.
    public var dtype: DType { layout.dtype }
    /// The sizes, outermost first.
    public var shape: [Int] { layout.shape }
    /// The distances between neighbours along each axis, in elements.
    public var strides: [Int] { layout.strides }
    /// Bytes of the tensor's elements.
    public var byteCount: Int { layout.byteCount }
    /// The storage's key in the file.
    public var storageKey: String { layout.storageKey }
    /// Where the first element lies in the storage, in elements.
    public var storageOffset: Int { layout.storageOffset }
    /// The dtype and shape alone.
    public var description: TensorDescription { TensorDescription(dtype: dtype, shape: shape) }
}

extension OtherDType {
    /// What stands for the dtype of a parameter that has none yet (`torch.nn.parameter.UninitializedParameter`).
    static let uninitialized = OtherDType("uninitialized", .torch)
}
