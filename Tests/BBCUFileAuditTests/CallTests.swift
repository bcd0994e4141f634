import BBCUFileAudit
import BBCUPlatform
import TensorBytes
import TestSupport
import Testing

/// What calls return and ask for, and how they are shown.
@Suite struct CallTests {
    static func scan(_ code: String) -> Scan { Scan(ByteRegion([0x80, 2] + Array(code.utf8)), file: "x.pkl") }

    static let ordered = "ccollections\nOrderedDict\n"
    static let tag = "ctorch.jit._pickle\nrestore_type_tag\n"

    /// What honest writers give a state or items to.
    @Test(arguments: [
        "\(ordered))R}(S'a'\nI1\nu}S'_metadata'\nNsb.",
        "ccollections\nCounter\n}S'a'\nI2\nstR.".replacing("}S", with: "(}S"),
        "ccollections\ndefaultdict\n(cbuiltins\nlist\ntRS'a'\n]s.", "cbuiltins\nset\n(]tR.",
        "cnumpy\ndtype\n(S'f4'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntb.",
        "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I2\ntNI00\nS'ab'\ntb.",
        "ccopy_reg\n_reconstructor\n(\(ordered)c__builtin__\nobject\nNtR}S'a'\nI1\nsb.",
        "ctorch.nn.parameter\nParameter\n(NI01\ntR}b.", "\(tag)((lp0\nI1\naS'List[int]'\ntR.",
        "cbuiltins\nbytearray\n(Vab\nVlatin-1\ntR.", "cbuiltins\nlist\n)RI1\na.",
        "ctorch\nSize\n((I1099511627776\nttR.",
    ])
    func honestStates(_ code: String) {
        let scan = Self.scan(code)
        #expect(scan.verdict == .expected, "\(scan.findings) \(scan.names.map(\.reason))")
    }

    /// A class handed back by a function, through tuples, lists and the memo, is that class.
    @Test(arguments: [
        "\(tag)(\(ordered)S'x'\ntR}b.", "\(tag)(\(ordered)S'x'\ntR}S'a'\nI1\nsb.",
        "\(tag)(\(ordered)S'x'\ntRS'a'\nI1\ns.",
        "\(tag)p1\n0g1\n(g1\n(\(ordered)S'x'\ntRS'y'\ntR}b.", "\(tag)(\(ordered)S'x'\ntp1\n0g1\n0\(tag)g1\nR}b.",
        "ctorch.jit._pickle\nbuild_intlist\n(\(ordered)tR}b.", "ctorch.jit._pickle\nbuild_tensorlist\n(\(ordered)tR}b.",
        "(S'x'\nictorch\nx\n0\(tag)(\(ordered)S'x'\ntR}b.", "\(tag)(cos\nsystem\nS'x'\ntR(S'id'\ntR.",
        "(\(tag)\(ordered)S'x'\no}b.",
    ])
    func classesHandedBack(_ code: String) {
        #expect(Self.scan(code).verdict == .dangerous, "\(code)")
    }

    /// Of what else a call returned nothing is known.
    @Test(arguments: [
        "ctorch.serialization\n_get_layout\n(S'x'\ntR}b.", "ctorch.serialization\n_get_layout\n(S'x'\ntRI1\na.",
        "\(tag)cbuiltins\nlist\n(S'x'\ntRR}b.", "\(ordered))R)R.", "\(tag)((ltS'x'\ntR)R0\(ordered))R)R.",
        "ctorch._tensor\n_rebuild_from_type_v2\n(ctorch.serialization\n_get_layout\n)RN)}tR.",
        "(S'storage'\n\(ordered)S'0'\nS'cpu'\nI1\ntQ}b.", "Pabc\n}b.",
        "\(ordered))R}S'__setstate__'\ncbuiltins\nlist\nsb(ltb.",
    ])
    func changesOfTheUnknown(_ code: String) {
        #expect(Self.scan(code).verdict == .unknown, "\(code)")
    }

