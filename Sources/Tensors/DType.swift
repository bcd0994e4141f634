/// The element type of a tensor, under PyTorch's own name.
///
/// The raw value is what `str(tensor.dtype)` prints without `torch.`: `float32`, `bfloat16`, `float8_e4m3fn`.
/// Source: the list of `torch.dtype` in PyTorch's documentation.
public enum DType: String, Sendable, Hashable, CaseIterable {
    case float64, float32, float16, bfloat16
    case float8E4M3FN = "float8_e4m3fn"
    case float8E4M3FNUZ = "float8_e4m3fnuz"
    case float8E5M2 = "float8_e5m2"
    case float8E5M2FNUZ = "float8_e5m2fnuz"
    case float8E8M0FNU = "float8_e8m0fnu"
    case int64, int32, int16, int8
    case uint64, uint32, uint16, uint8
    case bool
    case complex32, complex64, complex128
    case qint8, quint8, qint32
    case quint4x2, quint2x4
    // Types without arithmetic: their bytes are kept as they are.
    case bits8, bits16, bits1x8, bits2x4, bits4x2
    case float4E2M1FNX2 = "float4_e2m1fn_x2"
    case int1, int2, int3, int4, int5, int6, int7
    case uint1, uint2, uint3, uint4, uint5, uint6, uint7

    /// Bytes that one element takes in a storage. The sub-byte quantized types count the byte that holds them.
    public var byteCount: Int {
        switch self {
        case .complex128: 16
        case .float64, .int64, .uint64, .complex64: 8
        case .float32, .int32, .uint32, .complex32, .qint32: 4
        case .float16, .bfloat16, .int16, .uint16, .bits16: 2
        case .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float8E8M0FNU,
            .int8, .uint8, .bool, .qint8, .quint8, .quint4x2, .quint2x4,
            .bits8, .bits1x8, .bits2x4, .bits4x2, .float4E2M1FNX2,
            .int1, .int2, .int3, .int4, .int5, .int6, .int7,
            .uint1, .uint2, .uint3, .uint4, .uint5, .uint6, .uint7:
            1
        }
    }

    /// Whether the elements are real binary floating-point numbers.
    public var isFloatingPoint: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16,
            .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float8E8M0FNU:
            true
        default:
            false
        }
    }

    /// Whether PyTorch itself computes nothing with the elements: they are bytes that mean something to somebody else.
    public var isRaw: Bool {
        switch self {
        case .bits8, .bits16, .bits1x8, .bits2x4, .bits4x2, .float4E2M1FNX2,
            .int1, .int2, .int3, .int4, .int5, .int6, .int7, .uint1, .uint2, .uint3, .uint4, .uint5, .uint6, .uint7:
            true
        default: false
        }
    }

    /// Whether the elements are pairs of a real and an imaginary part.
    public var isComplex: Bool { swapUnit < byteCount }

    /// Whether the elements are integers without a sign.
    public var isUnsigned: Bool {
        switch self {
        case .uint64, .uint32, .uint16, .uint8, .quint8: true
        default: false
        }
    }

    /// Bytes whose order is swapped as a unit when the storage's byte order is not the machine's: a complex number is
    /// two such units.
    public var swapUnit: Int {
        switch self {
        case .complex128: 8
        case .complex64: 4
        case .complex32: 2
        default: byteCount
        }
    }

    /// Elements that share a byte: a packed quantized tensor is a run of bits without gaps.
    public var elementsPerByte: Int {
        switch self {
        case .quint4x2: 2
        case .quint2x4: 4
        default: 1
        }
    }

    /// Bytes of a contiguous tensor of the given sizes, or nil where they do not fit an `Int`.
    public func byteCount(ofShape shape: [Int]) -> Int? {
        guard let count = Shape.elementCount(shape) else { return nil }
        if elementsPerByte > 1 { return count / elementsPerByte + (count % elementsPerByte == 0 ? 0 : 1) }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: byteCount)
        return overflow ? nil : bytes
    }
}
