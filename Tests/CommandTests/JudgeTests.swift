import Foundation
import TestSupport
import Testing

@Suite("bbcu judge") struct JudgeTests {
    /// Reports of a right dump and of one made with another k.
    private static func withReports(_ body: (_ right: String, _ wrong: String) throws -> Void) throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "bbcum_x2" })
        try withTemporaryFolder { folder in
            for (name, k) in [("right", "\(network.k)"), ("wrong", "20")] {
                let dump = folder + "/\(name).npz"
                let trace = try BuiltCommand.run(
                    "trace", network.checkpoint, "--k", k, "--input", network.path("input.npy"), "--output", dump)
                #expect(trace.status == 0)
                let report = try BuiltCommand.run(
                    "check-port", network.checkpoint, dump, "--input", network.path("input.npy"), "--k",
                    "\(network.k)", "--json")
                #expect(report.status == (name == "right" ? 0 : 1))
                try Data(report.output.utf8).write(to: URL(fileURLWithPath: folder + "/\(name).json"))
            }
            try body(folder + "/right.json", folder + "/wrong.json")
        }
    }

    @Test func theSavedVerdictStandsUnlessAToleranceIsGiven() throws {
        try Self.withReports { right, wrong in
            #expect(try BuiltCommand.run("judge", right).status == 0)
            #expect(try BuiltCommand.run("judge", wrong).status == 1)
            #expect(try BuiltCommand.run("judge", wrong, "--tolerance", "1e6").status == 0)
            let strict = try BuiltCommand.run("judge", right, "--tolerance", "0", "--json")
            #expect(strict.status == 1)
            #expect(try SchemaCheck.errors(in: strict.output, schema: "judge").isEmpty)
            #expect(try JSONReport(strict.output)["first_wrong"] == .string("conv_first"))
        }
    }

    @Test func whatGotBetterOrWorseIsShown() throws {
        try Self.withReports { right, wrong in
            let better = try BuiltCommand.run("judge", right, "--against", wrong, "--json")
            #expect(better.status == 0)
            #expect(try SchemaCheck.errors(in: better.output, schema: "judge").isEmpty)
            let modules = try JSONReport(better.output).list("modules")
            #expect(modules.first?["change"] == .string("better"))
            #expect(modules.first?["verdict_before"] == .string("fails"))
            #expect(!modules.contains { $0["change"] == .string("worse") })
            let worse = try BuiltCommand.run("judge", wrong, "--against", right)
            #expect(worse.status == 1 && worse.output.contains("worse since the older report"))
        }
    }

    @Test func whatIsNoReportIsUnusable() throws {
        for file in ["absent.json", "README.md", "networks/index.json"] {
            let outcome = try BuiltCommand.run("judge", fixture(file))
            #expect(outcome.status == 2 && outcome.output.isEmpty && !outcome.errors.isEmpty)
        }
        #expect(try BuiltCommand.run("judge", fixture("README.md"), "--tolerance", "x").status == 64)
    }
}