    static let bombs: [(String, Bool)] = [
        ("cbuiltins\nbytearray\n(I1099511627776\ntR.", true), ("c__builtin__\nbytes\n(L1099511627776L\ntR.", true),
        ("(I1099511627776\nibuiltins\nbytearray\n.", true), ("cbuiltins\nbytearray\n(I1099511627776\nt\u{81}.", true),
        ("ctorch.storage\nUntypedStorage\n(I1099511627776\ntR.", true),
        ("ctorch\nFloatStorage\n(I1099511627776\ntR.", true),
        ("ctorch\nTensor\n(I1048576\nI1048576\ntR.", true), ("ctorch.cuda\nHalfTensor\n(I1099511627776\ntR.", true),
        ("ctorch\nTensor\n(ctorch\nSize\n((I1099511627776\nttRtR.", true),
        ("cnumpy\nndarray\n((I1099511627776\nttR.", true), ("cnumpy\nndarray\n((I1048576\nI1048576\nttR.", true),
        ("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I1099511627776\ntS'b'\ntR.", true),
        ("cbuiltins\nbytearray\n(cbuiltins\nint\n(S'1099511627776'\ntRtR.", true),
        ("cbuiltins\nbytearray\np1\n0(g1\n(I16000000\ntRg1\n(I16000000\ntRt.", true),
        ("cbuiltins\nbytearray\n(I99999999999999999999999999\ntR.", true),
        (
            "ctorch._utils\n_rebuild_tensor_v2\n((S'storage'\nctorch\nFloatStorage\nS'0'\nS'cpu'\nI4\ntQI0\n"
                + "(I1099511627776\nt(I1\ntI00\n\(ordered))RtR.", true
        ),
        (
            "ctorch._utils\n_rebuild_tensor_v2\n((S'storage'\nctorch\nFloatStorage\nS'0'\nS'cpu'\nI4\ntQI0\n"
                + "(I1099511627776\nt(I0\ntI00\n\(ordered))RtR.", false
        ),
        ("ccopyreg\n_reconstructor\n(cbuiltins\nbytes\ncbuiltins\nbytes\nI1099511627776\ntR.", true),
        ("ccopyreg\n_reconstructor\n(cbuiltins\nbytes\ncbuiltins\nbytes\nI16\ntR.", false),
        ("cnumpy\ndtype\n(S'V1099511627776'\ntR.", true), ("cnumpy\ndtype\n(S'U16'\ntR.", false),
        ("cnumpy\ndtype\n(S'V0'\ntR(I3\nS'|'\nNNNI1099511627776\nI1\nI0\ntb.", true),
        ("cbuiltins\nbytearray\n(I16\ntR.", false), ("ctorch\nFloatStorage\n)R.", false),
    ]

    /// Memory asked for by a number alone.
    @Test(arguments: bombs)
    func demands(_ code: String, _ isBomb: Bool) {
        let bytes = [0x80, 2] + code.unicodeScalars.map { UInt8($0.value) }
        let scan = Scan(ByteRegion(bytes), file: "x.pkl")
        #expect(scan.verdict == (isBomb ? .unknown : .expected), "\(code) \(scan.findings)")
        #expect(!isBomb || !scan.findings.isEmpty)
    }

    static let calls: [(String, String?)] = [
        ("cos\nsystem\n(S'id'\ntR.", "os.system(\"id\")"), ("cos\nsystem\n.", nil),
        ("csubprocess\nPopen\n((lp0\nS'ls'\naS'-l'\natR.", "subprocess.Popen([\"ls\", \"-l\"])"),
        ("cx\nf\n(I-1\nF2.5\nNI01\nL12345678901L\ntR.", "x.f(-1, 2.5, None, True, 12345678901)"),
        ("cx\nf\n((S'a'\nt)tR.", "x.f((\"a\",), ())"), ("(S'id'\nios\nsystem\n.", "os.system(\"id\")"),
        ("cbuiltins\ngetattr\n(cos\npath\nS'join'\ntR.", "builtins.getattr(os.path, \"join\")"),
        ("cx\nf\n(Va\\u001b[31mb\\u202e\ntR.", "x.f(\"a\\u{1B}[31mb\\u{202E}\")"),
        ("cx\nf\n(S'a\"b\\\\c\\n'\ntR.", "x.f(\"a\\\"b\\\\c\\n\")"),
        ("cx\nf\n(\(ordered))RtR.", "x.f(collections.OrderedDict(…))"), ("cx\nf\n(}tR.", "x.f(…)"),
    ]

    @Test(arguments: calls)
    func shownCalls(_ code: String, _ call: String?) {
        let scan = Self.scan(code)
        let name = scan.names.first { $0.module != "collections" && ($0.module != "os" || $0.name != "path") }
        #expect(name?.call == call)
    }

    @Test func longCalls() {
        let call = Self.scan("cos\nsystem\n(V\(String(repeating: "ab", count: 500))\ntR.").names.first?.call
        #expect(call?.unicodeScalars.count == 80)
        #expect(call?.hasPrefix("os.system(\"abab") == true)
    }
}
