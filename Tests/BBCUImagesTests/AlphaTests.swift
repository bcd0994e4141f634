import BBCUImages
import TestSupport
import Testing

@Suite("Alpha")
struct AlphaTests {
    @Test("apart and together again", arguments: ["rgba_8", "rgba_16", "grey_alpha_8", "grey_alpha_16"])
    func apart(name: String) throws {
        let image = try RasterImage.read(fixture("images/\(name).png"))
        let (colours, alpha) = image.separatingAlpha()
        #expect(colours.channels == image.channels - 1)
        #expect(
            colours.samples == image.samples.indices.filter { ($0 + 1) % image.channels != 0 }.map { image.samples[$0] }
        )
        #expect(try colours.addingAlpha(try #require(alpha)) == image)
    }

    @Test("an image without has none")
    func none() throws {
        let image = try RasterImage.read(fixture("images/rgb_8.png"))
        let (colours, alpha) = image.separatingAlpha()
        #expect(colours == image && alpha == nil)
    }

    @Test("alpha of another size or depth, of more channels, or a second one is refused")
    func refused() throws {
        let image = try #require(RasterImage(width: 2, height: 1, channels: 1, bitDepth: 8, samples: [3, 4]))
        let fitting = try #require(RasterImage(width: 2, height: 1, channels: 1, bitDepth: 8, samples: [0, 255]))
        let table: [(Int, Int, Int, Int)] = [(1, 2, 1, 8), (2, 1, 3, 8), (2, 1, 1, 16), (2, 2, 1, 8)]
        for (width, height, channels, depth) in table {
            let samples = [UInt16](repeating: 1, count: width * height * channels)
            let alpha = try #require(
                RasterImage(width: width, height: height, channels: channels, bitDepth: depth, samples: samples))
            #expect(throws: ImageError(.channels)) { try image.addingAlpha(alpha) }
        }
        let joined = try image.addingAlpha(fitting)
        #expect(joined.samples == [3, 0, 4, 255])
        #expect(throws: ImageError(.channels)) { try joined.addingAlpha(fitting) }
    }
}
