import Images
import TestSupport
import Testing

@Suite("Alpha")
struct AlphaTests {
    @Test("apart and together again", arguments: ["rgba_8", "rgba_16", "grey_alpha_8", "grey_alpha_16"])
    func apart(name: String) throws {
        let image = try Image.read(fixture("images/\(name).png"))
        let (colours, alpha) = image.separatingAlpha()
        #expect(colours.channels == image.channels - 1)
        #expect(
            colours.samples == image.samples.indices.filter { ($0 + 1) % image.channels != 0 }.map { image.samples[$0] }
        )
        #expect(try colours.addingAlpha(try #require(alpha)) == image)
    }

    @Test("an image without has none")
    func none() throws {
        let image = try Image.read(fixture("images/rgb_8.png"))
        let (colours, alpha) = image.separatingAlpha()
        #expect(colours == image && alpha == nil)
    }

    @Test("alpha of another size, of more channels, not finite, or a second one is refused")
    func refused() throws {
        let image = try #require(Image(width: 2, height: 1, channels: 1, bitDepth: 8, samples: [3, 4]))
        let fitting = try #require(Planes(channels: 1, height: 1, width: 2, values: [0, 1]))
        let table: [(Int, Int, Int, [Float], ImageError.Code)] = [
            (1, 2, 1, [0, 1], .channels), (2, 1, 2, [0, 1, 0, 1], .channels), (1, 1, 2, [0, .nan], .nonFinite),
        ]
        for (channels, height, width, values, code) in table {
            let alpha = try #require(Planes(channels: channels, height: height, width: width, values: values))
            #expect(throws: ImageError(code)) { try image.addingAlpha(alpha) }
        }
        let joined = try image.addingAlpha(fitting)
        #expect(joined.samples == [3, 0, 4, 255])
        #expect(throws: ImageError(.channels)) { try joined.addingAlpha(fitting) }
    }
}
