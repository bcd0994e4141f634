import BBCUFileAudit
import BBCUPlatform
import TensorBytes
import TestSupport
import Testing

/// A header of safetensors that contradicts itself is not called clean.
@Suite struct SafetensorsTests {
    static func scan(_ header: String, _ count: Int) -> Scan {
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
        return Scan(
            ByteRegion(length + Array(header.utf8) + [UInt8](repeating: 0, count: count)), file: "a.safetensors")
    }

    static func tensor(_ name: String, _ shape: String, _ start: Int, _ end: Int, _ dtype: String = "F32") -> String {
        "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}"
    }

    @Test(arguments: [
        ("{\(tensor("a", "2", 0, 8)),\(tensor("b", "2", 4, 12))}", 12),
        ("{\(tensor("a", "2", 0, 8)),\(tensor("b", "1", 12, 16))}", 16),
        ("{\(tensor("a", "3", 0, 8))}", 8), ("{\(tensor("a", "4", 0, 16))}", 8), ("{\(tensor("a", "1", 4, 8))}", 8),
        ("{\(tensor("a", "1", 0, 4)),\(tensor("a", "1", 4, 8))}", 8), ("{\(tensor("a", "0", 4, 0))}", 4),
        ("{\(tensor("a", "-1", 0, 4))}", 4), ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4),
        ("{\(tensor("a", "2", 0, 4, "F16")),1}", 4),
        ("{\(tensor("a", "1", 0, 4))}", 8), ("{\"__metadata__\":{\"a\":1},\(tensor("a", "1", 0, 4))}", 4),
        ("{\(tensor("a", "4294967296,4294967296", 0, 4))}", 4),
    ])
    func contradictions(_ header: String, _ count: Int) {
        let scan = Self.scan(header, count)
        #expect(scan.level == .finding, "\(header) \(scan.findings) \(scan.notExamined)")
        #expect(scan.verdict == .unknown)
    }

    @Test(arguments: [
        ("{\(tensor("a", "2", 0, 8)),\(tensor("b", "1", 8, 12))}", 12),
        ("{\(tensor("b", "1", 4, 8)),\(tensor("a", "1", 0, 4))}", 8),
        ("{}", 0), ("{\"__metadata__\":{\"a\":\"1\"},\(tensor("a", "0", 0, 0))}  ", 0),
        ("{\(tensor("a", "3", 0, 4, "X9"))}", 4),
    ])
    func soundHeaders(_ header: String, _ count: Int) {
        let scan = Self.scan(header, count)
        #expect(scan.verdict == .expected, "\(scan.findings) \(scan.notExamined)")
    }

    /// Texts of the metadata as trainers write them, and texts that are or hold a pickle.
    @Test(arguments: [
        (#""format":"pt""#, true), (#""ss_tag_frequency":"{\"a\": {\"cat, c\": 3}}","note":"two\nlines\n""#, true),
        (#""a":"cos\nsystem\n(S'id'\ntR.""#, false), (#""a":"see\ncos\nsystem\n(S'id'\ntR.""#, false),
        (#""a":"gASVHQAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg==""#, false), (#""a":"\u0001\u0002""#, false),
    ])
    func metadata(_ texts: String, _ isClean: Bool) {
        let scan = Self.scan("{\"__metadata__\":{\(texts)},\(Self.tensor("a", "1", 0, 4))}", 4)
        #expect((scan.level == .clean) == isClean, "\(texts) \(scan.findings) \(scan.notExamined)")
    }

    @Test func keysThatTheFormatDoesNotHave() {
        let tensor = Self.tensor("a", "1", 0, 4).dropLast() + #","note":"x"}"#
        #expect(Self.scan("{\(tensor)}", 4).level == .unexamined)
    }

    /// What the reader refuses is not clean.
    @Test func agreesWithTheReader() throws {
        for name in try contents(ofFolder: fixture("hostile")) where name.hasSuffix(".safetensors") {
            #expect(Scan(fixture("hostile/\(name)")).level != .clean, "\(name)")
        }
    }
}
