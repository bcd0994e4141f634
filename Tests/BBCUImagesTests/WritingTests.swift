import BBCUImages
import BBCUPlatform
import Foundation
import TestSupport
import Testing

@Suite("Writing PNG")
struct WritingTests {
    @Test("what is written reads back the same", arguments: ExpectedImage.all)
    func roundTrip(expected: ExpectedImage) throws {
        let image = try #require(expected.image)
        try withTemporaryFolder { folder in
            try image.writePNG(folder + "/image.png")
            #expect(try RasterImage.read(folder + "/image.png") == image)
            #expect(try contents(ofFolder: folder) == ["image.png"])
        }
    }

    @Test("every compression level keeps the samples, and a higher one a smaller file", arguments: [-1, 0, 1, 9, 10])
    func compression(level: Int) throws {
        let image = try #require(
            RasterImage(width: 200, height: 100, channels: 1, bitDepth: 8, samples: (0..<20_000).map { $0 / 200 }))
        try withTemporaryFolder { folder in
            try image.writePNG(folder + "/image.png", compression: level)
            #expect(try RasterImage.read(folder + "/image.png") == image)
            let size = try Data(contentsOf: URL(fileURLWithPath: folder + "/image.png")).count
            #expect(level <= 0 ? size > 20_000 : size < 1000)
        }
    }

    @Test("a file that was there is replaced whole")
    func replaces() throws {
        let image = try #require(RasterImage(width: 1, height: 1, channels: 1, bitDepth: 16, samples: [513]))
        try withTemporaryFolder { folder in
            let path = folder + "/image.png"
            try Data(repeating: 7, count: 100_000).write(to: URL(fileURLWithPath: path))
            try image.writePNG(path)
            #expect(try RasterImage.read(path) == image)
        }
    }

    @Test("a path that cannot be written leaves nothing behind, and is named")
    func unwritable() throws {
        let image = try #require(RasterImage(width: 1, height: 1, channels: 1, bitDepth: 8, samples: [9]))
        try withTemporaryFolder { folder in
            let long = folder + "/" + String(repeating: "n", count: 300)
            let cases: [(String, ImageCode)] = [
                (folder, .directory), (folder + "/absent/image.png", .unwritable), ("/dev/null", .unwritable),
                (long, .unwritable),
            ]
            for (path, code) in cases {
                let error = #expect(throws: ImageError(code)) { try image.writePNG(path) }
                #expect(error?.file == path)
            }
            let left = try contents(ofFolder: folder)
            #expect(left == [])
        }
    }

    @Test("an image whose sizes disagree with its samples is none")
    func sizes() {
        let cases: [(Int, Int, Int, Int, [UInt16])] = [
            (1, 1, 1, 8, []), (1, 1, 1, 8, [256]), (1, 1, 1, 7, [0]), (0, 1, 1, 8, []), (1, 1, 5, 8, [0, 0, 0, 0, 0]),
            (-1, -1, 1, 8, [0]), (.max, 2, 4, 8, [0]),
        ]
        for (width, height, channels, depth, samples) in cases {
            #expect(
                RasterImage(width: width, height: height, channels: channels, bitDepth: depth, samples: samples) == nil)
        }
    }
}
