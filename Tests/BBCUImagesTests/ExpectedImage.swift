import BBCUImages
import Foundation
import TestSupport
import Testing

/// A fixture and the samples it must decode to.
struct ExpectedImage: Decodable, CustomTestStringConvertible {
    let file: String
    let width: Int
    let height: Int
    let channels: Int
    let bitDepth: Int
    let samples: [UInt16]

    var path: String { fixture("images/" + file) }
    var testDescription: String { file }

    var image: RasterImage? {
        RasterImage(width: width, height: height, channels: channels, bitDepth: bitDepth, samples: samples)
    }

    enum CodingKeys: String, CodingKey {
        case file, width, height, channels, samples
        case bitDepth = "bit_depth"
    }

    static let all: [ExpectedImage] = {
        let file = URL(fileURLWithPath: fixture("images/expected.json"))
        return (try? JSONDecoder().decode([ExpectedImage].self, from: Data(contentsOf: file))) ?? []
    }()
}

/// The bytes of a fixture.
func bytes(ofFixture name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: fixture(name))))
}

/// Reads bytes as the file `image.png` in a folder of its own.
func read(_ bytes: [UInt8]) throws -> RasterImage {
    try withTemporaryFolder { folder in
        let path = folder + "/image.png"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return try RasterImage.read(path)
    }
}
