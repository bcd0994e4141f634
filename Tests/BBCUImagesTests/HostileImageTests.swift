import BBCUImages
import BBCUPlatform
import Foundation
import TestSupport
import Testing

/// A file of `Fixtures/images/hostile`, and what must come of it (`make_hostile_images.py`).
struct HostileImage: Decodable, CustomTestStringConvertible {
    let file: String
    /// The error's code; nil where the file must decode.
    let code: String?
    /// Words that the error must have.
    let says: String

    var path: String { fixture("images/hostile/" + file) }
    var testDescription: String { file }

    static let all: [HostileImage] =
        (try? decoded([HostileImage].self, from: fixture("images/hostile/expected.json"))) ?? []
}

@Suite("Hostile images")
struct HostileImageTests {
    @Test("every file of the folder is in the table")
    func table() throws {
        let files = try contents(ofFolder: fixture("images/hostile")).filter { $0 != "expected.json" }
        #expect(files == HostileImage.all.map(\.file).sorted())
        #expect(files.count > 50)
    }

    @Test("each ends in its error and its words, or decodes", arguments: HostileImage.all)
    func outcome(hostile: HostileImage) throws {
        guard let code = hostile.code else {
            let file = try ImageFile(hostile.path)
            let image = try file.decode()
            #expect(image.width <= 64 && image.height <= 64)
            #expect(file.size.map { $0 == (image.width, image.height) } == true)
            return
        }
        let error = #expect(throws: ImageError.self) { try RasterImage.read(hostile.path) }
        #expect(error?.code.rawValue == code)
        #expect(error?.description.hasPrefix(hostile.path + ": found ") == true)
        #expect(error?.description.contains(hostile.says) == true, "\(error?.description ?? "")")
    }

    @Test("a JPEG file that ends early is truncated, wherever it ends", arguments: ["colour_420", "progressive"])
    func truncated(name: String) throws {
        let whole = try bytes(ofFixture: "images/jpeg/\(name).jpg")
        for count in 3..<whole.count {
            #expect(throws: ImageError(.truncated), "\(count) bytes") {
                try ImageFile(bytes: Array(whole.prefix(count))).decode()
            }
        }
    }

    @Test(
        "a flipped bit never makes a picture of another size than the header's", arguments: ["grey_40", "progressive"])
    func flippedBits(name: String) throws {
        let whole = try bytes(ofFixture: "images/jpeg/\(name).jpg")
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 1 << (index % 8)
            let file = ImageFile(bytes: damaged)
            guard let image = try? file.decode(byteLimit: 1 << 24) else { continue }
            #expect(file.size.map { $0 == (image.width, image.height) } == true, "byte \(index)")
        }
    }

    @Test("the limit counts the samples of all components of a JPEG", arguments: JPEG.Components.allCases)
    func limit(components: JPEG.Components) throws {
        let file = try bytes(ofFixture: "images/jpeg/colour_420.jpg")
        let count = 37 * 35 * 3
        #expect(try JPEG.decode(file, components, byteLimit: count).width == 37)
        let error = #expect(throws: ImageError(.tooLarge)) {
            try JPEG.decode(file, components, byteLimit: count - 1)
        }
        #expect(error?.found == "37 x 35 pixels")
    }
}
