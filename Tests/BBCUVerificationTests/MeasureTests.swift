import BBCUErrorBounds
import BBCUExecution
import BBCUVerification
import Testing

/// Measures of what cannot be measured say nothing good.
@Suite struct MeasureTests {
    @Test func aNaNIsNoByte() {
        #expect(Measures.byte(.nan) == nil && Measures.byte(-.signalingNaN) == nil)
        #expect(Measures.byte(.infinity) == 255 && Measures.byte(-.infinity) == 0)
    }

    @Test func imagesOfOtherSizesAreNotCompared() throws {
        let image = try FeatureMap.noise(channels: 3, height: 4, width: 5, seed: 1)
        for (channels, height, width) in [(3, 5, 4), (3, 4, 4), (1, 4, 15), (3, 1, 1)] {
            let other = try FeatureMap.noise(channels: channels, height: height, width: width, seed: 1)
            #expect(Measures.differingPixels(image, other) == nil && Measures.differingPixels(other, image) == nil)
        }
        #expect(Measures.differingPixels(image, image) == 0)
    }

    @Test func aNaNDiffersFromItself() throws {
        let image = try #require(FeatureMap<Float>(channels: 1, height: 1, width: 2, values: [.nan, 0.5]))
        #expect(Measures.differingPixels(image, image) == 1)
    }

    @Test func listsOfOtherLengthsAreNotEqual() {
        for (first, second) in [([0.5], []), ([], [0.5]), ([0.5, 1], [0.5])] as [([Double], [Double])] {
            #expect(Measures.psnr(first, second)?.isNaN == true)
        }
    }
}
