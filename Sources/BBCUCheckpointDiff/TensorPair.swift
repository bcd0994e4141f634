import TensorBytes

/// Two tensors of one number of elements, walked through in step and in parts: decoded values are never held whole.
struct TensorPair {
    /// Few enough for the processor's cache, many enough that a part's cost is its values'.
    static let chunk = 1 << 14

    let a: Tensor
    let b: Tensor

    /// Elements at the same places of both.
    struct Part {
        /// The row-major index of the first of them.
        let start: Int
        let a: [Double]
        let b: [Double]
    }

    /// Shows `body` the values part by part until it returns false.
    ///
    /// - Returns: whether the end was reached; false too where a dtype has no real values.
    @discardableResult
    func parts(_ body: (Part) -> Bool) -> Bool {
        var start = 0
        while start < a.elementCount {
            let range = start..<min(start + Self.chunk, a.elementCount)
            guard let left = a.part(range).doubles(), let right = b.part(range).doubles(),
                body(Part(start: start, a: left, b: right))
            else { return false }
            start = range.upperBound
        }
        return true
    }

    /// Whether `holds` is true of every pair of values.
    func allSatisfy(_ holds: (_ a: Double, _ b: Double) -> Bool) -> Bool {
        parts { part in
            for index in part.a.indices where !holds(part.a[index], part.b[index]) { return false }
            return true
        }
    }
}

extension Tensor {
    /// The elements of a range in row-major order, as a tensor of one axis.
    func part(_ range: Range<Int>) -> Tensor {
        let (size, packed) = (dtype.byteCount, dtype.elementsPerByte)
        let end = (range.upperBound * size + packed - 1) / packed
        // Parts begin at multiples of the chunk, so that no byte is divided.
        let slice = Array(bytes[range.lowerBound * size / packed..<end])
        return Tensor(dtype: dtype, shape: [range.count], bytes: slice) ?? self
    }

    /// Complex numbers as pairs of real ones, along a new last axis, and packed pairs as the numbers in them, along the
    /// last axis; any other tensor as it is.
    var components: Tensor {
        if dtype == .float4E2M1FNX2 {
            let unpacked = shape.last.map { shape.dropLast() + [2 * $0] } ?? [2]
            return Tensor(dtype: .float4E2M1FN, shape: unpacked, bytes: bytes) ?? self
        }
        let part: DType? =
            switch dtype {
            case .complex32: .float16
            case .bcomplex32: .bfloat16
            case .complex64: .float32
            case .complex128: .float64
            default: nil
            }
        return part.flatMap { Tensor(dtype: $0, shape: shape + [2], bytes: bytes) } ?? self
    }

    /// The bit patterns of the elements of a range, sign-extended for signed integers; nil for elements of over 8
    /// bytes.
    func patterns(_ range: Range<Int>) -> [UInt64]? {
        let bytes = part(range).bytes
        switch dtype {
        case .int64, .uint64, .float64, .complex64: return LittleEndian.integers(UInt64.self, bytes)
        case .int32, .qint32: return LittleEndian.integers(Int32.self, bytes).map { UInt64(bitPattern: Int64($0)) }
        case .int16: return LittleEndian.integers(Int16.self, bytes).map { UInt64(bitPattern: Int64($0)) }
        case .int8, .qint8: return LittleEndian.integers(Int8.self, bytes).map { UInt64(bitPattern: Int64($0)) }
        case .float32, .uint32, .complex32, .bcomplex32:
            return LittleEndian.integers(UInt32.self, bytes).map { UInt64($0) }
        case .float16, .bfloat16, .uint16: return LittleEndian.integers(UInt16.self, bytes).map { UInt64($0) }
        case .complex128: return nil
        case .float4E2M1FN:
            return Array(bytes.flatMap { [UInt64($0 & 0xF), UInt64($0 >> 4)] }.prefix(range.count))
        default: return bytes.map { UInt64($0) }
        }
    }
}

extension DType {
    /// Whether the elements are plain integers or truth values, exactly comparable as integers.
    var isInteger: Bool {
        switch self {
        case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool: true
        default: false
        }
    }

    /// Whether values can be compared as real numbers: quantised ones stand for numbers that their scale decides.
    var isReal: Bool { isFloatingPoint || isInteger }
}
