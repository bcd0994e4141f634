import BBCUImages
import BBCUPlatform
import Foundation
import TestSupport
import Testing

@Suite("Reading PNG")
struct ReadingTests {
    @Test("the table of fixtures holds every colour type, depth and interlacing")
    func table() {
        // 15 ways to store pixels, plain and interlaced; 11 of them with a clear colour too; 4 of their own.
        #expect(ExpectedImage.all.count == 2 * 15 + 2 * 11 + 4)
    }

    @Test("every way to store pixels decodes to its samples", arguments: ExpectedImage.all)
    func decodes(expected: ExpectedImage) throws {
        #expect(try RasterImage.read(expected.path) == expected.image)
    }

    @Test(
        "a file that ends early is truncated, wherever it ends", arguments: ["rgba_16_interlaced", "palette_8_clear"])
    func truncated(name: String) throws {
        let whole = try bytes(ofFixture: "images/\(name).png")
        for part in 1..<16 {
            let start = Array(whole.prefix(whole.count * part / 16))
            #expect(throws: ImageError(.truncated), "\(part)/16") { try read(start) }
        }
        for count in 1..<whole.count {
            #expect(throws: ImageError.self, "\(count) bytes") { try read(Array(whole.prefix(count))) }
        }
    }

    @Test("every flipped bit is noticed or harmless", arguments: ["grey_1", "palette_2_clear", "rgb_16_clear"])
    func flippedBits(name: String) throws {
        let whole = try bytes(ofFixture: "images/\(name).png")
        let intact = try read(whole)
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 1 << (index % 8)
            do {
                #expect(try read(damaged) == intact, "byte \(index)")
            } catch is ImageError {}
        }
    }

    @Test("a checksum that does not match is damage", arguments: ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"])
    func checksum(kind: String) throws {
        var file = try bytes(ofFixture: "images/palette_8_clear.png")
        let start = try #require(file.firstRange(of: Array(kind.utf8))).lowerBound
        let length = file[start - 4..<start].reduce(0) { $0 << 8 | Int($1) }
        file[start + 4 + length] ^= 1
        #expect(throws: ImageError(.damaged)) { try read(file) }
    }

    @Test(
        "a file that promises too much is refused before it is decoded",
        arguments: [("bomb_side", "2147483648 x 1 pixels"), ("bomb_area", "1048576 x 1048576 pixels")])
    func bombs(name: String, found: String) throws {
        let error = #expect(throws: ImageError(.tooLarge)) { try RasterImage.read(fixture("images/\(name).png")) }
        #expect(error?.found == found)
    }

    @Test("the limit counts the samples' bytes exactly", arguments: [8, 16])
    func limit(bitDepth: Int) throws {
        let samples = [UInt16](repeating: 7, count: 300 * 100)
        let image = try #require(
            RasterImage(width: 100, height: 100, channels: 3, bitDepth: bitDepth, samples: samples))
        let count = samples.count * bitDepth / 8
        try withTemporaryFolder { folder in
            let path = folder + "/image.png"
            try image.writePNG(path)
            #expect(try RasterImage.read(path, byteLimit: count) == image)
            #expect(throws: ImageError(.tooLarge)) { try RasterImage.read(path, byteLimit: count - 1) }
        }
    }

    @Test("the limit counts the file's bytes too")
    func fileLimit() throws {
        let path = fixture("images/other_chunks.png")
        let count = try bytes(ofFixture: "images/other_chunks.png").count
        #expect(throws: Never.self) { try RasterImage.read(path, byteLimit: count) }
        #expect(throws: ImageError(.tooLarge)) { try RasterImage.read(path, byteLimit: count - 1) }
    }

    @Test("data that end before the last row are damage")
    func shortData() {
        #expect(throws: ImageError(.damaged)) { try RasterImage.read(fixture("images/short_data.png")) }
    }

    @Test("a pixel beyond the palette is black, as libpng has it")
    func shortPalette() throws {
        #expect(try RasterImage.read(fixture("images/short_palette.png")).samples.allSatisfy { $0 == 0 })
    }

    @Test("other formats are named as such", arguments: ["GIF89a....", "\u{1}PNG\r\n", "P", "not a picture at all"])
    func otherFormats(text: String) {
        #expect(throws: ImageError(.unknownFormat)) { try read(Array(text.utf8)) }
    }

    @Test("what is no file is told apart, and the path is named")
    func noFile() throws {
        try withTemporaryFolder { folder in
            let empty = folder + "/empty.png"
            try Data().write(to: URL(fileURLWithPath: empty))
            let cases: [(String, ImageCode)] = [
                (folder, .directory), (folder + "/absent.png", .absent), (empty, .empty), ("/dev/zero", .unreadable),
                (empty + "/below.png", .unreadable),
            ]
            for (path, code) in cases {
                let error = #expect(throws: ImageError(code)) { try RasterImage.read(path) }
                #expect(error?.description.hasPrefix(path + ": found ") == true)
            }
        }
    }

    @Test("an error says file, found, expected and advice in one line")
    func words() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/x.png"
            try Data("GIF".utf8).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: ImageError(.unknownFormat)) { try RasterImage.read(path) }
            #expect(
                error?.description
                    == "\(path): found another format, expected a PNG or JPEG file; convert it to PNG without loss")
        }
    }
}

extension ImageError {
    /// An error of a kind, to compare with.
    init(_ code: ImageCode) { self.init(code, found: "", expected: "") }
}
