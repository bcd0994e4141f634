import TensorBytes
import Testing

@Suite struct TensorTests {
    static let shapes: [([Int], Int?, [Int]?)] = [
        ([], 1, []), ([3], 3, [1]), ([2, 3, 4], 24, [12, 4, 1]), ([2, 0, 3], 0, [3, 3, 1]), ([-1], nil, [1]),
        ([1 << 32, 1 << 32], nil, nil), ([0, 1 << 62, 8], nil, nil),
    ]

    @Test(arguments: shapes)
    func countsAndStrides(_ shape: [Int], _ count: Int?, _ strides: [Int]?) {
        #expect(TensorShape.elementCount(shape) == count)
        if count != nil { #expect(TensorShape.contiguousStrides(shape) == strides) }
    }

    @Test func shapesReadAsTuples() {
        #expect(TensorShape.text([]) == "()")
        #expect(TensorShape.text([64]) == "(64,)")
        #expect(TensorShape.text([64, 3, 3, 3]) == "(64, 3, 3, 3)")
    }

    @Test func aTensorNeedsAsManyBytesAsItsShape() {
        #expect(Tensor(dtype: .float32, shape: [2], bytes: [0, 0, 0, 0]) == nil)
        #expect(Tensor([1, 2] as [Float], shape: [2])?.bytes == [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    }

    /// Bit patterns of every small format and their values (IEEE 754; PyTorch's `Float8_*.h`).
    static let patterns: [(DType, [UInt8], Float)] = [
        (.float16, [0x00, 0x3C], 1), (.float16, [0x01, 0x00], 0x1p-24), (.float16, [0xFF, 0x7B], 65504),
        (.float16, [0x00, 0xFC], -.infinity), (.float16, [0x00, 0x80], -0.0), (.bfloat16, [0x80, 0x3F], 1),
        (.bfloat16, [0x49, 0xC0], -3.140625), (.float8E4M3FN, [0x7E], 448), (.float8E4M3FN, [0x01], 0x1p-9),
        (.float8E4M3FNUZ, [0x7F], 240), (.float8E4M3FNUZ, [0x01], 0x1p-10), (.float8E5M2, [0x7B], 57344),
        (.float8E5M2, [0xFC], -.infinity), (.float8E5M2FNUZ, [0x7F], 57344), (.float8E8M0FNU, [0x7F], 1),
        (.float8E8M0FNU, [0x00], 0x1p-127), (.float8E8M0FNU, [0xFE], 0x1p127),
    ]

    @Test(arguments: patterns)
    func smallFloatsDecode(_ dtype: DType, _ bytes: [UInt8], _ value: Float) throws {
        let decoded = try #require(Tensor(dtype: dtype, shape: [1], bytes: bytes)?.floats()?.first)
        #expect(decoded.bitPattern == value.bitPattern)
    }

    @Test(arguments: [
        (DType.float8E4M3FN, [0x7F] as [UInt8]), (.float8E4M3FNUZ, [0x80]), (.float8E5M2, [0x7F]),
        (.float8E5M2FNUZ, [0x80]), (.float8E8M0FNU, [0xFF]), (.float16, [0x01, 0x7C]),
    ])
    func notANumberDecodes(_ dtype: DType, _ bytes: [UInt8]) throws {
        #expect(try #require(Tensor(dtype: dtype, shape: [1], bytes: bytes)?.floats()?.first).isNaN)
    }

    @Test func every16BitHalfAgreesWithTheLanguage() throws {
        #if !(os(macOS) && arch(x86_64))
            for pattern in UInt16.min...UInt16.max {
                let tensor = Tensor(
                    dtype: .float16, shape: [1], bytes: [UInt8(pattern & 0xFF), UInt8(pattern >> 8)])
                let ours = try #require(tensor?.floats()?.first)
                let theirs = Float(Float16(bitPattern: pattern))
                #expect(ours == theirs || (ours.isNaN && theirs.isNaN))
            }
        #endif
    }

    @Test func integersBecomeDoubles() {
        #expect(Tensor(dtype: .int8, shape: [2], bytes: [0xFF, 0x7F])?.doubles() == [-1, 127])
        #expect(Tensor(dtype: .uint16, shape: [1], bytes: [0xFF, 0xFF])?.doubles() == [65535])
        #expect(Tensor(dtype: .uint64, shape: [1], bytes: [5, 0, 0, 0, 0, 0, 0, 0])?.doubles() == [5])
        #expect(Tensor(dtype: .uint32, shape: [1], bytes: [5, 0, 0, 0])?.doubles() == [5])
        #expect(Tensor(dtype: .int64, shape: [1], bytes: [UInt8](repeating: 255, count: 8))?.doubles() == [-1])
        #expect(Tensor(dtype: .bool, shape: [2], bytes: [0, 1])?.doubles() == [0, 1])
        #expect(Tensor(dtype: .complex64, shape: [1], bytes: [UInt8](repeating: 0, count: 8))?.doubles() == nil)
    }
}
