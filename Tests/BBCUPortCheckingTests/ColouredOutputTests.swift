import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TestSupport
import Testing

/// The luma of an image in colour is what it was joined of, whatever was clamped.
@Suite struct ColouredOutputTests {
    /// BT.601 as the standard has it, apart from the code under test.
    private func luma(_ colour: [Float]) -> Float { 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] }

    @Test(arguments: [255, 65535]) func lumaIsThatOfTheNetwork(_ levels: Int) throws {
        var generator = SplitMix64(seed: 11)
        let input = (0..<3 * 4000).map { _ in (Float.random(in: -0.2...1.2, using: &generator)).clamped }
        var (restored, image): ([Float], [Float]) = ([], [])
        for pixel in 0..<4000 {
            let colour = Array(input[3 * pixel..<3 * pixel + 3])
            let made = luma(colour) + Float.random(in: -0.5...0.5, using: &generator)
            restored.append(made.clamped)
            image += colour.map { ((made + $0 - luma(colour)).clamped * Float(levels)).rounded() / Float(levels) }
        }
        let output = try #require(
            ColouredOutput(map(image), input: map(input), levels: levels), "of the same size")
        let half = 219.0 / 255 / Double(levels) / 2 + 1e-6
        var clamped = 0
        for (pixel, value) in output.luma.values.enumerated() {
            let samples = image[3 * pixel..<3 * pixel + 3]
            if samples.contains(0) || samples.contains(1) { clamped += 1 }
            // Where nothing is left but ends of the range, any luma beyond may have been there.
            guard samples.contains(where: { 0 < $0 && $0 < 1 }) else { continue }
            let expected = (Double(restored[pixel]) * 219 + 16) / 255
            #expect(abs(value - expected) <= half, "\(pixel): \(samples)")
        }
        #expect(clamped > 1000)
    }

    @Test func imagesOfOtherSizesAreNone() throws {
        let (two, three) = ([Float](repeating: 0.5, count: 6), [Float](repeating: 0.5, count: 9))
        #expect(try ColouredOutput(map(two), input: map(three), levels: 255) == nil)
        #expect(try ColouredOutput(map(two), input: map(two), levels: 255) != nil)
    }

    private func map(_ values: [Float]) throws -> FeatureMap<Float> {
        try #require(FeatureMap(channels: 3, height: 1, width: values.count / 3, values: values))
    }
}

extension Float {
    fileprivate var clamped: Float { min(max(self, 0), 1) }
}
