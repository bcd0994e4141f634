import Bytes
import Scanning
import Testing

/// Text is skipped unless a reader of pickles, or of JSON, would run something of it.
@Suite struct TextTests {
    static func scan(_ text: String, _ file: String) -> Scan {
        Scan(ByteRegion(Array(text.utf8)), file: file)
    }

    @Test(arguments: [
        ("README.md", "# A model\n\nMade by \u{E9}.\n"), ("config.json", "{\"a\": 1, \"auto_map\": null}"),
        ("vocab.json", "[\"class\", \"osystem\"]"), ("labels.txt", "cat\ndog\nRabbit\n"),
        ("merges.txt", "c\nat\nin\n"), ("a.yaml", "x: 1\n"), ("index.html", "<html><body></body></html>"),
        ("LICENSE", "Copyright\n(c) 2024\n"), ("tokenizer_config.json", "{\"chat_template\": null}"),
        ("a.json", "{\"auto_map\": {}, \"trust_remote_code\": false, \"chat_template\": \"\"}"),
        ("a.json", "{\"text\": \"auto_map\", \"b\": [\"trust_remote_code\", true]}"),
        ("README.md", "{\"auto_map\": {\"AutoModel\": \"m.C\"}} is what it says"),
        ("a.json", "{\"class_name\": \"Dense\", \"module\": \"keras.layers\"}"), ("words", "\u{FEFF}text"),
    ])
    func isSkipped(_ file: String, _ text: String) {
        let scan = Self.scan(text, file)
        #expect(scan.verdict == .skipped, "\(scan.names.map(\.fullName)) \(scan.findings) \(scan.notExamined)")
        #expect(scan.level == .clean)
    }

    @Test(arguments: [
        ("train.py", "print(1)\n"), ("run.sh", "ls\n"), ("a.ipynb", "{}"), ("setup", "#!/bin/sh\nls\n"),
        ("a.PY", "x = 1\n"), ("chat_template.jinja", "{{ x }}"), ("model.pth", "version https://git-lfs\n"),
    ])
    func isNotExamined(_ file: String, _ text: String) {
        let scan = Self.scan(text, file)
        #expect(scan.verdict == .unreadable)
        #expect(scan.level != .clean)
        #expect(!scan.notExamined.isEmpty || !scan.findings.isEmpty)
    }

    @Test(arguments: [
        ("{\"auto_map\": {\"AutoModel\": \"m.C\"}}", "auto_map"), (" \n{\"a\":[{\"auto_map\" : [ 1 ]}]}", "auto_map"),
        ("{\"trust_remote_code\": true}", "trust_remote_code"), ("[{\"chat_template\": \"{{x}}\"}]", "chat_template"),
        ("{\"chat\\u005Ftemplate\": \"{{x}}\"}", "chat_template"),
        ("\u{FEFF}{\"chat_template\": [{\"name\": \"a\"}]}", "chat_template"),
        ("{\"class_name\": \"Lambda\"}", "class_name: Lambda"),
        ("{\"config\": {\"class_name\": \"__lambda__\"}}", "class_name: __lambda__"),
        ("{\"module\": \"os\", \"class_name\": \"function\"}", "module: os"),
    ])
    func keysThatRunCode(_ text: String, _ key: String) {
        let scan = Self.scan(text, "config.json")
        #expect(scan.verdict == .unknown)
        #expect(scan.names.map(\.fullName) == [key])
    }

    /// A pickle of protocol 0 is text.
    @Test(arguments: [
        ("cos\nsystem\n(S'id'\ntR.", Scan.Verdict.dangerous), ("cos\nsystem\n and more text", .dangerous),
        ("cmy.module\nNet\n(tR and more text", .unknown), ("(lp0\nI1\na.", .expected),
    ])
    func picklesAreText(_ text: String, _ verdict: Scan.Verdict) {
        #expect(Self.scan(text, "notes.pkl").verdict == verdict)
    }

    /// Characters in parts, surrogates, control characters.
    @Test(
        arguments: [
            [0x61, 0xFF], [0x61, 0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x61, 0],
            [0x61, 0x1B],
            [0xE0, 0x80, 0x80], [0x61, 0x80],
        ] as [[UInt8]])
    func otherBytesAreNoText(_ bytes: [UInt8]) {
        #expect(Scan(ByteRegion(bytes), file: "notes.txt").verdict == .unreadable)
    }

    @Test func keysInsideAnArchive() throws {
        let archive = try Samples.zip([("config.json", Array("{\"class_name\": \"Lambda\"}".utf8))])
        let scan = Scan(ByteRegion(archive), file: "model.zip")
        #expect(scan.names.map(\.fullName) == ["class_name: Lambda"])
        #expect(scan.names.first?.place == "config.json")
        #expect(scan.verdict == .unknown)
    }
}
