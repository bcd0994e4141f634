import TensorBytes
import Testing

@Suite struct RoundingTests {
    static let cases: [(DType, Double, Double)] = [
        // binary16 and bfloat16: ties, subnormal numbers, the largest number and what is beyond it.
        (.float16, 0x1.002p0, 1), (.float16, 0x1.006p0, 0x1.008p0), (.float16, 65519.99, 65504),
        (.float16, 65520, .infinity), (.float16, -70000, -.infinity), (.float16, 0x1p-25, 0),
        (.float16, 0x1.8p-25, 0x1p-24), (.float16, 0x1.4p-23, 0x1p-23), (.float16, 0x1.FFFp-15, 0x1p-14),
        (.bfloat16, 0x1.01p0, 1), (.bfloat16, 0x1.018p0, 0x1.02p0), (.bfloat16, 3.4e38, .infinity),
        (.bfloat16, 0x1p-134, 0), (.bfloat16, 0x1.8p-134, 0x1p-133), (.float32, 1e300, .infinity),
        (.float32, 0x1.000001p0, 1), (.float64, 0.1, 0.1),
        // The 8-bit types: their largest numbers are 448, 240, 57344 and 57344.
        (.float8E4M3FN, 464, 448), (.float8E4M3FN, 464.1, .nan), (.float8E4M3FN, .infinity, .nan),
        (.float8E4M3FNUZ, 247.9, 240), (.float8E4M3FNUZ, 248, .nan), (.float8E5M2, 61439, 57344),
        (.float8E5M2, 61440, .infinity), (.float8E5M2FNUZ, 61440, .nan), (.float8E5M2, 1.125, 1),
        (.float8E5M2, 1.375, 1.5), (.float8E4M3FN, 0x1p-10, 0), (.float8E4M3FN, 0x1.8p-10, 0x1p-9),
    ]

    @Test(arguments: cases)
    func rounded(_ dtype: DType, _ value: Double, _ expected: Double) throws {
        let rounded = try #require(dtype.rounded(value))
        #expect(rounded == expected || rounded.isNaN && expected.isNaN)
        let negative = try #require(dtype.rounded(-value))
        #expect(negative == -expected || negative.isNaN && expected.isNaN)
    }

    @Test(arguments: [DType.float16, .bfloat16, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ])
    func everyNumberIsItsOwn(_ dtype: DType) throws {
        let bytes = (0...UInt16.max).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let tensor = try #require(
            Tensor(dtype: dtype, shape: [bytes.count / dtype.byteCount], bytes: bytes))
        let values = try #require(tensor.doubles())
        for value in values {
            let rounded = try #require(dtype.rounded(value))
            #expect(rounded.isNaN ? value.isNaN : rounded == value && rounded.sign == value.sign)
        }
        #expect(values.filter(\.isFinite).max() == dtype.largestFinite)
        // The neighbours above lie one unit away.
        let magnitudes = Set(values.filter { $0.isFinite && $0 >= 0 }).sorted()
        for (value, next) in zip(magnitudes, magnitudes.dropFirst()) {
            #expect(dtype.unitInTheLastPlace(value) == next - value)
        }
    }

    @Test func whatHasNoRounding() {
        #expect(DType.int32.rounded(1) == nil && DType.float8E8M0FNU.rounded(1) == nil)
        #expect(DType.int32.unitInTheLastPlace(1) == nil && DType.int32.largestFinite == nil)
        #expect(DType.float32.unitInTheLastPlace(.infinity) == nil)
        #expect(DType.float32.unitInTheLastPlace(1) == 0x1p-23 && DType.float32.unitInTheLastPlace(0) == 0x1p-149)
        #expect(DType.float16.rounded(-0.0)?.sign == .minus && DType.float8E5M2FNUZ.rounded(-0.0)?.sign == .plus)
    }
}
