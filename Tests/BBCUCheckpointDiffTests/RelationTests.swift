import BBCUCheckpointDiff
import TensorBytes
import TestSupport
import Testing

@Suite struct RelationTests {
    static let values = noise(60)
    static let kernel = float32(values, [5, 4, 3])

    static func mapped(_ body: (Float) -> Float) -> Tensor { float32(values.map(body), [5, 4, 3]) }

    @Test func offsetsAndFactors() {
        #expect(Relation.search(Self.kernel, Self.mapped { $0 + 0.1 }) == [.offset(Double(Float(0.1)), ulps: 0)])
        #expect(Relation.search(Self.kernel, Self.mapped { $0 - 3 }) == [.offset(-3, ulps: 0)])
        #expect(Relation.search(Self.kernel, Self.mapped { $0 * 0.7 }) == [.factor(Double(Float(0.7)), ulps: 0)])
        #expect(Relation.search(Self.kernel, Self.mapped { -$0 }) == [.factor(-1, ulps: 0)])
        #expect(Relation.search(Self.kernel, Self.mapped { $0 / 3 }) == [.factor(1.0 / 3, ulps: 0)])
        #expect(Relation.search(Self.kernel, Self.mapped { _ in 0 }) == [.factor(0, ulps: 0)])
        let doubles = Self.values.map(Double.init)
        #expect(Relation.search(float64(doubles), float64(doubles.map { $0 + 1e-3 })) == [.offset(1e-3, ulps: 0)])
        #expect(Relation.search(float64(doubles), float64(doubles.map { $0 * 1.1 })) == [.factor(1.1, ulps: 0)])
    }

    @Test func aResidualIsStated() throws {
        // Two roundings in place of one.
        let relations = Relation.search(Self.kernel, Self.mapped { ($0 * 0.3) * 0.3 })
        guard case .factor(let c, let ulps)? = relations.first, relations.count == 1 else {
            Issue.record("no factor: \(relations)")
            return
        }
        #expect(abs(c - 0.09) < 1e-8)
        #expect(ulps > 0 && ulps <= 2)
    }

    @Test func constantsTellNoOffsetFromAFactor() {
        let relations = Relation.search(float32([1, 1, 1]), float32([1.5, 1.5, 1.5]))
        #expect(relations == [.factor(1.5, ulps: 0), .offset(0.5, ulps: 0)])
    }

    @Test func whatIsNotFiniteStays() {
        let a = float32(Self.values + [.nan, .infinity, -.infinity])
        let b = float32(Self.values.map { $0 * 2 } + [.nan, .infinity, -.infinity])
        #expect(Relation.search(a, b) == [.factor(2, ulps: 0)])
        let c = float32(Self.values.map { $0 * 2 } + [.nan, .infinity, .infinity])
        #expect(Relation.search(a, c).isEmpty)
        // 3e38 times 2 is infinite in float32.
        let large = float32(Self.values + [3e38])
        let doubled = float32(Self.values.map { $0 * 2 } + [.infinity])
        #expect(Relation.search(large, doubled) == [.factor(2, ulps: 0)])
    }

    @Test func integers() {
        let a = sixtyFourBit(.int64, [1, 2, 3, .max])
        #expect(Relation.search(a, sixtyFourBit(.int64, [6, 7, 8, 4])) == [.offset(5, ulps: 0)])
        #expect(Relation.search(a, sixtyFourBit(.int64, [3, 6, 9, 0 &- 3])) == [.factor(3, ulps: 0)])
        // In float64 the last two of both are the same numbers.
        let large: [UInt64] = [1 << 60, 1 << 61, 1 << 62]
        let near = sixtyFourBit(.uint64, [1 << 60, 1 << 61, 1 << 62 + 1])
        #expect(Relation.search(sixtyFourBit(.int64, large), sixtyFourBit(.uint64, large)) == [.sameValues])
        #expect(Relation.search(sixtyFourBit(.int64, large), near).isEmpty)
    }

    @Test func signs() {
        var flipped = Self.values
        flipped[3] = -flipped[3]
        flipped[40] = -flipped[40]
        #expect(Relation.search(Self.kernel, float32(flipped, [5, 4, 3])) == [.signsFlipped(2)])
        #expect(Relation.search(Self.kernel, Self.mapped { $0 > 0 ? 1 : -1 }) == [.signs(ofZero: nil)])
        let zeros = float32([0.5, 0, -2, 0])
        #expect(Relation.search(zeros, float32([1, 0, -1, 0])) == [.signs(ofZero: 0)])
        #expect(Relation.search(zeros, float32([1, 1, -1, 1])) == [.signs(ofZero: 1)])
        #expect(Relation.search(zeros, float32([1, 1, -1, 0])).isEmpty)
        #expect(Relation.search(zeros, bytes(.int8, [1, 0, 0xFF, 0])) == [.signs(ofZero: 0)])
        #expect(Relation.search(float32([0.5, 2, 3]), float32([1, 1, 1])).isEmpty, "a constant")
    }

