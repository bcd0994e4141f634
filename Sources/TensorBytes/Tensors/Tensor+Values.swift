extension DType {
    /// Whether a tensor of this type has ``Tensor/floats()``.
    package var hasFloats: Bool { isFloatingPoint || self == .float4E2M1FNX2 }
}

extension Tensor {
    /// The values as float32, or nil for a dtype that is not a real floating-point type. float64 is rounded to
    /// nearest; every other type converts exactly. A packed pair gives two values.
    public func floats() -> [Float]? {
        switch dtype {
        case .float32: LittleEndian.integers(UInt32.self, bytes).map { Float(bitPattern: $0) }
        case .float64: LittleEndian.integers(UInt64.self, bytes).map { Float(Double(bitPattern: $0)) }
        case .float16: LittleEndian.integers(UInt16.self, bytes).map { SmallFloat.float16.value($0) }
        case .bfloat16: LittleEndian.integers(UInt16.self, bytes).map { Float(bitPattern: UInt32($0) << 16) }
        case .float4E2M1FN: Array(nibbles.prefix(elementCount))
        case .float4E2M1FNX2: nibbles
        default: SmallFloat.small(dtype).map { format in bytes.map { format.value(UInt16($0)) } }
        }
    }

    /// The numbers of four bits, the lower half of each byte first, as PyTorch takes them apart
    /// (`torch/onnx/_internal/exporter/_type_casting.py`).
    private var nibbles: [Float] {
        guard let format = SmallFloat.small(.float4E2M1FN) else { return [] }
        return bytes.flatMap { [format.value(UInt16($0 & 0xF)), format.value(UInt16($0 >> 4))] }
    }

    /// The values as float64, or nil for a dtype that is neither a real floating-point type, an integer nor bool.
    /// 64-bit integers beyond 2^53 are rounded to nearest; every other value converts exactly.
    public func doubles() -> [Double]? {
        switch dtype {
        case .float64: LittleEndian.integers(UInt64.self, bytes).map { Double(bitPattern: $0) }
        case .int64: LittleEndian.integers(Int64.self, bytes).map { Double($0) }
        case .int32, .qint32: LittleEndian.integers(Int32.self, bytes).map { Double($0) }
        case .int16: LittleEndian.integers(Int16.self, bytes).map { Double($0) }
        case .int8, .qint8: LittleEndian.integers(Int8.self, bytes).map { Double($0) }
        case .uint64: LittleEndian.integers(UInt64.self, bytes).map { Double($0) }
        case .uint32: LittleEndian.integers(UInt32.self, bytes).map { Double($0) }
        case .uint16: LittleEndian.integers(UInt16.self, bytes).map { Double($0) }
        case .uint8, .quint8: bytes.map { Double($0) }
        case .bool: bytes.map { $0 == 0 ? 0 : 1 }
        default: floats().map { $0.map(Double.init) }
        }
    }
}
