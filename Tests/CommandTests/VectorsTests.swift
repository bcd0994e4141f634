import BBCUErrorBounds
import BBCUExecution
import BBCUKit
import BBCUPortChecking
import BBCUPortTestData
import BBCUReporting
import Foundation
import TestSupport
import Testing

@Suite("bbcu vectors") struct VectorsTests {
    static let network = NetworkFixture.all.first { $0.name == "bbcum_x2" }

    @Test func vectorsAndWhatTheyShowAreWritten() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(
                "vectors", network.checkpoint, folder + "/v", "--k", "\(network.k)", "--json")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "vectors").isEmpty)
            let written = try String(contentsOfFile: folder + "/v/vectors.json", encoding: .utf8)
            #expect(try SchemaCheck.errors(in: written, schema: "vectors").isEmpty)
            let report = try JSONReport(outcome.output)
            #expect(try JSONReport(written).list("kills").count == report.list("kills").count)
            #expect(report["qualifies"] == .bool(true))
            for input in report.list("inputs") {
                let arrays = input.list("arrays")
                #expect(arrays.first?["name"] == .string("input"))
                for array in arrays {
                    guard case .string(let file)? = array["file"] else { continue }
                    #expect(FileManager.default.fileExists(atPath: folder + "/v/" + file), "\(file)")
                }
            }
            let killed = Set(
                report.list("kills").filter { $0["status"] == .string("killed") }.compactMap { $0["fault"] })
            let listed = report.list("faults").filter { $0["status"] == .string("killed") }.compactMap { $0["fault"] }
            #expect(killed == Set(listed) && killed.count > 60)
        }
    }

    /// What is written is a dump of a right port, and PyTorch's own run of the vector holds against it.
    @Test func checkPortTakesTheVectors() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let vectors = folder + "/v"
            let made = try BuiltCommand.run(
                "vectors", network.checkpoint, vectors, "--k", "\(network.k)", "--taps", "modules", "--size", "5x3")
            #expect(made.status == 0 && made.output.contains("FOUND"), "\(made.errors)")
            let dump = folder + "/dump.npz"
            let input = vectors + "/image-1/input.npy"
            #expect(
                try BuiltCommand.run(
                    "trace", network.checkpoint, "--k", "\(network.k)", "--input", input, "--output", dump
                ).status == 0)
            for path in [dump, vectors + "/image-1"] {
                let outcome = try BuiltCommand.run(
                    "check-port", network.checkpoint, path, "--k", "\(network.k)", "--input", input)
                #expect(outcome.status == 0, "\(outcome.output)")
            }
        }
    }

    @Test func floatSumsAreNotPromisedMoreThanTheyKeep() throws {
        try withTemporaryFolder { folder in
            let arguments = [
                "vectors", fixture("bbcum_x2_trained.pth"), folder + "/v", "--port", "float", "--taps", "output",
            ]
            let outcome = try BuiltCommand.run(arguments)
            #expect(outcome.status == 1 && outcome.output.contains("NOT FOUND"), "\(outcome.output)")
            #expect(outcome.output.contains("images beyond 2x2 rarely exist"))
            let written = try String(contentsOfFile: folder + "/v/vectors.json", encoding: .utf8)
            #expect(try SchemaCheck.errors(in: written, schema: "vectors").isEmpty)
            let report = try JSONReport(written)
            #expect(report["qualifies"] == .bool(false))
            let images = report.list("inputs").filter { $0["kind"] == .string("image") }
            #expect(!images.isEmpty && images.allSatisfy { $0["qualifies"] == .bool(false) })
        }
    }

    @Test(arguments: [
        ["--size", "64x64"], ["--size", "0x4"], ["--taps", "nosuch"], ["--port", "half"], ["--taps", ""],
    ])
    func wrongUsage(_ options: [String]) throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(["vectors", network.checkpoint, folder + "/v"] + options)
            #expect(outcome.status == 64, "\(outcome.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test func whatIsNoCheckpointIsUnusable() throws {
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run("vectors", fixture("README.md"), folder + "/v")
            #expect(outcome.status == 2)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test func selfTestSaysWhatTheTapsDoNotShow() throws {
        let network = try #require(Self.network)
        let arguments = ["check-port", network.checkpoint, "--k", "\(network.k)", "--self-test"]
        let outcome = try BuiltCommand.run(arguments + ["--taps", "conv_first", "--json"])
        #expect(outcome.status == 1, "\(outcome.errors)")
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "self-test").isEmpty)
        let report = try JSONReport(outcome.output)
        #expect(report.list("faults").count > 60)
        func status(_ id: String) -> [JSONReport.Scalar?] {
            report.list("faults").filter { $0["id"] == .string(id) }.map { $0["status"] }
        }
        #expect(status("padding-minus-one") == [.string("unseen")])
        // Turned back at the output or not.
        #expect(status("input-bgr") == [.string("seen"), .string("seen")])
        let dumped = try BuiltCommand.run(
            arguments + [network.path("published32.npz"), "--input", network.path("input.npy")])
        #expect(
            dumped.facts("taps").first?.hasPrefix("conv_first, body.0.body.0") == true,
            "\(dumped.output)\(dumped.errors)")
        #expect(try BuiltCommand.run(["check-port", network.checkpoint]).status == 64)
    }

    /// What a porter does next: dump more, or take other inputs; and of what input the verdict is.
    @Test func selfTestSaysWhatToDoNext() throws {
        let network = try #require(Self.network)
        let arguments = ["check-port", network.checkpoint, "--k", "\(network.k)", "--self-test"]
        let text = try BuiltCommand.run(arguments + ["--taps", "conv_first"])
        #expect(text.status == 1 && text.output.contains("given the input of this test (4x4 8-bit noise, seed "))
        #expect(text.output.contains(", 3 x 4 x 4): "), "\(text.output)")
        #expect(text.output.contains("\nWith all taps (modules, signs, sums) "))
        #expect(text.output.contains("\n  bbcu vectors \(network.checkpoint) DIR --taps LIST\n"))
        let report = try JSONReport(try BuiltCommand.run(arguments + ["--taps", "conv_first", "--json"]).output)
        #expect(report.numbers("shape") == [3, 4, 4])
        func elsewhere(_ id: String) -> [JSONReport.Scalar?] {
            report.list("faults").filter { $0["id"] == .string(id) }.map { $0["elsewhere"] }
        }
        #expect(elsewhere("padding-minus-one") == [.string("body.0.body.0.sums")])
        // No sign of this input is at zero; and what is seen needs no other tap.
        #expect(elsewhere("sign-of-zero-plus-one") == [.null] && elsewhere("input-bgr") == [.null, .null])
        let all = try BuiltCommand.run(arguments + ["--taps", "modules,signs,sums"])
        #expect(!all.output.contains("With all taps") && all.output.contains("No tap shows them on this input"))
    }

    /// A verdict that holds is about the input of the test too.
    @Test func selfTestThatHoldsSaysOfWhichInput() throws {
        let network = try #require(Self.network)
        let model = try network.model()
        let check = PortCheck(model, kernels: try Kernels())
        let image = try FeatureMap<Float>.noise(channels: 3, height: 3, width: 2, seed: 1)
        var result = try SelfTest(check, input: image, taps: VectorTaps(model.network).names)
        result.outcomes.removeAll(where: \.isUnseen)
        let subject = PortSubject(
            file: "a.pth", sha256: "", network: "", amplification: "", dumps: [], input: "photo.npy")
        let last = result.document(subject, precision: .float32).verdict
        #expect(last.hasPrefix("HOLDS: ") && last.contains("given the input of this test (photo.npy, 3 x 3 x 2)"))
        #expect(last.contains("Another input, such as your own image, may show fewer"))
    }

    /// The signs of a unit show what is wrong before its sums.
    @Test func selfTestJudgesSigns() throws {
        let network = try #require(Self.network)
        let outcome = try BuiltCommand.run(
            "check-port", network.checkpoint, "--k", "\(network.k)", "--self-test", "--taps",
            "conv_first,body.0.body.0.signs", "--json")
        let report = try JSONReport(outcome.output)
        #expect(report["right_port_holds"] == .bool(true), "\(outcome.errors)")
        func seen(_ id: String) -> [JSONReport.Scalar?] {
            report.list("faults").filter { $0["id"] == .string(id) }.map { $0["module"] }
        }
        #expect(seen("shift-negated") == [.string("body.0.body.0.signs")])
        // Padding comes after the signs.
        #expect(seen("padding-minus-one") == [.null])
    }

    @Test func tapsWithoutSelfTestSayWhereTheyBelong() throws {
        let network = try #require(Self.network)
        let outcome = try BuiltCommand.run("check-port", network.checkpoint, "--taps", "output")
        #expect(outcome.status == 64 && outcome.errors.contains("--taps belongs to --self-test"), "\(outcome.errors)")
    }

    /// Signs and sums show what the modules before them do not.
    @Test(arguments: ["conv_first,body.0.body.0.binary_conv", "conv_first,body.0.body.0.sums"])
    func selfTestKnowsSignsAndSums(_ taps: String) throws {
        let network = try #require(Self.network)
        let outcome = try BuiltCommand.run(
            "check-port", network.checkpoint, "--k", "\(network.k)", "--self-test", "--taps", taps, "--json")
        #expect(outcome.status == 1, "\(outcome.errors)")
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "self-test").isEmpty)
        let report = try JSONReport(outcome.output)
        #expect(report["right_port_holds"] == .bool(true))
        func seen(_ id: String) -> [JSONReport.Scalar?] {
            report.list("faults").filter { $0["id"] == .string(id) }.map { $0["module"] }
        }
        #expect(seen("padding-minus-one") == [.string("body.0.body.0.sums")])
        // In the float convolutions, in the units, or in both.
        #expect(Set(seen("kernel-rotated")) == [.string("conv_first"), .string("body.0.body.0.sums")])
        // Alpha comes after the sums.
        #expect(seen("alpha-missing") == [.null])
    }

    @Test func selfTestTakesTheTapsOfADumpOfSums() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let golden = try BuiltCommand.run(
                "golden", network.checkpoint, folder + "/g", "--format", "npy", "--size", "4x4", "--units",
                "body.0.body.0")
            #expect(golden.status == 0, "\(golden.errors)")
            let files = try FileManager.default.subpathsOfDirectory(atPath: folder + "/g")
            let sums = try #require(files.first { $0.hasSuffix("body.0.body.0.sums.npy") }, "\(files)")
            let outcome = try BuiltCommand.run(
                "check-port", network.checkpoint, folder + "/g/" + sums, "--self-test")
            #expect(outcome.status == 1 && outcome.facts("taps") == ["body.0.body.0.sums"], "\(outcome.errors)")
        }
    }

    @Test(arguments: [
        ["--self-test", "--previous", "x.png"], ["--self-test", "--formats", "x.json"],
        ["--self-test", "--precision", "float16"], ["--self-test", "--map", "x.json"],
        ["dump.npz", "--accumulators", "--previous", "x.png"],
    ])
    func optionsThatWouldBeIgnoredAreRefused(_ options: [String]) throws {
        let network = try #require(Self.network)
        let outcome = try BuiltCommand.run(["check-port", network.checkpoint] + options)
        #expect(outcome.status == 64, "\(outcome.errors)")
    }
}
