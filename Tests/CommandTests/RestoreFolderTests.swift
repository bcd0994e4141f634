import BBCUImages
import Foundation
import TestSupport
import Testing

/// `bbcu restore FILE IN_DIR OUT_DIR`.
@Suite("bbcu restore of folders") struct RestoreFolderTests {
    private static let network = fixture("networks/bbcum_x2/checkpoint.pth")

    /// A folder of copies of fixtures, `in`, within a fresh folder.
    private func withImages(_ files: [String: String], _ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            for (place, source) in files {
                let url = URL(fileURLWithPath: folder + "/in/" + place)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: fixture("images/" + source), toPath: url.path)
            }
            try body(folder)
        }
    }

    /// Every file below a folder.
    private func files(below folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter {
            FileManager.default.contents(atPath: folder + "/" + $0) != nil
        }
        .sorted()
    }

    private func restore(_ input: String, _ output: String) throws -> ProcessOutcome {
        try BuiltCommand.run("restore", Self.network, input, output)
    }

    @Test func eachBecomesAPNGAtItsPlace() throws {
        let sources = ["a.JPG": "jpeg/colour_444.jpg", "b/c.png": "rgba_8.png", "b/d/e f.jpeg": "jpeg/grey_90.jpg"]
        try withImages(sources) { folder in
            try write(Array("not an image".utf8), to: folder + "/in/b/notes.txt")
            let outcome = try restore(folder + "/in", folder + "/out")
            #expect(outcome.status == 0)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors == "bbcu: 3 of 3 images restored; other files left alone: 1\n")
            #expect(try files(below: folder + "/out") == ["a.png", "b/c.png", "b/d/e f.png"])
            for (place, source) in sources {
                let target = "\(folder)/out/\(place.prefix { $0 != "." }).png"
                let single = try restore(fixture("images/" + source), folder + "/single.png")
                #expect(single.status == 0)
                #expect(try bytes(of: target) == bytes(of: folder + "/single.png"), "\(place)")
            }
        }
    }

    @Test func whatCannotBeReadIsNamedAndTheRestGoesOn() throws {
        let sources = ["1.jpg": "jpeg/cmyk.jpg", "2.png": "rgb_8.png", "3.jpg": "hostile/half.jpg"]
        try withImages(sources) { folder in
            let outcome = try restore(folder + "/in", folder + "/out")
            #expect(outcome.status == 1)
            let lines = outcome.errors.split(separator: "\n")
            try #require(lines.count == 3)
            #expect(lines[0].hasPrefix("bbcu: error: \(folder)/in/1.jpg: ") && lines[0].contains("CMYK"))
            #expect(lines[1].hasPrefix("bbcu: error: \(folder)/in/3.jpg: ") && lines[1].contains("the end of the file"))
            #expect(lines[2] == "bbcu: 1 of 3 images restored")
            #expect(try files(below: folder + "/out") == ["2.png"])
        }
    }

    @Test func noneThatCanBeReadIsAnError() throws {
        try withImages(["1.jpg": "jpeg/cmyk.jpg"]) { folder in
            let outcome = try restore(folder + "/in", folder + "/out")
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("no image that could be restored"))
        }
        try withImages(["notes.png/readme.txt": "expected.json"]) { folder in
            let outcome = try restore(folder + "/in", folder + "/out")
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("no image among 1 file"), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
        }
    }

    @Test func twoImagesNeverBecomeOne() throws {
        try withImages(["x.jpg": "jpeg/grey_90.jpg", "x.png": "rgb_8.png"]) { folder in
            let outcome = try restore(folder + "/in", folder + "/out")
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("x.jpg and x.png, which would both become x.png"), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
        }
    }

    @Test func nothingIsWrittenAmongWhatIsRead() throws {
        try withImages(["x.png": "rgb_8.png", "in/x.png": "rgb_8.png"]) { folder in
            let before = try files(below: folder)
            try makeLink(folder + "/link", to: folder + "/in")
            for output in ["in", "in/new", "in/../in/a/b", "link", "link/new"] {
                let outcome = try restore(folder + "/in", folder + "/" + output)
                #expect(outcome.status == 64, "\(output): \(outcome.errors)")
                #expect(outcome.errors.contains("lies in"), "\(output): \(outcome.errors)")
            }
            // From in/in to in, where x.png is the other's input no more than its own name says: it is not read.
            #expect(try restore(folder + "/in/in", folder + "/other").status == 0)
            // in/in/x.png would become in/x.png, which a link makes an input.
            try makeLink(folder + "/in/in/y.png", to: "../x.png")
            let outcome = try restore(folder + "/in/in", folder + "/in")
            #expect(outcome.status == 64 && outcome.errors.contains("is read by this command"), "\(outcome.errors)")
            #expect(try files(below: folder + "/in").contains("x.png") && before.contains("in/x.png"))
            #expect(try bytes(of: folder + "/in/x.png") == bytes(of: fixture("images/rgb_8.png")))
        }
    }

    @Test func anOutputThatIsAFile() throws {
        try withImages(["x.png": "rgb_8.png"]) { folder in
            try write([1], to: folder + "/out")
            let outcome = try restore(folder + "/in", folder + "/out")
            #expect(outcome.status == 2 && outcome.errors.contains("expected a folder"), "\(outcome.errors)")
        }
    }
}
