import BBCUCheckpointDiff
import TensorBytes
import TestSupport
import Testing

@Suite struct ValueMeasuresTests {
    static func measure(_ a: Tensor, _ b: Tensor, _ tolerance: Double = 0) throws -> ValueMeasures {
        try #require(ValueMeasures(a, b, tolerance: tolerance))
    }

    @Test func byHand() throws {
        let measures = try Self.measure(float32([1, 2, -4, 0], [2, 2]), float32([1, 2.5, -3, 0], [2, 2]))
        #expect(measures.count == 4 && measures.differing == 2 && measures.zeroSigns == 0 && measures.nonFinite == 0)
        #expect(measures.maxAbsolute == .init(value: 1, index: [1, 0], a: -4, b: -3))
        #expect(measures.maxRelative == .init(value: 0.25, index: [1, 0], a: -4, b: -3))
        // 2 to 2.5 is a quarter of the 2^23 numbers from 2 to 4; -4 to -3 is half of them.
        #expect(measures.maxULP == 1 << 22)
        #expect(measures.cosine == 18 / (21.0 * 16.25).squareRoot())
    }

    @Test(
        arguments: [
            (0.0, -0.0, 0), (0, 0x1p-149, 1), (-0x1p-149, 0x1p-149, 2), (1, 1 + 0x1p-23, 1), (1, 1 - 0x1p-24, 1),
            (1, 2, 1 << 23), (-1, 1, 2 * 0x3F80_0000), (0, Float.greatestFiniteMagnitude, 0x7F7F_FFFF),
        ] as [(Float, Float, UInt64)])
    func unitsInTheLastPlace(_ a: Float, _ b: Float, _ expected: UInt64) throws {
        #expect(try Self.measure(float32([a]), float32([b])).maxULP == expected)
        #expect(try Self.measure(float32([b]), float32([a])).maxULP == expected)
    }

    @Test func unitsOfOtherTypes() throws {
        let halves = try Self.measure(sixteenBit(.float16, [0x3C00]), sixteenBit(.float16, [0xBC00]))
        #expect(halves.maxULP == 2 * 0x3C00)
        let doubles = try Self.measure(
            float64([-.greatestFiniteMagnitude]), float64([.greatestFiniteMagnitude]))
        #expect(doubles.maxULP == 0xFFDF_FFFF_FFFF_FFFE)
        #expect(doubles.maxAbsolute?.value == .infinity)
        #expect(doubles.maxRelative?.value == 2)
        #expect(try Self.measure(bytes(.float8E4M3FN, [0x81]), bytes(.float8E4M3FN, [0x03])).maxULP == 4)
        #expect(try Self.measure(bytes(.float8E8M0FNU, [0x7F]), bytes(.float8E8M0FNU, [0x81])).maxULP == 2)
        #expect(try Self.measure(float32([1]), float64([2])).maxULP == nil)
        #expect(try Self.measure(bytes(.uint8, [1]), bytes(.uint8, [2])).maxULP == nil)
    }

    @Test func toleranceIncludesItsBound() throws {
        let a = float64([0, 0, 0, 0])
        let b = float64([0.25, -0.25, 0.25.nextUp, -0.0])
        #expect(try Self.measure(a, b, 0.25).differing == 1)
        #expect(try Self.measure(a, b, 0.25.nextDown).differing == 3)
        #expect(try Self.measure(a, b, 0.25.nextUp).differing == 0)
        #expect(try Self.measure(a, b).differing == 4)
    }

    @Test func zerosDifferBySignOnlyWithoutTolerance() throws {
        let a = float32([0, 1])
        let b = float32([-0.0, 1])
        let measures = try Self.measure(a, b)
        #expect(measures.differing == 1 && measures.zeroSigns == 1 && measures.maxAbsolute?.value == 0)
        #expect(try Self.measure(a, b, 1e-300).differing == 0)
        #expect(try Self.measure(a, float64([-0.0, 1])).zeroSigns == 1)
    }

    @Test func nonFiniteValues() throws {
        let other = Float(bitPattern: 0x7FC0_0001)
        let a = float32([.nan, .infinity, .infinity, .nan, 1, -.infinity, 2])
        let b = float32([other, .infinity, -.infinity, 1, .infinity, -.infinity, 3])
        let measures = try Self.measure(a, b, 10)
        #expect(measures.differing == 3 && measures.nonFinite == 3)
        #expect(measures.maxAbsolute == .init(value: 1, index: [6], a: 2, b: 3))
        #expect(measures.cosine == 1)
        #expect(try Self.measure(float32([.nan]), float32([other])).differing == 0)
        #expect(try Self.measure(float32([.nan]), float32([1])).maxAbsolute == nil)
    }

    @Test func cosineOfWhatHasNone() throws {
        #expect(try Self.measure(float32([0, 0]), float32([1, 2])).cosine == nil)
        #expect(try Self.measure(float32([]), float32([])).cosine == nil)
        let huge = float64([1e200, 1])
        let tiny = float64([1e-170, 1e-170])
        #expect(try Self.measure(huge, huge).cosine == nil)
        #expect(try Self.measure(tiny, tiny).cosine == nil)
        let large = float64([1e100, 1e100])
        #expect(abs(try #require(try Self.measure(large, float64([1e100, 0])).cosine) - 0.5.squareRoot()) < 1e-15)
    }

    @Test func largeIntegersAreExact() throws {
        let a = sixtyFourBit(.int64, [1 << 60, UInt64(bitPattern: .min)])
        let b = sixtyFourBit(.int64, [1 << 60 + 1, UInt64(bitPattern: .min)])
        #expect(try Self.measure(a, b).differing == 1)
        #expect(try Self.measure(a, b).maxAbsolute?.value == 1)
        #expect(try Self.measure(a, b, 1).differing == 0)
        let unsigned = sixtyFourBit(.uint64, [1 << 60, 1 << 63])
        #expect(try Self.measure(a, unsigned).maxAbsolute?.value == 0x1p64)
        #expect(try Self.measure(sixtyFourBit(.uint64, [1 << 60]), sixtyFourBit(.int64, [1 << 60])).differing == 0)
    }

    @Test func complexNumbersArePairs() throws {
        let a = Tensor(dtype: .complex64, shape: [2, 1], bytes: float32([1, 2, 3, 4]).bytes)!
        let b = Tensor(dtype: .complex64, shape: [2, 1], bytes: float32([1, 2, 3, 6]).bytes)!
        let measures = try Self.measure(a, b)
        #expect(measures.count == 4 && measures.differing == 1)
        #expect(measures.maxAbsolute == .init(value: 2, index: [1, 0], a: 4, b: 6))
        #expect(ValueMeasures(a, Tensor([1, 2] as [Float], shape: [2, 1])!, tolerance: 0) == nil)
    }

    @Test func quantisedValuesAreBytes() throws {
        let measures = try Self.measure(bytes(.quint8, [1, 2, 3]), bytes(.quint8, [1, 9, 3]), 100)
        #expect(measures.differing == 1 && measures.maxAbsolute == nil && measures.cosine == nil)
        #expect(ValueMeasures(bytes(.quint8, [1]), bytes(.qint8, [1]), tolerance: 0) == nil)
    }

    @Test func partsJoin() throws {
        // More than one part, and the largest difference in the second.
        let values = noise(3 * 16384 + 5)
        var other = values
        other[20000] += 1
        other[49156] += 2
        let measures = try Self.measure(float32(values), float32(other))
        #expect(measures.count == values.count && measures.differing == 2)
        #expect(measures.maxAbsolute?.index == [49156])
    }
}
