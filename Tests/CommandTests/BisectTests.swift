import BBCUExecution
import BBCUKit
import Foundation
import TestSupport
import Testing

/// The port in NumPy with one fault in one unit, asked for one tap at a time.
@Suite("bbcu bisect") struct BisectTests {
    static let checkpoint = fixture("bbcum_x2_trained.pth")
    /// The trained network has 37 taps.
    static let mostRuns = log2(37.0) + 2

    struct Case: Sendable, CustomTestStringConvertible {
        var fault: String
        var unit: String?
        var lastGood: String
        var firstWrong: String
        var ids: [String]
        var testDescription: String { "\(fault) in \(unit ?? "the network")" }
    }

    static let cases = [
        Case(fault: "k-other", lastGood: "input", firstWrong: "conv_first", ids: ["k-other"]),
        Case(
            fault: "padding-minus-one", unit: "body.0.body.0", lastGood: "conv_first", firstWrong: "body.0.body.0",
            ids: ["padding-minus-one"]),
        Case(
            fault: "kernel-rotated", unit: "body.9.body.1", lastGood: "body.9.body.0", firstWrong: "body.9.body.1",
            ids: ["kernel-rotated"]),
        Case(
            fault: "padding-edge", unit: "upconv1", lastGood: "body.15.body.1", firstWrong: "upconv1",
            ids: ["padding-edge"]),
        Case(
            fault: "bits-inverted", unit: "conv_hr", lastGood: "upconv1", firstWrong: "conv_hr",
            ids: ["bits-inverted"]),
        Case(fault: "skip-nearest", lastGood: "conv_last", firstWrong: "output", ids: ["skip-nearest"]),
        // One weight of the file turned over: no known fault.
        Case(
            fault: "weight-flipped", unit: "body.12.body.0", lastGood: "body.11.body.1", firstWrong: "body.12.body.0",
            ids: []),
    ]

    @Test(arguments: cases) func theFaultyModuleIsFound(_ fault: Case) throws {
        try Self.withPort { port in
            let unit = fault.unit.map { " --unit \($0)" } ?? ""
            let outcome = try port.bisect("--fault \(fault.fault)\(unit)", ["--json"])
            #expect(outcome.status == 1, "\(outcome.errors)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "bisect").isEmpty)
            let report = try JSONReport(outcome.output)
            #expect(report["verdict"] == .string("fails"))
            #expect(report["last_good"] == .string(fault.lastGood))
            #expect(report["first_wrong"] == .string(fault.firstWrong))
            #expect(report.list("diagnoses").compactMap { $0["id"] } == fault.ids.map { .string($0) })
            #expect(Double(try port.runs()) <= Self.mostRuns)
            #expect(report["runs"] == .number(Double(try port.runs())))
        }
    }