    @Test func transposed() {
        // B[i][j][k] = A[k][i][j]
        var values: [Float] = []
        for i in 0..<4 {
            for j in 0..<3 {
                for k in 0..<5 { values.append(Self.values[k * 12 + i * 3 + j]) }
            }
        }
        #expect(Relation.search(Self.kernel, float32(values, [4, 3, 5])) == [.transposed(axes: [1, 2, 0])])
        let square = float32([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3])
        #expect(Relation.search(square, float32([1, 4, 7, 2, 5, 8, 3, 6, 9], [3, 3])) == [.transposed(axes: [1, 0])])
        #expect(Relation.search(square, float32([1, 4, 7, 2, 5, 8, 3, 9, 6], [3, 3])).isEmpty)
        #expect(Relation.search(Self.kernel, float32(Self.values, [4, 5, 3])) == [.reshaped])
        #expect(Relation.search(float32([1, 2], [2, 1]), float32([1, 2], [1, 2])) == [.reshaped])
        #expect(Relation.search(Self.kernel, float32(values.reversed(), [4, 3, 5])).isEmpty)
    }

    @Test func permuted() {
        let order = [3, 0, 4, 2, 1]
        let first = order.flatMap { Self.values[($0 * 12)..<($0 * 12 + 12)] }
        #expect(Relation.search(Self.kernel, float32(first, [5, 4, 3])) == [.permuted(axis: 0, order: order)])
        var second: [Float] = []
        for i in 0..<5 {
            for j in [2, 1, 3, 0] { second += Self.values[(i * 12 + j * 3)..<(i * 12 + j * 3 + 3)] }
        }
        #expect(Relation.search(Self.kernel, float32(second, [5, 4, 3])) == [.permuted(axis: 1, order: [2, 1, 3, 0])])
        var near = first
        near[7] = near[7].nextUp
        #expect(Relation.search(Self.kernel, float32(near, [5, 4, 3])).isEmpty)
        // One slice twice, another not at all.
        let twice = [3, 0, 4, 2, 2].flatMap { Self.values[($0 * 12)..<($0 * 12 + 12)] }
        #expect(Relation.search(Self.kernel, float32(twice, [5, 4, 3])).isEmpty)
        // Two masks have equally many ones, and that is all.
        let mask = (0..<40).map { UInt8($0 % 4 == 0 ? 1 : 0) }
        #expect(Relation.search(bytes(.bool, mask), bytes(.bool, mask.reversed())) == [])
    }

    /// Changes that come near a relation and are none.
    @Test func nearMisses() {
        for change: (Float) -> Float in [{ $0 + 0.1 }, { $0 * 0.7 }, { -$0 }, { Float(Float16($0)) }] {
            var changed = Self.values.map(change)
            changed[31] = changed[31] * 1.001
            #expect(Relation.search(Self.kernel, float32(changed, [5, 4, 3])).isEmpty)
        }
        // Noise in the last place is within a few ULP of B = A + 0 and of B = 1 A.
        let steps = noise(60, seed: 9)
        let noisy = zip(Self.values, steps).map { value, step in step > 0 ? value.nextUp : value.nextDown }
        #expect(Relation.search(Self.kernel, float32(noisy, [5, 4, 3])).isEmpty)
        #expect(Relation.search(float32([5]), float32([7])).isEmpty, "from one value nothing follows")
        #expect(Relation.search(float32([0, 0, 5]), float32([0, 0, 7])).isEmpty)
        // float16 of 1, 2, 3: some c added to all of them changes the first alone, by one unit.
        let halves = sixteenBit(.float16, [0x3C00, 0x4000, 0x4200])
        let near = sixteenBit(.float16, [0x3C01, 0x4000, 0x4200])
        #expect(Relation.search(halves, near).isEmpty)
        #expect(Relation.search(bytes(.bool, [0, 0, 0]), bytes(.bool, [1, 1, 1])).isEmpty)
    }

    @Test func roundedValues() {
        // 1 + 2^-11 is halfway between 1 and the next float16 and goes to 1, which is even.
        let hard: [Float] = [
            1 + 0x1p-11, 1 + 0x1p-11 + 0x1p-20, 1 + 3 * 0x1p-11, 65520, -65519, 0x1p-25, 0x1p-24, .nan, -0.0,
        ]
        let half = sixteenBit(
            .float16, [0x3C00, 0x3C01, 0x3C02, 0x7C00, 0xFBFF, 0x0000, 0x0001, 0x7E00, 0x8000])
        #expect(Relation.search(float32(hard), half) == [.rounded(.float16, isThroughFloat32: false)])
        let brain = sixteenBit(
            .bfloat16, [0x3F80, 0x3F80, 0x3F80, 0x4780, 0xC780, 0x3300, 0x3380, 0x7FC0, 0x8000])
        #expect(Relation.search(float32(hard), brain) == [.rounded(.bfloat16, isThroughFloat32: false)])
        let positive = sixteenBit(
            .float16, [0x3C00, 0x3C01, 0x3C02, 0x7C00, 0xFBFF, 0x0000, 0x0001, 0x7E00, 0x0000])
        #expect(Relation.search(float32(hard), positive).isEmpty, "the last zero lost its sign")
        let rounded = Self.mapped { Float(Float16($0)) }
        #expect(Relation.search(Self.kernel, rounded) == [.rounded(.float16, isThroughFloat32: false)])
        // Halfway in float32 and above it in float64.
        let twice = float64([1 + 0x1p-11 + 0x1p-40, 0.5])
        let through = sixteenBit(.float16, [0x3C00, 0x3800])
        #expect(Relation.search(twice, through) == [.rounded(.float16, isThroughFloat32: true)])
    }
}
