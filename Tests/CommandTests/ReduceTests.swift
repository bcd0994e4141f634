import BBCUExecution
import BBCUKit
import BBCUPortChecking
import BBCUPortTestData
import Foundation
import TestSupport
import Testing

/// Dumps of the port in NumPy with one fault in one module, cut down to what still fails.
@Suite("bbcu reduce") struct ReduceTests {
    static let checkpoint = fixture("bbcum_x2_trained.pth")

    struct Case: Sendable, CustomTestStringConvertible {
        var fault: String
        var unit: String?
        var module: String
        var ids: [String]
        /// Pixels of the core along a side.
        var core: Int
        /// Whether the fault shows at the image's border alone.
        var isAtBorder = false
        var testDescription: String { "\(fault) in \(unit ?? "the network")" }
    }

    static let cases = [
        Case(
            fault: "padding-minus-one", unit: "body.7.body.1", module: "body.7.body.1", ids: ["padding-minus-one"],
            core: 1, isAtBorder: true),
        // An upsampling unit: a pixel becomes four.
        Case(fault: "kernel-rotated", unit: "upconv1", module: "upconv1", ids: ["kernel-rotated"], core: 2),
        // The last layers read the network's input too.
        Case(fault: "skip-nearest", module: "output", ids: ["skip-nearest"], core: 2),
        Case(fault: "k-other", module: "conv_first", ids: ["k-other"], core: 1),
        Case(fault: "weight-flipped", unit: "conv_hr", module: "conv_hr", ids: [], core: 1),
    ]

