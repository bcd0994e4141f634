import BBCUFileAudit
import BBCUPlatform
import TensorBytes
import TestSupport
import Testing

/// Archives that show different readers different things, and files that are several things at once.
@Suite struct ArchiveTrickTests {
    static let evil: [UInt8] = [0x80, 2] + AttackTests.evil
    static let harmless = AttackTests.harmless

    static func archive() throws -> [UInt8] {
        try Samples.checkpoint([1, 2, 3, 4])
    }

    static func scan(_ content: [UInt8], _ file: String = "x.pth") -> Scan { Scan(ByteRegion(content), file: file) }

    static func place(of needle: [UInt8], in content: [UInt8], last: Bool = false) throws -> Int {
        let places = content.indices.filter { content[$0...].starts(with: needle) }
        return try #require(last ? places.last : places.first)
    }

    @Test func honestArchive() throws {
        #expect(Self.scan(try Self.archive()).verdict == .expected)
    }

    /// A name is the writer's to choose: none may hide what follows a pickle.
    @Test(arguments: ["a/data.pkl", "a (pickles between numbers)"])
    func bytesBehindAPickleAreSaidWhateverTheName(_ name: String) throws {
        let scan = Self.scan(try Samples.zip([(name, Self.harmless + [1, 2, 3])]))
        #expect(scan.findings.contains { $0.text.contains("follow the last pickle") })
    }

    @Test func pickleInFront() throws {
        let scan = Self.scan(Self.evil + (try Self.archive()))
        #expect(scan.verdict == .dangerous)
        #expect(scan.findings.contains { $0.text.contains("at once") })
        let harmless = Self.scan(Self.harmless + (try Self.archive()))
        #expect(harmless.verdict == .unknown)
    }

    @Test func archiveBehindAnArchive() throws {
        let evil = try Samples.zip([("b/data.pkl", Self.evil)])
        #expect(Self.scan(try Self.archive() + evil).verdict == .dangerous)
        #expect(Self.scan(evil + (try Self.archive())).verdict == .dangerous)
    }

    @Test func directoryCutOff() throws {
        let evil = try Samples.zip([("b/data.pkl", Self.evil)])
        let directory = try Self.place(of: [0x50, 0x4B, 1, 2], in: evil)
        let scan = Self.scan(Array(evil[..<directory]))
        #expect(scan.verdict == .dangerous)
    }

    @Test func entryThatNoDirectoryLists() throws {
        var evil = try Samples.zip([("b/data.pkl", Self.evil)])
        evil.removeSubrange((try Self.place(of: [0x50, 0x4B, 1, 2], in: evil))...)
        #expect(Self.scan(evil + (try Self.archive())).verdict == .dangerous)
    }

    static let edits: [(String, [UInt8], Int, UInt8)] = [
        // Signature of the header, the field's place in it, the new value.
        ("method in front of the data", [0x50, 0x4B, 3, 4], 8, 8),
        ("encrypted in the directory", [0x50, 0x4B, 1, 2], 8, 1),
        ("CRC-32 in the directory", [0x50, 0x4B, 1, 2], 16, 0xAB),
        ("size in the directory", [0x50, 0x4B, 1, 2], 24, 2),
        ("name in front of the data", [0x50, 0x4B, 3, 4], 31, 0x58),
        ("method in the directory", [0x50, 0x4B, 1, 2], 10, 12),
        ("count in the end record", [0x50, 0x4B, 5, 6], 10, 1), ("part of several", [0x50, 0x4B, 5, 6], 4, 1),
        ("data", [0x50, 0x4B, 3, 4], 100, 0x55),
    ]

    @Test(arguments: edits)
    func editedHeaders(_ what: String, _ signature: [UInt8], _ offset: Int, _ value: UInt8) throws {
        var content = try Self.archive()
        let start = try Self.place(of: signature, in: content)
        content[start + offset] = value
        let scan = Self.scan(content)
        #expect(scan.verdict == .unknown, "\(what)")
        #expect(!scan.findings.isEmpty || !scan.notExamined.isEmpty)
    }

    @Test(arguments: ["/etc/passwd", "../x", "a\\b", "C:/x"])
    func namesThatLeadElsewhere(_ name: String) throws {
        let scan = Self.scan(try Samples.zip([("a/data.pkl", Self.harmless), (name, [1])]))
        #expect(scan.verdict == .unknown)
        #expect(scan.findings.contains { $0.place == name })
    }

    @Test func duplicateNames() throws {
        let archive = try Samples.zip([("a/data.pkl", Self.harmless), ("a/data.pkm", Self.evil)])
        var content = archive
        for start in archive.indices where archive[start...].starts(with: Array("a/data.pkm".utf8)) {
            content[start + 9] = UInt8(ascii: "l")
        }
        let scan = Self.scan(content)
        #expect(scan.verdict == .dangerous)
        #expect(scan.findings.contains { $0.place == "a/data.pkl" })
    }

    @Test func trailingData() throws {
        #expect(Self.scan(try Self.archive() + [0]).verdict != .expected)
        #expect(Self.scan(Self.harmless + [1, 2, 3], "x.pkl").verdict == .unknown)
    }

    @Test func endingThatDisagrees() throws {
        #expect(Self.scan(try Self.archive(), "x.safetensors").verdict == .unknown)
        #expect(Self.scan(try Self.archive(), "x.pt").verdict == .expected)
        #expect(Self.scan(try Self.archive(), "x.anything").extensionAgrees == nil)
    }

    @Test func compressedBombsEnd() throws {
        let scan = Scan(fixture("containers/deflated.pth"))
        #expect(scan.verdict == .expected)
    }

    @Test func everyTruncationAndEveryChangedBitEnds() throws {
        let content = try Self.archive() + Self.evil
        for count in content.indices {
            #expect(Self.scan(Array(content[..<count])).verdict != .expected || count > content.count - 60)
        }
        for bit in stride(from: 0, to: content.count * 8, by: 5) {
            var changed = content
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            _ = Self.scan(changed).names
        }
    }
}
