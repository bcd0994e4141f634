import BBCUFileAudit
import BBCUPlatform
import TensorBytes
import TestSupport
import Testing

/// Files that a loader reads otherwise than their first bytes or their plainest record say. Each was tried on
/// CPython 3.11, NumPy 2 and PyTorch 2.13: the loader named runs what the pickle names.
@Suite struct LoaderDifferenceTests {
    static let evil: [UInt8] = [0x80, 2] + AttackTests.evil
    static let harmless = AttackTests.harmless

    static func scan(_ content: [UInt8], _ file: String = "model") -> Scan { Scan(ByteRegion(content), file: file) }

    // NumPy: every spelling of an object's type, and headers of any length.
    @Test(arguments: [
        "'>O'", "'O8'", "'=O'", "'\\x7c\\x4f'", "[('a', '>O')]", "[('a', '<f4'), ('b', '=O')]", "('>O', (1,))",
        "'object'",
        "'|' 'O'", "{'names': ['a'], 'formats': ['<O']}", "[('<f4', '>O')]",
    ])
    func arraysOfObjects(_ type: String) {
        for padding in [0, 100_000] {
            let array = Self.array(type, Self.evil, padding: padding)
            #expect(Self.scan(array, "a.npy").verdict == .dangerous, "\(type)")
        }
        // Where no pickle can be read, it is not called numbers.
        #expect(Self.scan(Self.array(type, [0, 1, 2, 3]), "a.npy").verdict == .unknown, "\(type)")
    }

    @Test(arguments: [
        ("'<f4'", 4), ("'|b1'", 1), ("'|S10'", 10), ("'<U3'", 12), ("'<M8[ns]'", 8), ("'|V16'", 16),
        ("[('a', '<f4'), ('b', '<i8', (2,))]", 20), ("[('x', [('y', '<f4')])]", 4), ("('<f4', (2,))", 8),
        ("[('a', '<c16'), ('', '|V7')]", 23),
    ])
    func arraysOfNumbers(_ type: String, _ size: Int) {
        // As many bytes as the header says are numbers to NumPy, whatever they look like.
        let values = (0..<size).map { Self.evil[$0 % Self.evil.count] }
        #expect(Self.scan(Self.array(type, values), "a.npy").verdict == .expected, "\(type)")
        // What stands behind them is not.
        #expect(Self.scan(Self.array(type, values + Self.evil), "a.npy").verdict == .dangerous, "\(type)")
        #expect(Self.scan(Self.array(type, values + [0xB1, 0xB2]), "a.npy").verdict == .unknown, "\(type)")
        #expect(Self.scan(Self.array(type, Array(values.dropLast())), "a.npy").verdict == .unknown, "\(type)")
    }

    static func array(_ type: String, _ data: [UInt8], padding: Int = 0) -> [UInt8] {
        let blanks = String(repeating: " ", count: padding)
        let header = Array("{\(blanks)'descr': \(type), 'fortran_order': False, 'shape': (1,), }\n".utf8)
        let length = (0..<4).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        return [0x93] + Array("NUMPY".utf8) + [2, 0] + length + header + data
    }

    // An import needs no call, and no protocol.
    @Test(arguments: ["cos\nx\n.", "cantigravity\nx\n."])
    func shortestPickles(_ pickle: String) throws {
        let bytes = Array(pickle.utf8)
        #expect(Self.scan(bytes).verdict != .unreadable)
        for entry in ["a/data.pkl", "a/data/0"] {
            let archive = try Samples.zip([(entry, bytes), ("a/version", Array("3\n".utf8))])
            #expect([.dangerous, .unknown].contains(Self.scan(archive, "x.pth").verdict))
        }
        let coded = try Samples.zip([("a/data.pkl", [0x82, 7, 0x2E])])
        #expect(Self.scan(coded, "x.pth").names.map(\.name) == ["extension 7"])
    }

    /// Python's own unpickler takes a name that the end cuts off.
    @Test(arguments: [[UInt8]([0x80, 2]), []])
    func nameAtTheEnd(_ start: [UInt8]) throws {
        let bytes = start + Array("cos\nsystemx".utf8)
        #expect(Self.scan(bytes).verdict == .dangerous)
        #expect(Self.scan(try Samples.zip([("a/data.pkl", bytes)]), "x.pth").verdict == .dangerous)
    }

    @Test func numbersAreNoPickles() throws {
        // Raw values that run to a STOP by chance, and an array's first byte, STACK_GLOBAL of nothing.
        for values: [UInt8] in [[0x4E, 0x4E, 0x30, 0x2E, 9, 9, 9, 9], [0x82, 7, 0x2E, 9], [0x93, 0x2E, 1, 2]] {
            let archive = try Samples.checkpoint(values)
            #expect(Self.scan(archive, "x.pth").verdict == .expected, "\(values)")
        }
    }

