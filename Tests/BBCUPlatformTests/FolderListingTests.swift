import BBCUPlatform
import Foundation
import TensorBytes
import TestSupport
import Testing

@Suite("What folders hold")
struct FolderListingTests {
    /// Makes empty files, and the folders they lie in.
    private func make(_ files: [String], in folder: String) throws {
        for file in files {
            let url = URL(fileURLWithPath: folder + "/" + file)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
    }

    @Test("files lie in the order of their paths' bytes, whatever the language's order is")
    func order() throws {
        try withTemporaryFolder { folder in
            // By bytes "B" is before "a", "-" before "/" before "0", and the one-part letter comes last.
            try make(["a/1.png", "a.png", "B.JPG", "a-b.jpeg", "a0.PNG", "\u{E9}.png", "e\u{301}.png"], in: folder)
            #expect(
                try FolderListing.files(under: folder).map { Array($0.utf8) }
                    == [
                        "B.JPG", "a-b.jpeg", "a.png", "a/1.png", "a0.PNG", "e\u{301}.png", "\u{E9}.png",
                    ].map { Array($0.utf8) })
        }
    }

    @Test("hidden files are passed over, a circle of links ends, a link to nothing is listed")
    func links() throws {
        try withTemporaryFolder { folder in
            try make(["in/x.png", "in/.hidden.png", "in/.git/y.png", "out/z.png"], in: folder)
            try makeLink(folder + "/in/loop", to: folder + "/in")
            try makeLink(folder + "/in/linked", to: folder + "/out")
            try makeLink(folder + "/in/nothing.png", to: folder + "/absent")
            #expect(try FolderListing.files(under: folder + "/in") == ["linked/z.png", "nothing.png", "x.png"])
        }
    }

    @Test("what is no folder cannot be listed")
    func noFolder() throws {
        #expect(throws: BytesError(.absent, found: "")) { try FolderListing.files(under: fixture("absent")) }
        #expect(throws: BytesError(.absent, found: "")) { try FolderListing.files(under: fixture("README.md")) }
        #expect(FolderListing.isFolder(fixture("images")) && FolderListing.isFile(fixture("README.md")))
        #expect(!FolderListing.isFolder(fixture("README.md")) && !FolderListing.isFolder(fixture("absent")))
    }

    /// Bytes of names, and their text: what belongs to no character is shown byte by byte.
    @Test(
        arguments: [
            ([0x61, 0xC3, 0xA9], "a\u{E9}"), ([0x61, 0xFF, 0x62], "a\u{FFFD}FFb"),
            ([0xE2, 0x82], "\u{FFFD}E2\u{FFFD}82"),
            ([0xC0, 0xAF, 0x2E], "\u{FFFD}C0\u{FFFD}AF."), ([0xED, 0xA0, 0x80], "\u{FFFD}ED\u{FFFD}A0\u{FFFD}80"),
            ([0xC3], "\u{FFFD}C3"), ([], ""),
        ] as [([UInt8], String)])
    func namesThatAreNotUTF8(_ bytes: [UInt8], _ text: String) {
        #expect(FileName.text(bytes) == text)
        #expect(FileName.isUTF8(text) == !text.contains("\u{FFFD}"))
    }
}
