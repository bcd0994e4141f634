import TestSupport
import Testing

@Suite("bbcu inspect")
struct InspectTests {
    @Test(
        "JSON follows its schema",
        arguments: [
            [], ["--checksums"], ["--stats"], ["--checksums", "--stats"],
        ])
    func schema(options: [String]) throws {
        for name in [
            "bbcum_x2_trained", "containers/dtypes", "containers/nested", "containers/views", "containers/no_checksums",
        ] {
            let outcome = try BuiltCommand.run(["inspect", "--json", fixture(name + ".pth")] + options)
            #expect(outcome.status == 0)
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "inspect").isEmpty, "\(name)")
        }
    }

    @Test("repeated layers fold into one line")
    func fold() throws {
        let outcome = try BuiltCommand.run("inspect", fixture("bbcum_x2_trained.pth"), "--fold")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\nparams.body.#.body.#.move0.bias (1, 64, 1, 1) x 32 "))
    }

    @Test("a name that promises another SHA-256 fails, and only where it is checked")
    func hubSuffix() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/net-01234567.pth"
            try write(try bytes(of: fixture("containers/bare.pth")), to: path)
            #expect(try BuiltCommand.run("inspect", path).status == 0)
            let outcome = try BuiltCommand.run("inspect", path, "--checksums")
            #expect(outcome.status == 1)
            #expect(outcome.facts("name suffix")[0].hasPrefix("-01234567 is not how the SHA-256 starts: FAILS"))
        }
    }

    @Test("what cannot be used exits 2 with one line and no output")
    func unusable() throws {
        try withTemporaryFolder { folder in
            let whole = try bytes(of: fixture("containers/views.pth"))
            try write(Array(whole[..<(whole.count / 2)]), to: folder + "/cut.pth")
            try write([], to: folder + "/empty.pth")
            try write(Array("\u{1B}[31m".utf8), to: folder + "/text\u{1B}.pth")
            for name in ["", "/cut.pth", "/empty.pth", "/text\u{1B}.pth", "/absent.pth"] {
                let outcome = try BuiltCommand.run("inspect", folder + name, "--json")
                #expect(outcome.status == 2)
                #expect(outcome.output.isEmpty)
                #expect(outcome.errors.hasPrefix("bbcu: error: " + folder))
                #expect(outcome.errors.split(separator: "\n").count == 1)
                #expect(!outcome.errors.contains("\u{1B}"))
            }
        }
    }

    @Test("a pattern that no name matches is reported and exits 1", arguments: [[], ["--json"]])
    func noMatch(options: [String]) throws {
        let path = fixture("containers/nested.pth")
        let outcome = try BuiltCommand.run(["inspect", path, "--match", "nothing*"] + options)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("no tensor's name matches 'nothing*'"))
        if !options.isEmpty { #expect(try SchemaCheck.errors(in: outcome.output, schema: "inspect") == []) }
        #expect(try BuiltCommand.run(["inspect", path, "--match", "*"] + options).status == 0)
    }

    @Test("tensors of unknown types are rows, compared and copied by their bytes")
    func unknownTypes() throws {
        func file(_ last: UInt8) -> [UInt8] {
            let header = #"{"six":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,3]}}"#
            return [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [1, 2, last]
        }
        try withTemporaryFolder { folder in
            let (path, other) = (folder + "/a.safetensors", folder + "/b.safetensors")
            try write(file(3), to: path)
            try write(file(4), to: other)
            let text = try BuiltCommand.run("inspect", path, "--stats", "--checksums")
            #expect(text.status == 0 && text.output.contains("six was not read: the dtype F6_E2M3 is not known"))
            let json = try BuiltCommand.run("inspect", path, "--json", "--stats")
            #expect(json.status == 0 && json.output.contains("\"unread\": \"the dtype F6_E2M3 is not known"))
            #expect(try SchemaCheck.errors(in: json.output, schema: "inspect") == [])
            #expect(try BuiltCommand.run("diff", path, path).status == 0)
            #expect(try BuiltCommand.run("diff", path, other).status == 1)
            #expect(try BuiltCommand.run("diff", "--diffable", path, other).status == 1)
            #expect(try BuiltCommand.run("convert", path, folder + "/c.safetensors").status == 0)
            #expect(try BuiltCommand.run("diff", path, folder + "/c.safetensors").status == 0)
            let refused = try BuiltCommand.run("convert", path, folder + "/c.npz")
            #expect(refused.status == 2 && refused.errors.contains("F6_E2M3"))
            #expect(try BuiltCommand.run("inspect", "--salvage", path).status == 0)
            #expect(try BuiltCommand.run("validate", path).status == 2)
        }
    }

    @Test("wrong usage exits 64")
    func usage() throws {
        #expect(try BuiltCommand.run("inspect").status == 64)
        #expect(try BuiltCommand.run("inspect", "a", "--unknown").status == 64)
    }
}
