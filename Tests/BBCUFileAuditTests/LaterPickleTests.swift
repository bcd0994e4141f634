import BBCUFileAudit
import BBCUPlatform
import TensorBytes
import TestSupport
import Testing

/// What a loader reaches behind something harmless, or inside a string.
@Suite struct LaterPickleTests {
    /// Pickles of text that do nothing by themselves.
    static let harmless = ["(lp0\n.", "I1\n.", "VModel card\n.", "(dp0\n.", "N.", "I1\n.I2\n."]

    @Test(arguments: harmless)
    func aPickleBehindOneThatDoesNothingIsNamed(_ first: String) throws {
        let bytes = Array(first.utf8) + AttackTests.evil
        let samples = [
            Scan(ByteRegion(bytes), file: "notes.txt"), Scan(ByteRegion(bytes), file: "a.pkl"),
            Scan(ByteRegion(try Samples.zip([("a.txt", bytes)])), file: "a.zip"),
            Scan(ByteRegion(Samples.tar([("a.txt", bytes)])), file: "a.tar"),
        ]
        for scan in samples {
            #expect(scan.verdict == .dangerous, "\(scan.file)")
            #expect(scan.names.contains { $0.module == "os" && $0.name == "system" }, "\(scan.file)")
        }
    }

    /// PyTorch's stream of before 1.6 with protocol 0, which is text all through.
    @Test func anOldFileOfProtocolZeroIsOne() throws {
        let head = "L119547037146038801333356L\n.I1001\n.(dp0\nVlittle_endian\np1\nI01\ns."
        let honest = Array((head + "(dp0\n.(lp0\n.").utf8)
        #expect(Scan(ByteRegion(honest), file: "a.pth").kind == .pyTorchLegacy)
        #expect(Scan(ByteRegion(honest), file: "a.pth").verdict == .expected)
        let hostile = Array(head.utf8) + AttackTests.evil + Array("(lp0\n.".utf8)
        for file in ["a.pth", "notes"] {
            let scan = Scan(ByteRegion(hostile), file: file)
            #expect(scan.verdict == .dangerous)
            #expect(scan.names.contains { $0.module == "os" })
        }
    }

    @Test(arguments: ["Read me first.\n", "I am a model.\nIt was trained.\n", "No.\n", "(see below).\ncat\ndog\n"])
    func ordinaryTextIsSkipped(_ text: String) {
        #expect(Scan(ByteRegion(Array(text.utf8)), file: "README").verdict == .skipped)
    }

    /// Bytes that `torch.storage._load_from_bytes` would load as a file.
    @Test func aFileWithinAStringIsFollowed() throws {
        let old: [UInt8] =
            [0x80, 2, 0x8A, 10] + [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2]
            + [0x4D, 0xE9, 3, 0x2E, 0x80, 2] + Array("}q\u{0}.".utf8) + [0x80, 2] + AttackTests.evil + [0x80, 2]
            + Array("]q\u{0}.".utf8)
        let zip = try Samples.zip([("a/data.pkl", [0x80, 2] + AttackTests.evil)])
        for inner in [old, zip] {
            let count = withUnsafeBytes(of: UInt32(inner.count).littleEndian) { Array($0) }
            let pickle =
                [0x80, 3] + Array("ctorch.storage\n_load_from_bytes\nB".utf8) + count + inner + [0x85, 0x52, 0x2E]
            let scan = Scan(ByteRegion(pickle), file: "a.pkl")
            #expect(scan.names.contains { $0.module == "os" && $0.name == "system" })
        }
    }

    @Test(arguments: ["list", "tuple", "set", "frozenset"])
    func rangesThatAskForMemoryAreFindings(_ container: String) {
        func pickle(_ count: UInt8) -> [UInt8] {
            [0x80, 3] + Array("cbuiltins\n\(container)\ncbuiltins\nrange\n".utf8)
                + [0x8A, 6, 0, 0, 0, 0, 0, count] + [0x85, 0x52, 0x85, 0x52, 0x2E]
        }
        #expect(Scan(ByteRegion(pickle(1)), file: "a.pkl").findings.contains { $0.severity == .unknown })
        #expect(!Scan(ByteRegion(pickle(0)), file: "a.pkl").findings.contains { $0.severity == .unknown })
    }

    @Test func aMemoOfManyEntriesIsAFinding() {
        let pickle: [UInt8] = [0x80, 2, 0x7D, UInt8(ascii: "r"), 0xFF, 0xFF, 0xFF, 0xFF, 0x2E]
        #expect(Scan(ByteRegion(pickle), file: "a.pkl").findings.contains { $0.text.contains("memo") })
    }

    @Test(arguments: ["path=../evil", "path=/etc/passwd", "linkpath=a/../../b", "GNU.sparse.name=../e"])
    func namesOfExtendedHeadersCount(_ record: String) {
        let length = record.utf8.count + 4
        let line = Array("\(length) \(record)\n".utf8)
        #expect(line.count == length)
        var archive = Samples.tar([("x", line), ("harmless", AttackTests.harmless)])
        archive[156] = UInt8(ascii: "x")
        let blank = [UInt8](repeating: 0x20, count: 8)
        archive.replaceSubrange(148..<156, with: blank)
        let sum = String(archive[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
        let text = Array((String(repeating: "0", count: 6 - sum.utf8.count) + sum + "\0 ").utf8)
        archive.replaceSubrange(148..<156, with: text)
        let scan = Scan(ByteRegion(archive), file: "a.tar")
        #expect(scan.findings.contains { $0.text.contains("leads out") }, "\(scan.findings)")
    }
}
