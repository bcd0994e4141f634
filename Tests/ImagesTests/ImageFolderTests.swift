import Foundation
import Images
import TestSupport
import Testing

@Suite("Folders of images")
struct ImageFolderTests {
    /// Makes empty files, and the folders they lie in.
    private func make(_ files: [String], in folder: String) throws {
        for file in files {
            let url = URL(fileURLWithPath: folder + "/" + file)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
    }

    @Test("images lie in the order of their paths' bytes, whatever the language's order is")
    func order() throws {
        try withTemporaryFolder { folder in
            // By bytes "B" is before "a", "-" before "/" before "0", and the one-part letter comes last.
            try make(["a/1.png", "a.png", "B.JPG", "a-b.jpeg", "a0.PNG", "\u{E9}.png", "e\u{301}.png"], in: folder)
            let images = try ImageFolder(folder).images
            #expect(
                images.map { Array($0.utf8) }
                    == [
                        "B.JPG", "a-b.jpeg", "a.png", "a/1.png", "a0.PNG", "e\u{301}.png", "\u{E9}.png",
                    ].map { Array($0.utf8) })
        }
    }

    @Test("other files are counted, hidden ones passed over, links to folders not followed")
    func others() throws {
        try withTemporaryFolder { folder in
            try make(
                ["in/x.png", "in/notes.txt", "in/.hidden.png", "in/.git/y.png", "in/png", "out/z.png"], in: folder)
            try makeLink(folder + "/in/loop", to: folder + "/in")
            try makeLink(folder + "/in/folder.png", to: folder + "/out")
            try makeLink(folder + "/in/linked.png", to: folder + "/out/z.png")
            let listed = try ImageFolder(folder + "/in")
            #expect(listed.images == ["linked.png", "x.png"])
            #expect(listed.otherCount == 4)
        }
    }

    @Test("what is no folder cannot be listed")
    func noFolder() throws {
        #expect(throws: ImageError(.absent)) { try ImageFolder(fixture("absent")) }
        #expect(throws: ImageError(.unreadable)) { try ImageFolder(fixture("README.md")) }
        #expect(ImageFolder.exists(fixture("images")))
        #expect(!ImageFolder.exists(fixture("README.md")) && !ImageFolder.exists(fixture("absent")))
    }
}
