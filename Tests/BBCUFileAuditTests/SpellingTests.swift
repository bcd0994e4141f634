import BBCUFileAudit
import BBCUPlatform
import TensorBytes
import TestSupport
import Testing

/// Texts that Swift takes for equal, or for one character, and Python does not.
@Suite struct SpellingTests {
    private static func scan(expression: String) throws -> Scan {
        let graph = #"{"graph_module": {"hint": null, "expr_str": "\#(expression)"}}"#
        let archive = try Samples.zip([
            ("a/archive_format", Array("pt2".utf8)), ("a/models/model.json", Array(graph.utf8)),
        ])
        return Scan(ByteRegion(archive), file: "x.pt2")
    }

    @Test(arguments: ["s0", "2", "Integer(2)", "Symbol('s0')", "Symbol('s0', positive=True, integer=True)"])
    func plainExpressions(_ text: String) throws {
        let findings = try Self.scan(expression: text).findings
        #expect(!findings.contains { $0.text.includes("symbolic expression") })
    }

    /// The first quote and what follows it are one character of Swift's, and so are the last two scalars.
    @Test(arguments: [
        "Symbol('\u{301}s0')", "Symbol('s0'\u{301})", "Symbol('s0',\u{301} positive=True)", "Integer(\u{301}2)", "f()",
        "Symbol('s0', positive=True\u{301})",
    ])
    func otherExpressions(_ text: String) throws {
        let findings = try Self.scan(expression: text).findings
        #expect(findings.contains { $0.text.includes("a symbolic expression that loading evaluates") })
    }

    @Test func twoSpellingsAreTwoNames() {
        func global(_ name: String) -> [UInt8] { Array("cm\n\(name)\n".utf8) }
        let pickle = [0x80, 2] + global("\u{E9}") + [0x30] + global("e\u{301}") + [0x2E]
        let names = Scan(ByteRegion(pickle), file: "x.pkl").names
        #expect(names.map { Array($0.name.utf8) } == [Array("\u{E9}".utf8), Array("e\u{301}".utf8)])
    }
}
