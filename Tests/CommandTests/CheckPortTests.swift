import BBCUKit
import Foundation
import TestSupport
import Testing

@Suite("bbcu check-port") struct CheckPortTests {
    static let network = NetworkFixture.all.first { $0.name == "bbcum_x4" }

    @Test func aRightDumpHoldsInJSONTextAndMarkdown() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let arguments = [
                "check-port", network.checkpoint, network.path("published32.npz"), "--input",
                network.path("input.npy"), "--report", folder + "/report.md",
            ]
            let text = try BuiltCommand.run(arguments)
            #expect(text.status == 0, "\(text.errors)")
            #expect(text.facts("compared") == ["10 of 10 modules"] && text.output.contains("HOLDS"))
            let markdown = try String(contentsOfFile: folder + "/report.md", encoding: .utf8)
            #expect(markdown.contains("**HOLDS: ") && markdown.contains("| `upconv2` | holds |"))
            let json = try BuiltCommand.run(arguments + ["--json"])
            #expect(try SchemaCheck.errors(in: json.output, schema: "check-port").isEmpty)
            #expect(try JSONReport(json.output)["verdict"] == .string("holds"))
        }
    }

    @Test func aWrongKIsNamed() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let dump = folder + "/dump.npz"
            let trace = try BuiltCommand.run(
                "trace", network.checkpoint, "--k", "20", "--input", network.path("input.npy"), "--output", dump)
            #expect(trace.status == 0)
            let outcome = try BuiltCommand.run(
                "check-port", network.checkpoint, dump, "--input", network.path("input.npy"), "--json")
            #expect(outcome.status == 1)
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "check-port").isEmpty)
            let report = try JSONReport(outcome.output)
            #expect(report["first_wrong"] == .string("conv_first"))
            #expect(report.list("diagnoses").map { $0["id"] } == [.string("k-other")])
            #expect(report.list("diagnoses").first?["change"] == .string("use k = 16.25, not 20"))
        }
    }

    @Test func aFolderOfArraysAndAMapOfNames() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let checkpoint = try Checkpoint.open(network.path("exact64.npz"))
            let dump = folder + "/dump"
            try FileManager.default.createDirectory(atPath: dump, withIntermediateDirectories: false)
            for (name, file) in [("conv_first", "a"), ("body.0.body.0", "b"), ("output", "out")] {
                let entry = try #require(checkpoint.tensors.first { $0.name == name })
                try NumPyArray.write(checkpoint.tensor(entry), to: dump + "/\(file).npy")
            }
            let map = folder + "/names.json"
            try Data(#"{"a": "conv_first", "b": "body.0.body.0", "out": "output"}"#.utf8).write(
                to: URL(fileURLWithPath: map))
            let arguments = ["check-port", network.checkpoint, dump, "--input", network.path("input.npy")]
            let mapped = try BuiltCommand.run(arguments + ["--map", map])
            #expect(mapped.status == 0, "\(mapped.errors)")
            #expect(mapped.facts("compared") == ["3 of 10 modules"])
            #expect(mapped.facts("absent").first?.hasPrefix("body.0.body.1, ") == true)
            let guessed = try BuiltCommand.run(arguments)
            #expect(guessed.status == 0 && guessed.facts("compared") == ["3 of 10 modules"])
        }
    }

    @Test(arguments: [
        ["--precision", "float8"], ["--precision", "fixed:0.4"], ["--threads", "0"],
    ])
    func wrongUsage(_ options: [String]) throws {
        let network = try #require(Self.network)
        let outcome = try BuiltCommand.run(
            ["check-port", network.checkpoint, network.path("published32.npz")] + options)
        #expect(outcome.status == 64)
    }

    @Test func whatIsNoDumpIsUnusable() throws {
        let network = try #require(Self.network)
        for dump in [network.path("input.npy"), fixture("README.md"), fixture("absent.npz"), fixture("networks")] {
            let outcome = try BuiltCommand.run("check-port", network.checkpoint, dump)
            #expect(outcome.status == 2, "\(dump): \(outcome.output)")
            #expect(!outcome.errors.isEmpty)
        }
    }

    /// The port that reads only the packed model, on every network.
    @Test(arguments: NetworkFixture.having("input.npy").filter { $0.name != "nan" && $0.features < 100 })
    func theExampleHolds(_ network: NetworkFixture) throws {
        let python = try #require(PythonWithNumPy.path, "apt-get install python3-numpy")
        try withTemporaryFolder { folder in
            let (model, dump) = (folder + "/model.bbcu", folder + "/dump.npz")
            let converted = try BuiltCommand.run("convert", network.checkpoint, model, "--k", "\(network.k)")
            #expect(converted.status == 0, "\(converted.errors)")
            let port = try ChildProcess.run(
                python, [Fixtures.folder + "/../Examples/numpy_port/port.py", model, network.path("input.npy"), dump])
            #expect(port.status == 0, "\(port.errors)")
            for checkpoint in [model, network.checkpoint] {
                let outcome = try BuiltCommand.run(
                    "check-port", checkpoint, dump, "--input", network.path("input.npy"), "--k", "\(network.k)",
                    "--convert-dtype")
                #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
                #expect(!outcome.output.contains("absent"), "every module is in the dump")
            }
        }
    }
}
