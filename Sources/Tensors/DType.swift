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

    /// Bytes that one element takes in a storage. The sub-byte quantized types count the byte that holds them.
    public var byteCount: Int {
        switch self {
        case .complex128: 16
        case .float64, .int64, .uint64, .complex64: 8
        case .float32, .int32, .uint32, .complex32, .qint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float8E8M0FNU,
            .int8, .uint8, .bool, .qint8, .quint8, .quint4x2, .quint2x4:
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
}
