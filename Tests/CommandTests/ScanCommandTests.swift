import TestSupport
import Testing

@Suite struct ScanCommandTests {
    /// With several files danger wins over what cannot be read, and that over what is expected.
    @Test func exitStatuses() throws {
        try withTemporaryFolder { folder in
            let (evil, text) = (folder + "/evil.pkl", folder + "/notes.txt")
            try write(Array("cos\nsystem\n(S'true'\ntR.".utf8), to: evil)
            try write(Array("hello\n".utf8), to: text)
            let honest = fixture("containers/nested.pth")
            for (files, status) in [
                ([honest], 0), ([evil], 1), ([text], 2), ([honest, text], 0), ([text, evil, honest], 1),
                ([folder + "/absent"], 2), ([fixture("generations/2.13.0/zip_module.pth")], 1),
            ] as [([String], Int32)] {
                let outcome = try BuiltCommand.run(["scan"] + files)
                #expect(outcome.status == status, "\(files)")
                let json = try BuiltCommand.run(["scan", "--json"] + files)
                #expect(json.status == status)
                #expect(try SchemaCheck.errors(in: json.output, schema: "scan") == [])
            }
            #expect(try BuiltCommand.run("scan").status == 64)
            #expect(try BuiltCommand.run("scan", evil).output.contains("os.system"))
        }
    }

    @Test func disassemblyIsThatOfPickletools() throws {
        for file in [
            "containers/nested.pth", "containers/protocol4.pth", "containers/protocol5.pth",
            "generations/2.13.0/zip_numpy.pth", "generations/1.4.0/legacy_views.pth", "generations/2.13.0/pickle_f.pkl",
        ] {
            let outcome = try BuiltCommand.run("inspect", "--pickle", fixture(file))
            #expect(outcome.status == 0)
            let name = String(file.map { $0 == "/" ? "_" : $0 })
            let expected = String(decoding: try bytes(of: fixture("disassembly/\(name).txt")), as: UTF8.self)
            #expect(outcome.output == expected, "\(file)")
        }
    }

    @Test func brokenPickleIsShownUpToItsFault() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.pkl"
            try write([0x80, 2] + Array("cos\nsystem\n)R".utf8) + [0xFF], to: path)
            let outcome = try BuiltCommand.run("inspect", "--pickle", path)
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("GLOBAL     'os system'"))
            #expect(outcome.output.contains("the pickle is broken"))
            let json = try BuiltCommand.run("inspect", "--pickle", "--json", path)
            #expect(try SchemaCheck.errors(in: json.output, schema: "pickle") == [])
            #expect(json.output.contains("\"argument\": \"'os system'\""))
            try write(Array("hello".utf8), to: path)
            #expect(try BuiltCommand.run("inspect", "--pickle", path).status == 2)
        }
    }
}
