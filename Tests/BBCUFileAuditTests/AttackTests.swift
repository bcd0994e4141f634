import BBCUFileAudit
import BBCUPlatform
import TensorBytes
import TestSupport
import Testing

/// Pickles that do harm, in every way in which a pickle can name what it calls.
@Suite struct AttackTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let verdict: Scan.Verdict
        let name: String

        init(_ what: String, _ bytes: [UInt8], _ verdict: Scan.Verdict = .dangerous, _ name: String = "os.system") {
            (testDescription, self.bytes, self.verdict, self.name) = (what, bytes, verdict, name)
        }
    }

    static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// A short text, as protocol 4 writes it.
    static func short(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + text.utf8 }

    /// Bytes, as protocol 3 writes them.
    static func bytes(_ bytes: [UInt8]) -> [UInt8] { [0x43, UInt8(bytes.count)] + bytes }

    static let evil = text("cos\nsystem\n(S'true'\ntR.")
    static let harmless = [0x80, 2] + text("}q\u{0}.")

    static let attacks: [Attack] = [
        Attack("GLOBAL", [0x80, 2] + evil),
        Attack("GLOBAL without a version", evil),
        Attack("GLOBAL that is never called", [0x80, 2] + text("cos\nsystem\n.")),
        Attack("INST", text("(S'true'\nios\nsystem\n.")),
        Attack("OBJ", [0x80, 2] + text("(cos\nsystem\nS'true'\no.")),
        Attack("NEWOBJ", [0x80, 2] + text("cos\nsystem\n)") + [0x81, 0x2E]),
        Attack("NEWOBJ_EX", [0x80, 4] + short("os") + short("system") + [0x93, 0x29, 0x7D, 0x92, 0x2E]),
        Attack("STACK_GLOBAL", [0x80, 4] + short("os") + short("system") + [0x93, 0x29, 0x52, 0x2E]),
        Attack(
            "STACK_GLOBAL from the memo",
            [0x80, 4] + short("os") + [0x94, 0x30] + short("system") + [
                0x94, 0x30, 0x68, 0, 0x68, 1, 0x93, 0x29, 0x52, 0x2E,
            ]),
        Attack(
            "STACK_GLOBAL of a computed name", [0x80, 4] + short("os") + [0x29, 0x93, 0x29, 0x52, 0x2E], .dangerous, ""),
        Attack("EXT1", [0x80, 2, 0x82, 7, 0x29, 0x52, 0x2E], .unknown, "extension 7"),
        Attack("EXT4", [0x80, 2, 0x84, 7, 0, 1, 0, 0x29, 0x52, 0x2E], .unknown, "extension 65543"),
        Attack("another module of the same", [0x80, 2] + text("cposix\nsystem\n."), .dangerous, "posix.system"),
        Attack("eval", [0x80, 2] + text("c__builtin__\neval\n."), .dangerous, "__builtin__.eval"),
        Attack("getattr", [0x80, 2] + text("cbuiltins\ngetattr\n."), .dangerous, "builtins.getattr"),
        Attack(
            "torch.load", [0x80, 2] + text("ctorch.serialization\nload\n."), .dangerous, "torch.serialization.load"),
        Attack(
            "inside an allowed module", [0x80, 2] + text("ctorch.storage\n_load_from_bytes\n."), .dangerous,
            "torch.storage._load_from_bytes"),
        Attack(
            "a dotted name",
            [0x80, 4] + short("collections") + short("OrderedDict.__init__.__globals__") + [0x93, 0x2E],
            .dangerous, "collections.OrderedDict.__init__.__globals__"),
        Attack("an unknown class", [0x80, 2] + text("cmy.module\nNet\n)R."), .unknown, "my.module.Net"),
        Attack(
            "a name like an expected one", [0x80, 2] + text("ctorch._utils\n_rebuild_tensor_v9\n."), .unknown,
            "torch._utils._rebuild_tensor_v9"),
        Attack(
            "encode to another codec", [0x80, 2] + text("c_codecs\nencode\n(Va\nVrot13\ntR."), .unknown,
            "_codecs.encode"),
        Attack("the second of two pickles", harmless + [0x80, 2] + evil),
        Attack("a pickle in a pickle", [0x80, 3] + bytes([0x80, 2] + evil) + [0x2E]),
        Attack("before a fault", [0x80, 2] + text("cos\nsystem\n(S'true'\ntR") + [0xFF, 0xFF]),
        Attack("cut off behind the call", [0x80, 2] + text("cos\nsystem\n(S'true'\ntR")),
        Attack(
            "behind a legacy header",
            [
                0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2, 0x4D,
                0xE9, 3, 0x2E,
            ]
                + [0x80, 2, 0x7D, 0x2E, 0x80, 2] + evil + [0x80, 2, 0x5D, 0x2E]),
        Attack(
            "a state for an expected class", [0x80, 2] + text("ccollections\nOrderedDict\n}b."), .dangerous,
            "collections.OrderedDict"),
    ]

    @Test(arguments: attacks)
    func isFound(_ attack: Attack) throws {
        let scan = Scan(ByteRegion(attack.bytes), file: "model.pkl")
        #expect(scan.verdict == attack.verdict)
        let names = scan.names.map { $0.module.isEmpty ? $0.name : $0.module + "." + $0.name }
        #expect(names.contains(attack.name), "\(names)")
        #expect(!scan.examined.isEmpty)
    }

    /// The same inside an entry of an archive, a member of a tar, and a NumPy array of objects.
    @Test(arguments: attacks.filter { $0.verdict == .dangerous && $0.bytes[0] == 0x80 })
    func isFoundInside(_ attack: Attack) throws {
        for (container, content) in [
            ("zip", try Samples.zip([("archive/data.pkl", attack.bytes)])),
            ("zip in zip", try Samples.zip([("inner.pth", try Samples.zip([("a/data.pkl", attack.bytes)]))])),
            ("npy", Samples.objectArray(attack.bytes)),
            ("npz", try Samples.zip([("a.npy", Samples.objectArray(attack.bytes))])),
            ("tar", Samples.tar([("pickle", attack.bytes)])),
            (
                "PyTorch tar",
                Samples.tar([
                    ("storages", Self.harmless + [1, 2, 3] + attack.bytes), ("tensors", Self.harmless),
                    ("pickle", Self.harmless),
                ])
            ),
        ] {
            let scan = Scan(ByteRegion(content), file: "model")
            #expect(scan.verdict == .dangerous, "\(container)")
        }
    }

    @Test func storageThatIsAPickle() throws {
        let archive = try Samples.zip([("a/data.pkl", Self.harmless), ("a/data/0", [0x80, 2] + Self.evil)])
        #expect(Scan(ByteRegion(archive), file: "x.pth").verdict == .dangerous)
    }

    @Test func harmlessIsExpected() throws {
        for (name, content) in [
            ("a.pkl", Self.harmless), ("a.pkl", Self.text("(dp0\nS'a'\nI1\ns.")),
            ("a.pth", try Samples.zip([("a/data.pkl", Self.harmless)])),
        ] {
            let scan = Scan(ByteRegion(content), file: name)
            #expect(scan.verdict == .expected, "\(name) \(scan.findings) \(scan.notExamined)")
        }
    }

    static let texts: [String] = [
        "hello", "import os\nprint(1)\n", "# A text\n\nof two lines.\n", "{\"a\": 1}", "<html>",
    ]

    @Test(arguments: texts)
    func textIsSkipped(_ content: String) {
        #expect(Scan(ByteRegion(Array(content.utf8)), file: "notes").verdict == .skipped)
    }
}
