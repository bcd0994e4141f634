import BBCUExecution
import BBCUKit
import BBCUPortChecking
import BBCUPortTestData
import Foundation
import TestSupport
import Testing

/// What stands in `input.npy` is what the unit that is named is given: a right one run on it alone holds.
@Suite("bbcu reduce, the input of a case") struct ReducedInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var module: String
        /// What lies between the module before and this one.
        var applied: [String] = []
        var testDescription: String { module }
    }

    static let cases = [
        Case(module: "body.0.body.0", applied: ["leaky ReLU 0.1"]), Case(module: "body.3.body.1"),
        Case(module: "upconv1"), Case(module: "conv_hr"), Case(module: "conv_last", applied: ["leaky ReLU 0.1"]),
    ]

    /// One value of a right dump is spoilt; the module alone, in NumPy, on the input of the case makes it right.
    @Test(arguments: cases) func theModuleAloneHoldsOnIt(_ subject: Case) throws {
        try ReduceTests.withDump(.init(fault: "", module: "", ids: [], core: 0)) { dump in
            let wrong = dump.folder + "/spoilt.npz"
            try Self.write(dump.right, to: wrong) { name, values in
                if name == subject.module { values[values.count / 2] += 1000 }
            }
            let report = try Self.reduce(dump, wrong)
            #expect(report["case", "module"] == .string(subject.module))
            #expect(report.strings("case", "applied") == subject.applied)
            #expect(report.strings("case", "operations") == [subject.module])
            let file = report.list("case", "files").first
            #expect(file?["name"] == .string("input") && file?["dtype"] == .string("float32"))
            let made = dump.folder + "/made.npy"
            try Self.run(subject.module, dump, made)
            let replay = ["reduce", ReduceTests.checkpoint, "--replay", dump.reduced]
            #expect(try BuiltCommand.run(replay).status == 1)
            let mended = try BuiltCommand.run(replay + ["--values", made])
            #expect(mended.status == 0, "\(mended.output)\(mended.errors)")
            let readme = try String(contentsOfFile: dump.reduced + "/README.md", encoding: .utf8)
            guard case .string(let from)? = report["case", "from"] else { throw JSONReport.Absent() }
            let given = "input.npy is what \(subject.module) is given: \(from)"
            #expect(readme.contains(given + Self.after(subject)), "\(readme)")
            #expect(readme.contains("by \(subject.module)\n"))
        }
    }

    private static func after(_ subject: Case) -> String {
        subject.applied.isEmpty ? "\n" : " after \(subject.applied.joined(separator: ", "))\n"
    }

    /// PyTorch's activations and skips work in place: what a hook kept of the module before shows them, and so does
    /// what it kept of the module that is wrong.
    @Test func modulesRecordedAfterTheirActivationsHoldToo() throws {
        try ReduceTests.withDump(.init(fault: "", module: "", ids: [], core: 0)) { dump in
            func activated(_ value: Float) -> Float { value > 0 ? value : 0.1 * value }
            let right = dump.folder + "/in-place.npz"
            let inPlace: Set = ["conv_first", "conv_hr"]
            try Self.write(dump.right, to: right) { name, values in
                if inPlace.contains(name) { values = values.map(activated) }
            }
            for (module, applied, operations) in [
                ("body.0.body.0", ["leaky ReLU 0.1"], ["body.0.body.0"]),
                ("conv_hr", [], ["conv_hr", "leaky ReLU 0.1"]), ("conv_last", ["leaky ReLU 0.1"], ["conv_last"]),
            ] {
                let wrong = dump.folder + "/spoilt.npz"
                try Self.write(right, to: wrong) { name, values in
                    if name == module { values[values.count / 2] -= 1000 }
                }
                let report = try Self.reduce(dump, wrong)
                #expect(report["first_wrong"] == .string(module))
                #expect(report.strings("case", "applied") == applied)
                #expect(report.strings("case", "operations") == operations)
                let made = dump.folder + "/made.npy"
                try Self.run(module, dump, made)
                if operations.count > 1 {
                    let map = try ReducedFolder.map(made)
                    let values = map.values.map { Double(activated(Float($0))) }
                    let recorded = map.with(values)
                    try Self.write(recorded, to: made)
                    let core = cut(recorded, report.range("core", "rows"), report.range("core", "columns"))
                    let expected = try ReducedFolder.map(dump.reduced + "/expected.npy")
                    #expect(
                        zip(core.values, expected.values).allSatisfy { abs($0 - $1) < 1e-5 * max(1, abs($1)) },
                        "what is expected is what the dump holds, after the activation")
                }
                let replay = ["reduce", ReduceTests.checkpoint, "--replay", dump.reduced, "--values", made]
                let mended = try BuiltCommand.run(replay)
                #expect(mended.status == 0, "\(module): \(mended.output)\(mended.errors)")
                try FileManager.default.removeItem(atPath: dump.reduced)
            }
        }
    }

    /// The skip added in place to what the last convolution made: the case needs the image too.
    @Test func theLastConvolutionRecordedAfterTheSkip() throws {
        try ReduceTests.withDump(.init(fault: "", module: "", ids: [], core: 0)) { dump in
            let right = dump.folder + "/in-place.npz"
            let output = try #require(try PortDump.read([dump.right]).arrays.first { $0.name == "output" })
            try Self.write(dump.right, to: right) { name, values in
                if name == "conv_last" { values = output.values.map { Float($0 * 130) } }
            }
            let wrong = dump.folder + "/spoilt.npz"
            try Self.write(right, to: wrong) { name, values in
                if name == "conv_last" { values[values.count / 2] += 1000 }
            }
            let report = try Self.reduce(dump, wrong)
            #expect(report["first_wrong"] == .string("conv_last"))
            #expect(report.strings("case", "operations") == ["conv_last", "plus k times the image, bilinear x2"])
            let names = report.list("case", "files").map { $0["name"] }
            #expect(names.contains(.string("image")))
            // The right values at the core's place: the crop is counted in pixels of what conv_last is given.
            let (top, left) = (report.range("crop", "rows").lowerBound, report.range("crop", "columns").lowerBound)
            let (rows, columns) = (report.range("core", "rows"), report.range("core", "columns"))
            let core = cut(
                try map(output, factor: 130), top + rows.lowerBound..<top + rows.upperBound,
                left + columns.lowerBound..<left + columns.upperBound)
            try Self.write(core, to: dump.folder + "/made.npy")
            let mended = try BuiltCommand.run(
                "reduce", ReduceTests.checkpoint, "--replay", dump.reduced, "--values", dump.folder + "/made.npy")
            #expect(mended.status == 0, "\(mended.output)\(mended.errors)")
        }
    }

    /// A wrong activation cannot be told apart from the unit if it is run beforehand.
    @Test func aWrongActivationStaysInTheCase() throws {
        try ReduceTests.withDump(.init(fault: "leaky-slope", module: "", ids: [], core: 0)) { dump in
            let report = try Self.reduce(dump, dump.wrong)
            #expect(report["first_wrong"] == .string("body.0.body.0"))
            #expect(report.list("diagnoses").compactMap { $0["id"] } == [.string("leaky-slope")])
            #expect(report.strings("case", "applied").isEmpty)
            #expect(report.strings("case", "operations") == ["leaky ReLU 0.1", "body.0.body.0"])
            let text = try BuiltCommand.run(
                "reduce", ReduceTests.checkpoint, dump.wrong, "--input", dump.input, "-o", dump.folder + "/again")
            #expect(text.output.contains("input.npy is what leaky ReLU 0.1 is given: conv_first\n"), "\(text.output)")
            #expect(text.output.contains("by leaky ReLU 0.1, then body.0.body.0\n"))
        }
    }

    /// In formats the input is what the port has stored, to the last bit.
    @Test func inFormatsTheInputIsWhatIsStored() throws {
        let network = try #require(BudgetCommandTests.network)
        let input = network.path("input.npy")
        try withTemporaryFolder { folder in
            let (right, wrong, json) = (folder + "/right.npz", folder + "/wrong.npz", folder + "/formats.json")
            let budget = try BuiltCommand.run(
                ["budget", network.checkpoint, "--input", input, "--taps", right, "--json"] + BudgetCommandTests.formats
            )
            try TestSupport.write(Array(budget.output.utf8), to: json)
            try Self.write(right, to: wrong) { name, values in
                if name == "body.0.body.0" { values[values.count / 2] += 1 / 256 }
            }
            let outcome = try BuiltCommand.run(
                "reduce", network.checkpoint, wrong, "--input", input, "-o", folder + "/case", "--formats", json,
                "--json")
            let report = try JSONReport(outcome.output)
            #expect(report["first_wrong"] == .string("body.0.body.0"), "\(outcome.errors)")
            #expect(report.strings("case", "operations") == ["body.0.body.0"])
            #expect(!report.list("case", "files").contains { $0["name"] == .string("input_radius") })
            let first = try #require(try PortDump.read([right]).arrays.first { $0.name == "conv_first" })
            let crop = cut(try map(first), report.range("crop", "rows"), report.range("crop", "columns"))
            // slope fixed:2.14, residual fixed:9.8, half to even.
            let slope = (0.1 * 16384).rounded(.toNearestOrEven) / 16384
            let stored = crop.values.map {
                $0 > 0 ? $0 : ($0 * slope * 256).rounded(.toNearestOrEven) / 256
            }
            #expect(try ReducedFolder.map(folder + "/case/input.npy").values == stored)
        }
    }

    private func map(_ array: PortDump.Array, factor: Double = 1) throws -> FeatureMap<Double> {
        try #require(
            FeatureMap(
                channels: array.shape[1], height: array.shape[2], width: array.shape[3],
                channelMajorValues: array.values.map { $0 * factor }))
    }

    private func cut(_ map: FeatureMap<Double>, _ rows: Range<Int>, _ columns: Range<Int>) -> FeatureMap<Double> {
        let values = rows.flatMap { row in
            columns.flatMap { column in
                (0..<map.channels).map { map.values[map.index(channel: $0, row: row, column: column)] }
            }
        }
        return FeatureMap(height: rows.count, width: columns.count, channels: map.channels, filled: values)
    }

    private static func write(_ map: FeatureMap<Double>, to path: String) throws {
        let values = map.channelMajorValues.map { Float($0) }
        let shape = [map.channels, map.height, map.width]
        try NumPyArray.write(try #require(Tensor(values, shape: shape)), to: path)
    }

    private static func reduce(_ dump: ReduceTests.Dump, _ wrong: String) throws -> JSONReport {
        let outcome = try BuiltCommand.run(
            "reduce", ReduceTests.checkpoint, wrong, "--input", dump.input, "-o", dump.reduced, "--json")
        #expect(outcome.status == 1, "\(outcome.errors)")
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "reduce").isEmpty)
        return try JSONReport(outcome.output)
    }

    /// Runs one module of the NumPy port on the input of the case.
    private static func run(_ module: String, _ dump: ReduceTests.Dump, _ made: String) throws {
        let python = try #require(PythonWithNumPy.path)
        let script = Fixtures.folder + "/../Tests/faulty_port/port.py"
        let port = try ChildProcess.run(
            python, [script, dump.folder + "/model.bbcu", dump.reduced + "/input.npy", made, "--module", module])
        #expect(port.status == 0, "\(port.errors)")
    }

    /// Writes a dump again with some values changed.
    private static func write(
        _ dump: String, to path: String, _ change: (String, inout [Float]) -> Void
    ) throws {
        var writer = try NPZWriter(path)
        for array in try PortDump.read([dump]).arrays {
            var values = array.values.map { Float($0) }
            change(array.name, &values)
            try writer.add(array.name, try #require(Tensor(values, shape: array.shape)))
        }
        try writer.finish()
    }
}

extension JSONReport {
    /// Rows or columns of a case's crop or core.
    fileprivate func range(_ part: String, _ axis: String) -> Range<Int> {
        let ends = numbers("case", part, axis).map { Int($0) }
        return ends.count == 2 ? ends[0]..<ends[1] : 0..<0
    }
}