    // tar: any first name, no mark but the checksum, kinds that Python takes for files, sizes of what has no data.
    @Test(arguments: [
        Array("a\0\0\0\0\0\0\0{".utf8), [0x93] + Array("NUMPY\u{1}\0\u{10}\0{'descr':'<f4'}".utf8), [0x1F, 0x8B],
        Array("<html".utf8), Array("{a".utf8),
    ])
    func tarThatLooksLikeSomethingElse(_ name: [UInt8]) {
        var tar = Samples.tar([("x", [1]), ("pickle", Self.evil)])
        tar.replaceSubrange(0..<name.count, with: name)
        #expect(Self.scan(Self.signed(tar), "x.pth").verdict == .dangerous)
    }

    @Test func tarWithoutMark() {
        var tar = Samples.tar([("pickle", Self.evil)])
        tar.replaceSubrange(257..<265, with: [UInt8](repeating: 0, count: 8))
        #expect(Self.scan(Self.signed(tar)).verdict == .dangerous)
    }

    @Test func tarOfOtherKinds() {
        for kind in Array("SVZ".utf8) {
            var tar = Samples.tar([("pickle", Self.evil)])
            tar[156] = kind
            #expect(Self.scan(Self.signed(tar)).verdict == .dangerous)
        }
        // A folder with a size: what follows is a header to one reader and its data to another.
        var tar = Samples.tar([("folder", Samples.tar([("pickle", Self.evil)])), ("b", Self.harmless)])
        tar[156] = UInt8(ascii: "5")
        let scan = Self.scan(Self.signed(tar), "x.tar")
        #expect(scan.verdict == .dangerous)
        #expect(scan.findings.contains { $0.text.contains("has a size") })
        let behind = Samples.tar([("a", Self.harmless)]) + Samples.tar([("pickle", Self.evil)])
        #expect(Self.scan(behind, "x.tar").verdict == .dangerous)
    }

    /// The archive with the checksum of its first header mended.
    static func signed(_ tar: [UInt8]) -> [UInt8] {
        var tar = tar
        tar.replaceSubrange(148..<156, with: Array("        ".utf8))
        let sum = String(tar[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
        tar.replaceSubrange(148..<156, with: Array((String(repeating: "0", count: 6 - sum.count) + sum + "\0 ").utf8))
        return tar
    }

    /// PyTorch goes by the 64-bit end record even where the other one is not full: here the one lists another archive,
    /// which lies in the values of a storage.
    @Test func twoEndRecordsThatDiffer() throws {
        let inner = try Samples.zip([("a/data.pkl", Self.evil)])
        let innerDirectory = try ArchiveTrickTests.place(of: [0x50, 0x4B, 1, 2], in: inner)
        let innerEnd = try ArchiveTrickTests.place(of: [0x50, 0x4B, 5, 6], in: inner)
        let storage = [1, 2, 3, 4] + inner[..<innerEnd] + [5, 6, 7, 8]
        let outer = try Samples.zip([("a/data.pkl", Self.harmless), ("a/data/0", storage)])
        let end = try ArchiveTrickTests.place(of: [0x50, 0x4B, 5, 6], in: outer, last: true)
        let start = try ArchiveTrickTests.place(of: Array(inner[..<innerEnd]), in: outer)
        var content = Array(outer[..<end])
        // The inner directory's offset counts from the start of the file.
        let header = start + innerDirectory
        content.replaceSubrange(header + 42..<header + 46, with: Self.bytes(start, 4))
        content += [0x50, 0x4B, 6, 6] + Self.bytes(44, 8) + Self.bytes(45, 2) + Self.bytes(45, 2) + Self.bytes(0, 8)
        content +=
            Self.bytes(1, 8) + Self.bytes(1, 8) + Self.bytes(innerEnd - innerDirectory, 8) + Self.bytes(header, 8)
        content += [0x50, 0x4B, 6, 7] + Self.bytes(0, 4) + Self.bytes(end, 8) + Self.bytes(1, 4) + outer[end...]
        let scan = Self.scan(content, "x.pth")
        #expect(scan.verdict == .dangerous)
        #expect(scan.findings.contains { $0.text.contains("64 bits differ") })
    }

    static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    @Test func programsAreNotCalledSafe() throws {
        let archive = try Samples.zip([("a/data.pkl", Self.harmless), ("a/hook.py", Array("import os".utf8))])
        #expect(Self.scan(archive, "x.pth").notExamined.map(\.place) == ["a/hook.py"])
    }

    /// What stands behind more than can be followed is not examined, and so not called safe.
    @Test func nameBehindTheLimit() throws {
        let pickle = [UInt8](repeating: UInt8(ascii: "("), count: 16_100_000) + AttackTests.evil
        let scan = Self.scan(try Samples.zip([("a/data.pkl", pickle)]), "x.pth")
        #expect(scan.verdict == .unknown)
        #expect(scan.notExamined.map(\.place) == ["a/data.pkl"])
    }

    /// Millions of tiny pickles are counted, not kept.
    @Test func manyTinyPickles() {
        let tiny: [UInt8] = [0x80, 2, 0x4E, 0x2E]
        let scan = Self.scan([[UInt8]](repeating: tiny, count: 300_000).flatMap { $0 } + Self.evil, "x.pkl")
        #expect(scan.verdict == .dangerous)
        #expect(scan.notExamined.count == 1)
    }
}
