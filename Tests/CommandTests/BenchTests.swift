import BBCUKit
import Foundation
import TestSupport
import Testing

@Suite("bbcu bench") struct BenchTests {
    static let network = NetworkFixture.all.first { $0.name == "bbcum_x4" }

    @Test(arguments: ["binarized", "reference"])
    func theReportFollowsTheSchema(_ path: String) throws {
        let network = try #require(Self.network)
        let outcome = try BuiltCommand.run(
            "bench", network.checkpoint, "--size", "9x5", "--threads", "2", "--runs", "3", "--path", path, "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "bench").isEmpty)
        let report = try JSONReport(outcome.output)
        #expect(report.list("runs").count == 3)
        #expect(report.list("layers").isEmpty == (path == "reference"))
    }

    @Test func theWorkOfTheStagesIsTheNetworks() throws {
        let network = try #require(Self.network)
        let outcome = try BuiltCommand.run("bench", network.checkpoint, "--size", "9x5", "--json")
        let stages = try JSONReport(outcome.output).list("layers")
        func total(_ key: String) -> Int {
            stages.reduce(0) { sum, stage in if case .number(let value) = stage[key] { sum + Int(value) } else { sum } }
        }
        let cost = try #require(try network.model().network.cost(width: 9, height: 5))
        #expect(total("binary_products") == cost.binaryOperations)
        #expect(total("float_products") == cost.floatOperations)
    }

    /// The benchmark did the work: with --exact its last result has the bits of the layer-wise trace.
    @Test(arguments: ["bbcum_x4", "bbcul_x3", "denoise", "deblock"])
    func theOutputHasTheBitsOfTheTrace(_ name: String) throws {
        let network = try #require(NetworkFixture.all.first { $0.name == name })
        try withTemporaryFolder { folder in
            let (taps, output) = (folder + "/taps.npz", folder + "/y.npy")
            let input = network.path("input.npy")
            #expect(
                try BuiltCommand.run("trace", network.checkpoint, "--input", input, "--output", taps).status == 0)
            for options in [["--threads", "1"], ["--threads", "3", "--band", "2"]] {
                let outcome = try BuiltCommand.run(
                    ["bench", network.checkpoint, "--input", input, "--output", output, "--runs", "1", "--exact"]
                        + options)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let traced = try Checkpoint.open(taps)
                let written = try Checkpoint.open(output)
                let entry = try #require(traced.tensors.first { $0.name == "output" })
                let other = try #require(written.tensors.first)
                #expect(try traced.tensor(entry).bytes == written.tensor(other).bytes && entry.shape == other.shape)
            }
        }
    }

    /// Float convolutions behind the last sign say how they were computed.
    @Test(arguments: [("--exact", "direct"), ("--threads=1", "F(4x4)"), ("--fast", "F(4x4)")])
    func stagesNameTheirMethod(_ option: String, _ method: String) throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "bbcul_x4" })
        let arguments = ["bench", network.checkpoint, "--size", "9x5", "--runs", "1", option]
        let outcome = try BuiltCommand.run(arguments + ["--json"])
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "bench").isEmpty)
        let stages = try JSONReport(outcome.output).list("layers")
        func methods(_ name: String) -> [JSONReport.Scalar?] {
            stages.filter { $0["name"] == .string(name) }.map { $0["method"] }
        }
        for name in ["upconv1", "upconv2", "conv_hr"] { #expect(methods(name) == [.string(method)]) }
        for name in ["conv_first", "conv_last"] { #expect(methods(name) == [.string("direct")]) }
        let text = try BuiltCommand.run(arguments).output
        #expect(text.contains("conv_hr, \(method)") == (method != "direct"))
    }

    @Test(arguments: [
        ["--exact", "--fast"], ["--runs", "0"], ["--band", "0"], ["--size", "0x4"],
        ["--size", "4x4", "--input", "x.npy"],
    ])
    func wrongUsage(_ options: [String]) throws {
        let network = try #require(Self.network)
        #expect(try BuiltCommand.run(["bench", network.checkpoint] + options).status == 64)
    }

    @Test func aSizeThatNoMachineHoldsIsRefused() throws {
        let network = try #require(Self.network)
        let outcome = try BuiltCommand.run("bench", network.checkpoint, "--size", "99999x99999")
        #expect(outcome.status == 2 && outcome.errors.contains("memory"), "\(outcome.errors)")
    }
}
