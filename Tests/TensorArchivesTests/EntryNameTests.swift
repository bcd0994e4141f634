import BBCUPlatform
import TensorArchives
import TensorBytes
import TestSupport
import Testing

/// Names of entries by their bytes, in archives that are read and in those that are written.
@Suite struct EntryNameTests {
    static let outside = [
        "../evil", "../\u{301}evil", "a/../\u{20DD}b", "/etc/evil", "/\u{301}evil", "..\\evil", "\\\u{301}evil",
        "C:\\evil",
        "d:evil",
    ]

    /// A tar archive of one empty file (POSIX.1-2017, pax, ustar Interchange Format).
    private static func tar(_ name: String) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ place: Int) {
            block.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
        }
        put(name, 0)
        for (text, place) in [("0000644", 100), ("0000000", 108), ("0000000", 116), ("00000000000", 124)] {
            put(text, place)
        }
        put("00000000000", 136)
        put("        0ustar", 148)
        put("00", 263)
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", 148)
        return block + [UInt8](repeating: 0, count: 1024)
    }

    @Test(arguments: outside) func aTarNameThatLeadsOutIsOdd(_ name: String) {
        let survey = TarSurvey(ByteRegion(Self.tar(name)))
        #expect(survey.members.map { Array($0.name.utf8) } == [Array(name.utf8)])
        #expect(survey.oddities.contains { $0.text.contains("leads out of the folder") }, "\(survey.oddities)")
    }

    @Test(arguments: ["a", "a/b", "..a", "a/\u{301}b", "\u{301}"]) func anOtherTarNameIsNot(_ name: String) {
        #expect(TarSurvey(ByteRegion(Self.tar(name))).oddities.isEmpty)
    }

    @Test func twoSpellingsAreTwoFilesOfATar() {
        let files = Self.tar("\u{E9}").prefix(512) + Self.tar("e\u{301}")
        #expect(TarSurvey(ByteRegion(Array(files))).oddities.isEmpty)
        let twice = Self.tar("\u{E9}").prefix(512) + Self.tar("\u{E9}")
        #expect(TarSurvey(ByteRegion(Array(twice))).oddities.count == 1)
    }

    @Test func anArchiveIsWrittenWithTwoSpellings() throws {
        try withTemporaryFolder { folder in
            var writer = try ZipWriter(folder + "/a.zip")
            for name in ["\u{E9}", "e\u{301}", "..\u{301}/x"] { try writer.add(name, [1]) }
            try writer.finish()
            let survey = ZipSurvey(try ByteRegion.mapping(folder + "/a.zip"))
            #expect(survey.entries.map { Array($0.name.utf8).count } == [2, 3, 6])
            #expect(survey.oddities.isEmpty, "\(survey.oddities)")
        }
    }
}
