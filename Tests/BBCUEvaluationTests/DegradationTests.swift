import BBCUEvaluation
import BBCUExecution
import BBCUImages
import BBCUKit
import BBCUPlatform
import TensorBytes
import TestSupport
import Testing

@Suite("Degradations") struct DegradationTests {
    static let noJPEG: Degradation.JPEGRoundTrip = { image, _ in image }

    /// Within one grey level in at most 1 of 1000 values of BasicSR's arithmetic, which rounds to float32 on the way and
    /// half to even at the end.
    @Test(arguments: ReferenceValues.names, [2, 3, 4]) func bicubicIsMATLABs(_ name: String, _ factor: Int) throws {
        let original = try evaluationImage("originals/\(name)").withThreeChannels
        let expected = try evaluationImage("inputs/\(name)x\(factor)")
        let degradation = Degradation.shrink(factor: factor)
        let made = try degradation.degrade(degradation.target(of: original), jpeg: Self.noJPEG)
        guard case .bytes(let image) = made else { throw Failure() }
        #expect(image.width == expected.width && image.height == expected.height)
        let differences = zip(image.samples, expected.samples).map { abs(Int($0) - Int($1)) }
        #expect(differences.count { $0 > 0 } * 1000 <= differences.count)
        #expect(differences.max() ?? 2 <= 1)
    }

    /// A side that the factor does not divide is rounded up, as MATLAB does.
    @Test func aSideIsRoundedUp() throws {
        let image = try MATLABBicubic(factor: 3).shrink(evaluationImage("originals/cat_37x29"))
        #expect(image.width == 13 && image.height == 10)
        let flat = try MATLABBicubic(factor: 4).shrink(evaluationImage("originals/flat_16x16"))
        #expect(Set(flat.samples) == [200, 30, 90])
    }

    /// The values of `numpy.random.RandomState(0).normal(0, 1)`, bit for bit.
    @Test func normalNumbersAreNumPys() {
        var normal = LegacyNormal(seed: 0)
        #expect(ReferenceValues.all.normalSeed0.map { _ in normal.next() } == ReferenceValues.all.normalSeed0)
    }

    /// MT19937's reference: the 10000th output from the seed 5489 (ISO C++, [rand.predef]).
    @Test func theTwisterIsTheStandardOne() {
        var twister = MersenneTwister(seed: 5489)
        for _ in 1..<10000 { _ = twister.next() }
        #expect(twister.next() == 4_123_659_995)
    }

    @Test(arguments: ReferenceValues.names) func noiseIsNumPysBitForBit(_ name: String) throws {
        let original = try evaluationImage("originals/\(name)").withThreeChannels
        for (sigma, expected) in ReferenceValues.all.noiseSHA256[name] ?? [:] {
            let degradation = Degradation.noise(sigma: try #require(Double(sigma)))
            let map = try degradation.degrade(original, jpeg: Self.noJPEG).featureMap
            let bytes = map.values.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
            }
            #expect(ByteRegion(bytes).sha256() == expected)
        }
        #expect(ReferenceValues.all.noiseSHA256[name]?.count == 3)
    }

    @Test func settingsThatATaskDoesNotHaveAreRefused() {
        #expect(Degradation(.sr, setting: 2.5) == nil && Degradation(.sr, setting: 0) == nil)
        #expect(Degradation(.deblock, setting: 101) == nil && Degradation(.denoise, setting: 0) == nil)
        #expect(Degradation(.denoise, setting: 12.5) == .noise(sigma: 12.5))
    }

    struct Failure: Error {}
}
