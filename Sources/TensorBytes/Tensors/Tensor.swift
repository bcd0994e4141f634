/// A tensor's values in memory: C-contiguous, little-endian, owned.
public struct Tensor: Sendable, Hashable {
    /// The element type.
    public let dtype: DType
    /// The sizes, outermost first.
    public let shape: [Int]
    /// The elements in row-major order, little-endian.
    public let bytes: [UInt8]

    /// Wraps contiguous little-endian bytes, or returns nil if their number is not what dtype and shape need. For an
    /// unknown dtype any number fits, as they lie in the file.
    public init?(dtype: DType, shape: [Int], bytes: [UInt8]) {
        guard !dtype.isKnown || dtype.byteCount(ofShape: shape) == bytes.count else { return nil }
        self.dtype = dtype
        self.shape = shape
        self.bytes = bytes
    }

    /// All elements that contiguous little-endian bytes hold, in one row; nil if a part of one is left over.
    public init?(dtype: DType, row bytes: [UInt8]) {
        self.init(dtype: dtype, shape: [bytes.count / dtype.byteCount * dtype.elementsPerByte], bytes: bytes)
    }

    /// A float32 tensor of the given values, or nil where the shape holds another number of them.
    public init?(_ values: [Float], shape: [Int]) {
        self.init(dtype: .float32, shape: shape, bytes: LittleEndian.bytes(values))
    }

    /// A float64 tensor of the given values, or nil where the shape holds another number of them.
    public init?(_ values: [Double], shape: [Int]) {
        self.init(dtype: .float64, shape: shape, bytes: LittleEndian.bytes(values))
    }

    /// A float16 tensor of the given values, each rounded to nearest, or nil where the shape holds another number of
    /// them.
    public init?(halves values: [Float], shape: [Int]) {
        self.init(
            dtype: .float16, shape: shape,
            bytes: LittleEndian.bytes(values.map { SmallFloat.float16.pattern($0) }))
    }

    /// The dtype and shape alone.
    public var description: TensorDescription { TensorDescription(dtype: dtype, shape: shape) }

    /// The number of elements.
    public var elementCount: Int { TensorShape.elementCount(shape) ?? 0 }
}