    /// One run on a small input on which every sign is certain, then larger noise: one run there, and more where the port's own
    /// rounding flips signs that have to be passed over.
    @Test func aRightPortHoldsOnBothInputs() throws {
        try Self.withPort { port in
            let options = ["--state", port.state]
            let outcome = try port.bisect("", options + ["--json"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "bisect").isEmpty)
            let report = try JSONReport(outcome.output)
            #expect(report["verdict"] == .string("holds") && report["first_wrong"] == .null)
            #expect(report.list("inputs").map { $0["verdict"] } == [.string("holds"), .string("holds")])
            #expect(report.list("inputs").map { $0["qualifies"] } == [.bool(true), .bool(false)])
            let inputs = report.list("asked").map { $0["input"] }
            #expect(inputs.first == .number(0) && inputs.count >= 2)
            #expect(inputs.dropFirst().allSatisfy { $0 == .number(1) })
            #expect(report.strings("not_shown").contains("tiles of 24x24 or more"))
            let runs = try port.runs()
            #expect(runs == inputs.count)
            // Both inputs' taps are kept.
            let again = try port.bisect("", options)
            #expect(again.status == 0, "\(again.errors)")
            #expect(again.output.contains("\(runs) taps had been written before"), "\(again.output)")
            #expect(
                again.output.contains("on 4x4 and 24x24") && again.output.contains("Cannot show at 4x4 and 24x24: "))
            #expect(try port.runs() == runs)
        }
    }

    /// Tiles of 8 rows, or a buffer of as many: nothing of them shows on 4x4.
    @Test(arguments: ["rows-in-tiles", "line-buffer-of-8"])
    func aFaultOfRowsIsFoundOnTheLargerInput(_ fault: String) throws {
        try Self.withPort { port in
            let outcome = try port.bisect("--fault \(fault) --unit body.7.body.0", ["--json"])
            #expect(outcome.status == 1, "\(outcome.errors)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "bisect").isEmpty)
            let report = try JSONReport(outcome.output)
            #expect(report["last_good"] == .string("body.6.body.1"))
            #expect(report["first_wrong"] == .string("body.7.body.0"))
            #expect(report.list("inputs").map { $0["verdict"] } == [.string("holds"), .string("fails")])
            #expect(report["runs"] == .number(Double(try port.runs())))
        }
    }

    /// With an input of one's own there is no second one, and the verdict says what cannot show.
    @Test func anInputThatIsGivenIsTheOnlyOne() throws {
        try Self.withPort { port in
            let image = port.folder + "/image.npy"
            let noise = try FeatureMap<Float>.noise(channels: 3, height: 4, width: 4, seed: 4)
            try NumPyArray.write(try #require(noise.tensor), to: image)
            let outcome = try port.bisect("--fault rows-in-tiles --unit body.7.body.0", ["--input", image])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                outcome.output.contains(
                    "Cannot show at 4x4: rows from 4 on and columns from 4 on, tiles of 4x4 or more"))
            #expect(try port.runs() == 1)
        }
    }

    /// A port that computes no number somewhere: the search goes on to where it begins.
    @Test func noNumberIsAFault() throws {
        try Self.withPort { port in
            let outcome = try port.bisect("--fault not-a-number --unit body.3.body.1", ["--json"])
            #expect(outcome.status == 1, "\(outcome.errors)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "bisect").isEmpty)
            let report = try JSONReport(outcome.output)
            #expect(report["last_good"] == .string("body.3.body.0"))
            #expect(report["first_wrong"] == .string("body.3.body.1"))
            #expect(report.list("diagnoses").isEmpty)
            #expect(report.strings("notes").contains("body.3.body.1 has nan at channel 2, row 1, column 3"))
        }
    }

    /// What the decisive run wrote is written again by the command of the report.
    @Test func theCommandRepeatsTheDecisiveRun() throws {
        try Self.withPort { port in
            let report = try JSONReport(
                try port.bisect("--fault padding-edge --unit body.1.body.1", ["--json", "--state", port.state]).output)
            let file = port.state + "/taps/body.1.body.1.npy"
            let before = try bytes(of: file)
            try FileManager.default.removeItem(atPath: file)
            guard case .string(let command)? = report["command"] else { throw JSONReport.Absent() }
            #expect(try ChildProcess.run("/bin/sh", ["-c", command]).status == 0)
            #expect(try bytes(of: file) == before)
        }
    }

    /// A port that can give only the sums of some units.
    @Test func theTapsOfAPortAreEnough() throws {
        try Self.withPort { port in
            let fault = "--fault padding-minus-one --unit body.5.body.0"
            let sums = try JSONReport(try port.bisect(fault, ["--taps", "sums", "--json"]).output)
            #expect(sums["last_good"] == .string("body.4.body.1.sums"))
            #expect(sums["first_wrong"] == .string("body.5.body.0.sums"))
            #expect(sums.list("diagnoses").compactMap { $0["id"] } == [.string("padding-minus-one")])
            let shift = "--fault shift-missing --unit body.5.body.0"
            let signs = try JSONReport(try port.bisect(shift, ["--taps", "signs", "--json"]).output)
            #expect(signs["last_good"] == .string("body.4.body.1.signs"))
            #expect(signs["first_wrong"] == .string("body.5.body.0.signs"))
            let some = try JSONReport(
                try port.bisect(fault, ["--taps", "body.4.body.1,output,body.6.body.0", "--json"]).output)
            #expect(some["last_good"] == .string("body.4.body.1") && some["first_wrong"] == .string("body.6.body.0"))
            #expect(some.strings("suspects") == ["body.5.body.0", "body.5.body.1", "body.6.body.0"])
        }
    }

    /// Not on this image, where signs are within rounding of their thresholds: what is certain is a bracket.
    @Test func anotherInputGivesABracket() throws {
        try Self.withPort { port in
            let image = port.folder + "/image.npy"
            // On this one conv_first leaves a sign in doubt.
            let noise = try FeatureMap<Float>.noise(channels: 3, height: 8, width: 8, seed: 2)
            try NumPyArray.write(try #require(noise.tensor), to: image)
            let options = ["--input", image]
            let right = try port.bisect("", options + ["--json"])
            #expect(right.status == 1, "\(right.errors)")
            let undecided = try JSONReport(right.output)
            #expect(undecided["verdict"] == .string("undecided") && undecided["first_wrong"] == .null)
            #expect(undecided["last_good"] == .string("conv_first"))
            #expect(undecided["input", "qualifies"] == .bool(false))
            #expect(try SchemaCheck.errors(in: right.output, schema: "bisect").isEmpty)
            let fault = "--fault padding-minus-one --unit body.1.body.0"
            let wrong = try JSONReport(try port.bisect(fault, options + ["--json"]).output)
            #expect(wrong["verdict"] == .string("fails") && wrong["last_good"] == .string("conv_first"))
            #expect(wrong["first_wrong"] == .string("body.1.body.0"))
            #expect(wrong.strings("undecided") == ["body.0.body.0", "body.0.body.1"])
            #expect(wrong.strings("suspects") == ["body.0.body.0", "body.0.body.1", "body.1.body.0"])
            let text = try port.bisect(fault, options).output
            #expect(text.contains("signs are within rounding of their threshold"))
            #expect(text.contains("nothing there is surely right or wrong"))
        }
    }

    @Test func aSearchThatWasCutShortGoesOn() throws {
        try Self.withPort { port in
            let fault = "--fault padding-edge --unit body.13.body.0"
            // The fourth run fails, once.
            let flaky = " ; test $(wc -l < '\(port.count)') -ne 4"
            let cut = try port.bisect(fault + flaky, ["--state", port.state])
            #expect(cut.status == 2 && cut.output.isEmpty)
            #expect(cut.errors.contains("ended with status 1") && cut.errors.contains("--state \(port.state)"))
            #expect(try port.runs() == 4)
            let whole = try port.bisect(fault + flaky, ["--state", port.state, "--json"])
            #expect(whole.status == 1, "\(whole.errors)")
            let report = try JSONReport(whole.output)
            #expect(report["first_wrong"] == .string("body.13.body.0") && report["resumed"] == .number(3))
            guard case .number(let runs)? = report["runs"] else { throw JSONReport.Absent() }
            // The one that failed is asked again, the three before it are not.
            #expect(try Double(port.runs()) == runs + 1)
            // A file that is no longer what the port wrote is asked for again.
            try write(Array("else".utf8), to: port.state + "/taps/output.npy")
            _ = try port.bisect(fault + flaky, ["--state", port.state])
            #expect(try Double(port.runs()) == runs + 2)
            let other = try port.bisect(fault, ["--state", port.state])
            #expect(other.status == 2 && other.errors.contains("another command"))
        }
    }

    /// A run that hangs, crashes, or writes what is no tap.
    @Test(arguments: [
        ("sleep 60 & sleep 60", "had not ended after 1 second"), ("exit 7", "ended with status 7"),
        ("kill -SEGV $$", "was ended by signal 11"), ("true", "wrote no"),
        ("echo no array > {output}", "is of no use"),
        ("cp {input} {output}", "shape (3, 4, 4), expected (3, 8, 8)"),
        (
            "python3 -c 'import numpy, sys; numpy.save(sys.argv[1], numpy.zeros((3, 8, 8)))' {output}",
            "float64, expected float32"
        ),
        (
            "python3 -c 'import numpy, sys; numpy.save(sys.argv[1], numpy.zeros((8, 8, 3), numpy.float32))' {output}",
            "its channels come last"
        ),
    ])
    func aRunThatFailedIsUnusable(_ script: String, _ message: String) throws {
        try Self.withPort { port in
            let start = Date()
            let outcome = try BuiltCommand.run(
                "bisect", Self.checkpoint, "--timeout", script.contains("sleep") ? "1" : "60", "--run",
                "echo to stdout; echo to stderr >&2; \(script) # {input} {tap} {output}", "--state", port.state)
            #expect(outcome.status == 2)
            #expect(outcome.output.isEmpty, "the port's standard output is not ours")
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
            #expect(outcome.errors.contains("to stdout | to stderr"), "\(outcome.errors)")
            #expect(Date().timeIntervalSince(start) < 30)
        }
    }

    /// Paths that a shell would take apart.
    @Test func pathsAreQuoted() throws {
        try Self.withPort { port in
            let state = port.folder + "/it's a \"$HOME\" `folder`"
            let outcome = try port.bisect("--fault skip-nearest", ["--state", state, "--json"])
            #expect(outcome.status == 1, "\(outcome.errors)")
            #expect(try JSONReport(outcome.output)["first_wrong"] == .string("output"))
        }
    }

    @Test(arguments: [
        ["--run", "port {input} {output}"], [], ["--run", "p {input} {tap} {output}", "--timeout", "0"],
        ["--run", "p {input} {tap} {output}", "--size", "64x64"],
        ["--run", "p {input} {tap} {output}", "--taps", "nosuch"],
        ["--run", "p {input} {tap} {output}", "--input", "x.png", "--size", "4x4"],
    ])
    func wrongUsage(_ options: [String]) throws {
        #expect(try BuiltCommand.run(["bisect", Self.checkpoint] + options).status == 64)
    }

    /// The faulty port, and how often it was run.
    struct Port {
        var folder: String
        var script: String
        var count: String { folder + "/count" }
        var state: String { folder + "/state" }

        func bisect(_ options: String, _ arguments: [String]) throws -> ProcessOutcome {
            let command = "echo run >> \(count); \(script) {input} {output} --tap {tap} \(options)"
            return try BuiltCommand.run(
                ["bisect", BisectTests.checkpoint, "--run", command] + arguments, environment: ["TMPDIR": folder])
        }

        func runs() throws -> Int {
            try String(contentsOfFile: count, encoding: .utf8).split(separator: "\n").count
        }
    }

    static func withPort(_ body: (Port) throws -> Void) throws {
        let python = try #require(PythonWithNumPy.path, "apt-get install python3-numpy")
        try withTemporaryFolder { folder in
            let model = folder + "/model.bbcu"
            #expect(try BuiltCommand.run("convert", checkpoint, model).status == 0)
            let script = Fixtures.folder + "/../Tests/faulty_port/port.py"
            try body(Port(folder: folder, script: "\(python) \(script) \(model)"))
        }
    }
}