    @Test(arguments: cases) func theSmallestCropStillFails(_ fault: Case) throws {
        try Self.withDump(fault) { dump in
            let arguments = ["reduce", Self.checkpoint, dump.wrong, "--input", dump.input, "-o", dump.reduced]
            let outcome = try BuiltCommand.run(arguments + ["--json"])
            #expect(outcome.status == 1, "\(outcome.errors)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "reduce").isEmpty)
            let report = try JSONReport(outcome.output)
            #expect(report["first_wrong"] == .string(fault.module))
            #expect(report.list("diagnoses").compactMap { $0["id"] } == fault.ids.map { .string($0) })
            let values = try ReducedFolder.map(dump.reduced + "/port.npy")
            #expect(values.height == fault.core && values.width == fault.core)
            if fault.isAtBorder { #expect(!report.strings("case", "crop", "borders").isEmpty) }
            for file in report.list("case", "files") {
                guard case .string(let name)? = file["file"] else { throw JSONReport.Absent() }
                let hash = ByteRegion(try bytes(of: "\(dump.reduced)/\(name)")).sha256()
                #expect(file["sha256"] == .string(hash))
            }
            let written = try String(contentsOfFile: dump.reduced + "/reduced.json", encoding: .utf8)
            #expect(written.trimmingCharacters(in: .newlines) == outcome.output.trimmingCharacters(in: .newlines))
            try Self.checkReplay(fault, dump, report)
        }
    }

    /// The case fails as the dump did, and holds with what the right port has there.
    private static func checkReplay(_ fault: Case, _ dump: Dump, _ report: JSONReport) throws {
        let arguments = ["reduce", checkpoint, "--replay", dump.reduced, "--json"]
        guard case .string(let command)? = report["command"] else { throw JSONReport.Absent() }
        #expect(command == "bbcu reduce \(checkpoint) --replay \(dump.reduced)")
        let replay = try BuiltCommand.run(arguments)
        #expect(replay.status == 1, "\(replay.errors)")
        #expect(try SchemaCheck.errors(in: replay.output, schema: "check-port").isEmpty)
        let judged = try JSONReport(replay.output)
        #expect(judged["first_wrong"] == .string(fault.module))
        #expect(judged.list("diagnoses").compactMap { $0["id"] } == fault.ids.map { .string($0) })
        // The right port's values at the same place of the whole map; its input there is the same.
        let whole = try #require(try dump.rightValues(fault.module))
        let core = try ReducedFolder.map(dump.reduced + "/expected.npy")
        let bound = try ReducedFolder.map(dump.reduced + "/bound.npy")
        let (top, left) = try place(report, scale: whole.height / dump.height, of: dump)
        var (right, isWithin) = ([Float](), true)
        for channel in 0..<core.channels {
            for row in 0..<core.height {
                for column in 0..<core.width {
                    let value = whole.values[whole.index(channel: channel, row: top + row, column: left + column)]
                    let index = core.index(channel: channel, row: row, column: column)
                    isWithin = isWithin && abs(Double(value) - core.values[index]) <= bound.values[index] * 1.001
                    right.append(value)
                }
            }
        }
        #expect(isWithin, "what is expected of the crop is what the right port has in the whole")
        let mended = dump.reduced + "/../mended.npy"
        let shape = [core.channels, core.height, core.width]
        try NumPyArray.write(try #require(Tensor(right, shape: shape)), to: mended)
        let holds = try BuiltCommand.run(arguments + ["--values", mended])
        #expect(holds.status == 0, "\(holds.output)\(holds.errors)")
    }

    /// Where the core lies in the whole output.
    private static func place(_ report: JSONReport, scale: Int, of dump: Dump) throws -> (Int, Int) {
        let crop = report.numbers("case", "crop", "of")
        // Pixels of the output to one of what the module is given.
        let factor = dump.height * scale / Int(crop[0])
        func start(_ axis: String) -> Int {
            Int(report.numbers("case", "crop", axis)[0]) * factor + Int(report.numbers("case", "core", axis)[0])
        }
        return (start("rows"), start("columns"))
    }

    @Test func aRightDumpLeavesNothingToReduce() throws {
        try Self.withDump(Case(fault: "", module: "", ids: [], core: 0)) { dump in
            let arguments = ["reduce", Self.checkpoint, dump.wrong, "--input", dump.input, "-o", dump.reduced]
            let outcome = try BuiltCommand.run(arguments + ["--json"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "reduce").isEmpty)
            #expect(try BuiltCommand.run(arguments).output.contains("nothing to reduce"))
            #expect(!FileManager.default.fileExists(atPath: dump.reduced))
            let report = try JSONReport(outcome.output)
            #expect(report["folder"] == .null && report["case"] == .null && report["command"] == .null)
        }
    }

    /// One value a last place off, in a dump whose other values are as its formats have them; in float32 they all are wrong.
    @Test func aDumpIsReducedInItsFormats() throws {
        let network = try #require(BudgetCommandTests.network)
        let input = network.path("input.npy")
        try withTemporaryFolder { folder in
            let (right, wrong, json, reduced) = (
                folder + "/right.npz", folder + "/wrong.npz", folder + "/formats.json", folder + "/case"
            )
            let budget = try BuiltCommand.run(
                ["budget", network.checkpoint, "--input", input, "--taps", right, "--json"] + BudgetCommandTests.formats
            )
            #expect(budget.status == 0, "\(budget.errors)")
            try write(Array(budget.output.utf8), to: json)
            let module = "body.0.body.1"
            var writer = try NPZWriter(wrong)
            for array in try PortDump.read([right]).arrays {
                var values = array.values.map { Float($0) }
                if array.name == module { values[values.count / 2] += 1 / 256 }
                try writer.add(array.name, try #require(Tensor(values, shape: array.shape)))
            }
            try writer.finish()
            let arguments = ["reduce", network.checkpoint, wrong, "--input", input, "-o", reduced, "--json"]
            let outcome = try BuiltCommand.run(arguments + ["--formats", json])
            #expect(outcome.status == 1, "\(outcome.errors)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "reduce").isEmpty)
            let report = try JSONReport(outcome.output)
            #expect(report["first_wrong"] == .string(module) && report.list("formats").count == 9)
            let core = try ReducedFolder.map(reduced + "/port.npy")
            #expect(core.height == 1 && core.width == 1)
            let replay = ["reduce", network.checkpoint, "--replay", reduced, "--json"]
            let judged = try BuiltCommand.run(replay)
            #expect(judged.status == 1, "\(judged.errors)")
            #expect(try JSONReport(judged.output).list("formats").count == 9)
            #expect(try BuiltCommand.run(replay + ["--values", reduced + "/expected.npy"]).status == 0)
            let plain = try BuiltCommand.run(arguments)
            #expect(plain.status == 1, "\(plain.errors)")
            #expect(try JSONReport(plain.output)["first_wrong"] == .string("conv_first"))
            #expect(try JSONReport(plain.output)["formats"] == .null)
        }
    }

    /// A case is one module: no more of it can be dumped.
    @Test func aReplayAsksForNothingThatIsNotThere() throws {
        let fault = try #require(Self.cases.first { $0.ids.isEmpty })
        try Self.withDump(fault) { dump in
            let arguments = ["reduce", Self.checkpoint, dump.wrong, "--input", dump.input, "-o", dump.reduced]
            #expect(try BuiltCommand.run(arguments).status == 1)
            let replay = try BuiltCommand.run("reduce", Self.checkpoint, "--replay", dump.reduced)
            #expect(replay.output.contains("No known fault reproduces it"), "\(replay.output)")
            #expect(!replay.output.contains("Dump more modules") && !replay.output.contains("bbcu bisect"))
        }
    }

    /// The output alone is judged by a bound that tells little: what holds is said to be no proof, and what does not is the
    /// whole network.
    @Test func theOutputAloneIsLoose() throws {
        try Self.withDump(Case(fault: "", module: "", ids: [], core: 0)) { dump in
            func write(_ file: String, adding offset: Double) throws {
                let output = try #require(try PortDump.read([dump.right]).arrays.first { $0.name == "output" })
                let tensor = try #require(Tensor(output.values.map { Float($0 + offset) }, shape: output.shape))
                try NumPyArray.write(tensor, to: file)
            }
            let file = dump.folder + "/output.npy"
            let arguments = ["reduce", Self.checkpoint, file, "--input", dump.input, "-o", dump.reduced]
            try write(file, adding: 0)
            let right = try BuiltCommand.run(arguments)
            #expect(
                right.status == 0 && right.facts("note").contains { $0.hasPrefix("the bounds of output are loose") })
            try write(file, adding: 1)
            let wrong = try BuiltCommand.run(arguments)
            #expect(wrong.status == 1 && wrong.output.contains("input.npy is the network's own input\n"))
            #expect(
                wrong.output.contains(
                    "by times k = 130, then conv_first, then leaky ReLU 0.1, then body.0.body.0 to body.15.body.1, then upconv1, "
                        + "then conv_hr, then leaky ReLU 0.1, then conv_last, then plus k times the image, bilinear x2, then "
                        + "divided by k = 130\n"), "\(wrong.output)")
            let replay = try BuiltCommand.run("reduce", Self.checkpoint, "--replay", dump.reduced)
            #expect(replay.output.contains("loose: ") && !replay.output.contains("Dump more modules"))
        }
    }

    /// A case that was changed, or is replayed with another network.
    @Test func whatIsNoCaseIsUnusable() throws {
        try Self.withDump(Self.cases[0]) { dump in
            func replay(_ arguments: String...) throws -> ProcessOutcome {
                try BuiltCommand.run(["reduce"] + arguments + ["--replay", dump.reduced])
            }
            #expect(try replay(Self.checkpoint).status == 2, "no case yet")
            let arguments = ["reduce", Self.checkpoint, dump.wrong, "--input", dump.input, "-o", dump.reduced]
            #expect(try BuiltCommand.run(arguments).status == 1)
            let other = try replay(fixture("networks/bbcum_x2/checkpoint.pth"))
            #expect(other.status == 2 && !other.errors.isEmpty)
            let factor = try replay(Self.checkpoint, "--k", "100")
            #expect(factor.status == 2 && factor.errors.contains("--k"))
            let values = try replay(Self.checkpoint, "--values", dump.input)
            #expect(values.status == 2 && values.errors.contains("the core"), "\(values.errors)")
            try write(Array(try bytes(of: dump.reduced + "/expected.npy")), to: dump.reduced + "/port.npy")
            let changed = try replay(Self.checkpoint)
            #expect(changed.status == 2 && changed.errors.contains("--values"))
        }
    }

    /// A module without a value that is a number.
    @Test func whatHoldsNoValuesCannotBeCut() throws {
        try withTemporaryFolder { folder in
            let dump = folder + "/conv_first.npy"
            let values = [Float](repeating: .nan, count: 64 * 4 * 4)
            try NumPyArray.write(try #require(Tensor(values, shape: [1, 64, 4, 4])), to: dump)
            let input = folder + "/input.npy"
            let noise = try FeatureMap<Float>.noise(channels: 3, height: 4, width: 4, seed: 1)
            try NumPyArray.write(try #require(noise.tensor), to: input)
            let outcome = try BuiltCommand.run(
                "reduce", Self.checkpoint, dump, "--input", input, "-o", folder + "/r")
            #expect(outcome.status == 2 && outcome.errors.contains("conv_first has no values"), "\(outcome.errors)")
        }
    }

    @Test(arguments: [
        [], ["dump.npz"], ["-o", "r"], ["dump.npz", "--replay", "r"], ["--replay", "r", "-o", "s"],
        ["dump.npz", "-o", "r", "--values", "v.npy"], ["--replay", "r", "--formats", "f.json"],
        ["dump.npz", "-o", "r", "--formats", "f.json", "--precision", "float16"],
    ])
    func wrongUsage(_ options: [String]) throws {
        #expect(try BuiltCommand.run(["reduce", Self.checkpoint] + options).status == 64)
    }

    /// A dump of the faulty port and one of the right one.
    struct Dump {
        var folder: String
        var height: Int
        var input: String { folder + "/input.npy" }
        var wrong: String { folder + "/wrong.npz" }
        var right: String { folder + "/right.npz" }
        var reduced: String { folder + "/case" }

        /// What the right port made of a module.
        func rightValues(_ module: String) throws -> FeatureMap<Float>? {
            try PortDump.read([right]).arrays.first { $0.name == module }.flatMap { array in
                FeatureMap(
                    channels: array.shape[1], height: array.shape[2], width: array.shape[3],
                    channelMajorValues: array.values.map { Float($0) })
            }
        }
    }

    static func withDump(_ fault: Case, _ body: (Dump) throws -> Void) throws {
        let python = try #require(PythonWithNumPy.path, "apt-get install python3-numpy")
        try withTemporaryFolder { folder in
            let dump = Dump(folder: folder, height: 10)
            let model = folder + "/model.bbcu"
            #expect(try BuiltCommand.run("convert", checkpoint, model).status == 0)
            let noise = try FeatureMap<Float>.noise(channels: 3, height: dump.height, width: 8, seed: 5)
            try NumPyArray.write(try #require(noise.tensor), to: dump.input)
            let script = Fixtures.folder + "/../Tests/faulty_port/port.py"
            let unit = fault.unit.map { ["--unit", $0] } ?? []
            for (file, options) in [(dump.wrong, ["--fault", fault.fault] + unit), (dump.right, [])] {
                let port = try ChildProcess.run(python, [script, model, dump.input, file, "--outputs"] + options)
                #expect(port.status == 0, "\(port.errors)")
            }
            try body(dump)
        }
    }
}
