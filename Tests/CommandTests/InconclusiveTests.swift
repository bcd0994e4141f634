import BBCUExecution
import BBCUKit
import Foundation
import TestSupport
import Testing

/// What proves little is said first, and fails on request.
@Suite("check-port, inconclusive") struct InconclusiveTests {
    static let checkpoint = fixture("bbcum_x2_trained.pth")

    /// The final image of a correct port on noise, on which signs may flip.
    private func withOutput(_ body: (_ folder: String, _ arguments: [String]) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let (image, taps) = (folder + "/image.npy", folder + "/taps.npz")
            let noise = try FeatureMap<Float>.noise(channels: 3, height: 12, width: 12, seed: 3)
            try NumPyArray.write(try #require(noise.tensor), to: image)
            let traced = try BuiltCommand.run("trace", Self.checkpoint, "--input", image, "--output", taps)
            #expect(traced.status == 0, "\(traced.errors)")
            let dump = try Checkpoint.open(taps)
            for name in ["output", "body.3.body.0"] {
                let entry = try #require(dump.tensors.first { $0.name == name })
                try NumPyArray.write(dump.tensor(entry), to: "\(folder)/\(name).npy")
            }
            try body(folder, ["check-port", Self.checkpoint, folder + "/output.npy", "--input", image])
        }
    }

    @Test func theFinalImageAloneIsInconclusive() throws {
        try withOutput { folder, arguments in
            let text = try BuiltCommand.run(arguments + ["--report", folder + "/report.md"])
            #expect(text.status == 0, "\(text.errors)")
            let verdict = try #require(text.output.components(separatedBy: "\n\n").last)
            #expect(
                verdict.hasPrefix("INCONCLUSIVE: output is consistent with a correct port, and with some wrong ones."))
            #expect(verdict.contains("dump intermediate tensors") && verdict.contains("bbcu vectors"))
            #expect(!text.output.contains("HOLDS"))
            let markdown = try String(contentsOfFile: folder + "/report.md", encoding: .utf8)
            #expect(markdown.contains("**INCONCLUSIVE: output"))
            #expect(try BuiltCommand.run(arguments + ["--report", folder + "/report.html"]).status == 0)
            let html = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
            #expect(html.contains("class=\"verdict caution\"") && html.contains("INCONCLUSIVE: output"))
            let json = try BuiltCommand.run(arguments + ["--json"])
            #expect(json.status == 0)
            #expect(try SchemaCheck.errors(in: json.output, schema: "check-port").isEmpty)
            let report = try JSONReport(json.output)
            #expect(report["verdict"] == .string("holds") && report["conclusive"] == .bool(false))
            let required = try BuiltCommand.run(arguments + ["--require-conclusive"])
            #expect(required.status == 1 && required.output == text.output)
        }
    }

    @Test func whatIsConclusiveStaysSo() throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "bbcum_x4" })
        let outcome = try BuiltCommand.run(
            "check-port", network.checkpoint, network.path("published32.npz"), "--input", network.path("input.npy"),
            "--require-conclusive")
        #expect(outcome.status == 0 && outcome.output.contains("\nHOLDS: all 10 compared modules"), "\(outcome.output)")
    }

    /// An array that no module has, and a module whose input nobody knows, were not compared.
    @Test func whatIsNotComparedIsSaid() throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "bbcum_x4" })
        try withTemporaryFolder { folder in
            let extra = folder + "/extra.npy"
            try NumPyArray.write(try #require(Tensor([1, 2, 3, 4, 5] as [Float], shape: [5])), to: extra)
            let dump = ["check-port", network.checkpoint, network.path("published32.npz")]
            let unused = try BuiltCommand.run(dump + [extra, "--input", network.path("input.npy")])
            #expect(unused.status == 0 && unused.output.contains("\nINCONCLUSIVE: all 10 compared modules are"))
            #expect(unused.output.contains("Not compared: extra (no module of the network has this name or size)."))
            let blind = try BuiltCommand.run(dump + ["--json"])
            #expect(try JSONReport(blind.output)["conclusive"] == .bool(false))
            #expect(try BuiltCommand.run(dump + ["--require-conclusive"]).status == 1)
            // The input itself, beside the modules, was compared with what was given.
            let echo = try BuiltCommand.run(dump + [network.path("input.npy"), "--input", network.path("input.npy")])
            #expect(echo.output.contains("\nHOLDS: all 10 compared modules"), "\(echo.output)")
        }
    }

    /// The whole command that searches, with the input and the options.
    @Test func aFailureSaysHowToBisect() throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "bbcum_x4" })
        try withTemporaryFolder { folder in
            let (dump, image) = (folder + "/dump.npz", folder + "/it's an image.npy")
            try FileManager.default.copyItem(atPath: network.path("input.npy"), toPath: image)
            let traced = try BuiltCommand.run(
                "trace", network.checkpoint, "--k", "20", "--input", image, "--output", dump)
            #expect(traced.status == 0)
            let outcome = try BuiltCommand.run("check-port", network.checkpoint, dump, "--k", "16.25", "--input", image)
            #expect(outcome.status == 1)
            let quoted = image.replacingOccurrences(of: "'", with: "'\\''")
            #expect(
                outcome.output.contains(
                    "bbcu bisect \(network.checkpoint) --k 16.25 --input '\(quoted)' --run "
                        + "'./port {input} {tap} {output}'"), "\(outcome.output)")
        }
    }

    @Test func selfTestTakesNoSuchFlag() throws {
        #expect(
            try BuiltCommand.run("check-port", Self.checkpoint, "--self-test", "--require-conclusive").status == 64)
    }
}
