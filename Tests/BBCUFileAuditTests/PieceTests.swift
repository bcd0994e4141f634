import BBCUFileAudit
import BBCUPlatform
import TensorBytes
import TestSupport
import Testing

/// Archives one after the other: the files of a distributed checkpoint's ranks.
@Suite struct PieceTests {
    static func archive(_ name: String, _ text: String) throws -> [UInt8] {
        try Samples.zip([(name, Array(text.utf8))])
    }

    @Test(arguments: ["dcp_one_rank/__0_0.distcp", "dcp_two_ranks/__0_0.distcp", "dcp_two_ranks/__1_0.distcp"])
    func honestPieces(_ file: String) throws {
        let path = fixture("folders/" + file)
        for scan in [Scan(path), Scan(ByteRegion(try bytes(of: path)), file: file)] {
            #expect(scan.verdict == .expected, "\(scan.findings.prefix(3)) \(scan.notExamined.prefix(3))")
            #expect(scan.kind == .pyTorchPieces)
            #expect(scan.extensionAgrees == true)
            #expect(scan.names.allSatisfy { $0.judgement == .expected })
        }
    }

    /// The plan's classes are unknown, and nothing else about it is odd.
    @Test func plan() {
        let scan = Scan(fixture("folders/dcp_two_ranks/.metadata"))
        #expect(scan.findings.isEmpty && scan.notExamined.isEmpty)
        #expect(scan.verdict == .unknown)
        #expect(scan.names.allSatisfy { $0.judgement == .expected || $0.module.hasPrefix("torch.distributed.") })
    }

    /// What any piece holds counts.
    @Test(arguments: 0..<3)
    func hostilePiece(_ index: Int) throws {
        var pieces = try (0..<3).map { try Self.archive("a.txt", "piece \($0)\n") }
        pieces[index] = try Self.archive("a/data.pkl", "cos\nsystem\n(S'id'\ntR.")
        let scan = Scan(ByteRegion(Array(pieces.joined())), file: "__0_0.distcp")
        #expect(scan.verdict == .dangerous, "\(index)")
        #expect(scan.names.map(\.fullName) == ["os.system"])
        #expect(scan.findings.isEmpty)
    }

    /// Under another name readers do not agree in which archive they take.
    @Test func anotherName() throws {
        let bytes = try Self.archive("a.txt", "1\n") + Self.archive("b.txt", "2\n")
        #expect(Scan(ByteRegion(bytes), file: "__0_0.distcp").verdict == .expected)
        let scan = Scan(ByteRegion(bytes), file: "model.pth")
        #expect(scan.findings.count == 1)
        #expect(scan.verdict == .unknown)
    }

    /// Bytes that are part of no archive, and an archive that is cut off.
    @Test func otherBytes() throws {
        let archive = try Self.archive("a.txt", "1\n")
        for bytes in [
            archive + [1, 2, 3] + archive, archive + archive + [1], archive + archive.dropLast(),
            archive + archive[4...],
        ] {
            #expect(Scan(ByteRegion(bytes), file: "__0_0.distcp").level == .finding)
        }
    }

    /// An end record that counts from the start of the file leads to a directory that lies in another piece's storage.
    @Test func misleadingEnd() throws {
        let hidden = try Self.archive("evil.txt", "import os\n")
        let last = try Self.archive("b.txt", "2\n")
        // The directory of the last piece starts where the first piece's member has its own.
        let place = try #require(ByteRegion(last).firstIndex(of: [0x50, 0x4B, 1, 2], in: 0..<last.count))
        let inner = try #require(ByteRegion(hidden).firstIndex(of: [0x50, 0x4B, 1, 2], in: 0..<hidden.count))
        let start = 30 + "m.csv".utf8.count
        let filling = place - start
        #expect(filling >= 0)
        let member = [UInt8](repeating: 0x31, count: max(0, filling)) + hidden[inner...]
        let first = try Samples.zip([("m.csv", member)])
        let scan = Scan(ByteRegion(first + last), file: "__0_0.distcp")
        #expect(scan.level == .finding, "\(scan.findings)")
    }

    /// A plan that names other bytes than the archives has both examined.
    @Test func planOfOtherPlaces() throws {
        for plan in ["shared_bytes", "past_end", "right"] {
            let level = try withTemporaryFolder { folder in
                for (from, name) in [("__0_0.distcp", "__0_0.distcp"), (plan + ".metadata", ".metadata")] {
                    try write(try bytes(of: fixture("folders/plans/" + from)), to: folder + "/" + name)
                }
                return Scan(folder + "/__0_0.distcp").level
            }
            #expect(level == (plan == "right" ? .clean : .finding), "\(plan)")
        }
    }
}
