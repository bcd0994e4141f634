import BBCUImages
import BBCUPlatform
import TestSupport
import Testing

/// The files of `Fixtures/images/jpeg`, against what OpenCV and Pillow made of them (`make_jpegs.py`).
@Suite("JPEG")
struct JPEGTests {
    /// The picture beside a file, or another of the folder.
    private func picture(_ name: String) throws -> RasterImage {
        try RasterImage.read(fixture("images/jpeg/\(name).png"))
    }

    private func file(_ name: String) throws -> [UInt8] { try bytes(ofFixture: "images/jpeg/\(name).jpg") }

    @Test(
        "every kind decodes to the samples of another decoder",
        arguments: [
            "grey_1", "grey_10", "grey_20", "grey_30", "grey_40", "grey_90", "grey_100", "colour_444", "colour_422",
            "colour_420", "colour_440", "colour_411", "progressive", "progressive_grey", "restarts", "single", "rgb",
        ])
    func decodes(name: String) throws {
        #expect(try RasterImage.read(fixture("images/jpeg/\(name).jpg")) == picture(name))
    }

    @Test(
        "the components as they are stored, and luma alone",
        arguments: ["colour_444", "colour_422", "colour_420", "colour_440", "colour_411"])
    func components(name: String) throws {
        let expected = try picture(name + "_ycbcr")
        #expect(try JPEG.decode(file(name), .stored) == expected)
        let luma = try JPEG.decode(file(name), .luma)
        #expect(luma.channels == 1)
        #expect(luma.samples == stride(from: 0, to: expected.samples.count, by: 3).map { expected.samples[$0] })
    }

    @Test("a grey file has the same samples whichever are asked for", arguments: JPEG.Components.allCases)
    func greyComponents(components: JPEG.Components) throws {
        #expect(try JPEG.decode(file("grey_40"), components) == picture("grey_40"))
    }

    @Test("a grey picture becomes the bytes of another encoder", arguments: [1, 10, 20, 30, 40, 90, 100])
    func encodesGrey(quality: Int) throws {
        let grey = try picture("grey_original")
        let expected = try file("grey_\(quality)")
        #expect(try JPEG.encode(grey, quality: quality) == expected)
        let luma = grey.samples.map { UInt8($0) }
        let encoded = try JPEG.encode(luma: luma, width: grey.width, height: grey.height, quality: quality)
        #expect(encoded == expected)
    }

    @Test("a colour picture becomes the bytes of another encoder")
    func encodesColour() throws {
        #expect(try JPEG.encode(picture("colour_original"), quality: 40) == file("colour_420"))
    }

    @Test("a large picture, whose file grows while it is written, reads back near to itself")
    func large() throws {
        var generator = SplitMix(state: 5)
        let samples = (0..<600 * 400).map { _ in UInt16.random(in: 0...255, using: &generator) }
        let image = try #require(RasterImage(width: 600, height: 400, channels: 1, bitDepth: 8, samples: samples))
        let file = try JPEG.encode(image, quality: 100)
        #expect(file.count > 1 << 17)
        let worst = zip(try JPEG.decode(file).samples, samples).map { abs(Int($0) - Int($1)) }.max()
        #expect((worst ?? 255) <= 3)
    }

    @Test("a quality beyond the scale is the nearest on it", arguments: [(-5, 1), (0, 1), (500, 100)])
    func qualities(asked: Int, used: Int) throws {
        let grey = try picture("grey_original")
        #expect(try JPEG.encode(grey, quality: asked) == JPEG.encode(grey, quality: used))
    }

    @Test("what JPEG cannot hold is refused")
    func cannotHold() throws {
        for name in ["rgb_16", "rgba_8", "grey_alpha_8"] {
            let image = try RasterImage.read(fixture("images/\(name).png"))
            #expect(throws: ImageError(.channels)) { try JPEG.encode(image, quality: 90) }
        }
        #expect(throws: ImageError(.channels)) { try JPEG.encode(luma: [1, 2, 3], width: 2, height: 2, quality: 90) }
        let long = [UInt8](repeating: 9, count: 65501)
        #expect(throws: ImageError(.unwritable)) {
            try JPEG.encode(luma: long, width: long.count, height: 1, quality: 9)
        }
    }

    @Test("CMYK is refused in words, and so is the luma of a file that holds RGB")
    func unsupported() throws {
        let error = #expect(throws: ImageError(.unsupported)) { try JPEG.decode(file("cmyk")) }
        #expect(error?.description.contains("CMYK") == true)
        #expect(error?.description.contains("convert it to PNG") == true)
        for components in [JPEG.Components.luma, .stored] {
            #expect(throws: ImageError(.unsupported)) { try JPEG.decode(file("rgb"), components) }
        }
    }
}
