/// The element type of a tensor, under PyTorch's own name.
///
/// The raw value is what `str(tensor.dtype)` prints without `torch.`: `float32`, `bfloat16`, `float8_e4m3fn`. A type that
/// this version does not know is ``other(_:)``, under the name that its file gives it.
/// Source: the list of `torch.dtype` in PyTorch's documentation.
public enum DType: Sendable, Hashable {
    case float64, float32, float16, bfloat16
    case float8E4M3FN, float8E4M3FNUZ, float8E5M2, float8E5M2FNUZ, float8E8M0FNU
    /// A number of four bits, two to a byte, the lower half first: safetensors' `F4`.
    case float4E2M1FN
    /// A byte of two numbers of four bits: PyTorch's form of the same values.
    case float4E2M1FNX2
    case int64, int32, int16, int8
    case uint64, uint32, uint16, uint8
    case bool
    case complex32, complex64, complex128
    /// Pairs of bfloat16.
    case bcomplex32
    case qint8, quint8, qint32
    case quint4x2, quint2x4
    // Types without arithmetic: their bytes are kept as they are.
    case bits8, bits16, bits1x8, bits2x4, bits4x2
    case int1, int2, int3, int4, int5, int6, int7
    case uint1, uint2, uint3, uint4, uint5, uint6, uint7
    /// A type that this version does not know. Its values are bytes: they can be counted, compared and copied.
    case other(OtherDType)
}

/// An element type that this version does not know.
public struct OtherDType: Sendable, Hashable {
    /// Who names the type: the same name could mean something else elsewhere.
    public enum Origin: String, Sendable, Hashable {
        case torch, safetensors, numpy
    }

    /// The name in the file: `F6_E2M3`, `float7`, `<U5`.
    public let name: String
    /// Who names it.
    public let origin: Origin

    /// A type of the given name.
    public init(_ name: String, _ origin: Origin) {
        self.name = name
        self.origin = origin
    }
}

extension DType: CaseIterable {
    private static let names: [(dtype: DType, name: String)] = [
        (.float64, "float64"), (.float32, "float32"), (.float16, "float16"), (.bfloat16, "bfloat16"),
        (.float8E4M3FN, "float8_e4m3fn"), (.float8E4M3FNUZ, "float8_e4m3fnuz"), (.float8E5M2, "float8_e5m2"),
        (.float8E5M2FNUZ, "float8_e5m2fnuz"), (.float8E8M0FNU, "float8_e8m0fnu"), (.float4E2M1FN, "float4_e2m1fn"),
        (.float4E2M1FNX2, "float4_e2m1fn_x2"), (.int64, "int64"), (.int32, "int32"), (.int16, "int16"),
        (.int8, "int8"), (.uint64, "uint64"), (.uint32, "uint32"), (.uint16, "uint16"), (.uint8, "uint8"),
        (.bool, "bool"), (.complex32, "complex32"), (.complex64, "complex64"), (.complex128, "complex128"),
        (.bcomplex32, "bcomplex32"), (.qint8, "qint8"), (.quint8, "quint8"), (.qint32, "qint32"),
        (.quint4x2, "quint4x2"), (.quint2x4, "quint2x4"), (.bits8, "bits8"), (.bits16, "bits16"),
        (.bits1x8, "bits1x8"), (.bits2x4, "bits2x4"), (.bits4x2, "bits4x2"), (.int1, "int1"), (.int2, "int2"),
        (.int3, "int3"), (.int4, "int4"), (.int5, "int5"), (.int6, "int6"), (.int7, "int7"), (.uint1, "uint1"),
        (.uint2, "uint2"), (.uint3, "uint3"), (.uint4, "uint4"), (.uint5, "uint5"), (.uint6, "uint6"),
        (.uint7, "uint7"),
    ]
    private static let nameOf = Dictionary(names.map { ($0.dtype, $0.name) }, uniquingKeysWith: { first, _ in first })
    private static let named = Dictionary(names.map { ($0.name, $0.dtype) }, uniquingKeysWith: { first, _ in first })

    /// Every type that this version knows.
    public static var allCases: [DType] { names.map(\.dtype) }

    /// The known type of a name, or nil.
    public init?(rawValue: String) {
        guard let dtype = Self.named[rawValue] else { return nil }
        self = dtype
    }

    /// PyTorch's name, or for an unknown type the one in its file.
    public var rawValue: String {
        if case .other(let type) = self { return type.name }
        return Self.nameOf[self] ?? ""
    }
}

extension DType: JSONModel {
    public func encode(to encoder: any Encoder) throws { try rawValue.encode(to: encoder) }
}

extension DType {
    /// Whether this version knows the type. The values of one that it does not are bytes that only the file's own size
    /// counts.
    public var isKnown: Bool {
        if case .other = self { return false }
        return true
    }

    /// Bytes that one element takes in a storage. The sub-byte quantized types count the byte that holds them,
    /// and an unknown type's bytes are counted one by one.
    public var byteCount: Int {
        switch self {
        case .complex128: 16
        case .float64, .int64, .uint64, .complex64: 8
        case .float32, .int32, .uint32, .complex32, .bcomplex32, .qint32: 4
        case .float16, .bfloat16, .int16, .uint16, .bits16: 2
        case .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float8E8M0FNU,
            .int8, .uint8, .bool, .qint8, .quint8, .quint4x2, .quint2x4,
            .bits8, .bits1x8, .bits2x4, .bits4x2, .float4E2M1FN, .float4E2M1FNX2,
            .int1, .int2, .int3, .int4, .int5, .int6, .int7,
            .uint1, .uint2, .uint3, .uint4, .uint5, .uint6, .uint7, .other:
            1
        }
    }

    /// Whether the elements are real binary floating-point numbers.
    public var isFloatingPoint: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16,
            .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float8E8M0FNU, .float4E2M1FN:
            true
        default:
            false
        }
    }

    /// Whether PyTorch itself computes nothing with the elements: they are bytes that mean something to somebody else.
    public var isRaw: Bool {
        switch self {
        case .bits8, .bits16, .bits1x8, .bits2x4, .bits4x2,
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
        case .complex32, .bcomplex32: 2
        default: byteCount
        }
    }

    /// Elements that share a byte: a packed tensor is a run of bits without gaps.
    public var elementsPerByte: Int {
        switch self {
        case .quint4x2, .float4E2M1FN: 2
        case .quint2x4: 4
        default: 1
        }
    }

    /// Bytes of a contiguous tensor of the given sizes, or nil if they do not fit an `Int` or the type is
    /// unknown.
    public func byteCount(ofShape shape: [Int]) -> Int? {
        guard isKnown else { return nil }
        guard let count = TensorShape.elementCount(shape) else { return nil }
        if elementsPerByte > 1 { return count / elementsPerByte + (count % elementsPerByte == 0 ? 0 : 1) }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: byteCount)
        return overflow ? nil : bytes
    }
}
