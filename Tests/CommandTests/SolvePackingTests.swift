import BBCUKit
import Foundation
import TestSupport
import Testing

/// Weights that a script in NumPy packed in the layouts that ports have.
@Suite("bbcu solve-packing") struct SolvePackingTests {
    static let unit = "body.0.body.1"

    /// A layout, and what has to be said of it.
    struct Recipe: Sendable, CustomTestStringConvertible {
        var name: String
        var axes: [String]
        var word: Int
        var polarity = "plus"
        var order: String?
        var fill: String?
        /// What the report says of what is filled up.
        var filled: String?
        var testDescription: String { name }
    }

    private static let usual = ["filter", "row", "column", "channel"]

    /// Of 48 features: words of 32 and 64 have bits that fill up.
    static let recipes = [
        Recipe(
            name: "plain", axes: usual, word: 8, order: "filter,row,column,word,nchw,lsb,plus"),
        Recipe(name: "minus", axes: usual, word: 16, polarity: "minus", order: "filter,row,column,word,nchw,lsb,minus"),
        Recipe(name: "words32-big", axes: usual, word: 32, fill: "zeros", filled: "channels filled up from 48 to 64"),
        Recipe(
            name: "words64-msb", axes: usual, word: 64, order: "filter,row,column,word,nchw,msb,plus", fill: "zeros",
            filled: "channels filled up from 48 to 64"),
        Recipe(name: "flat-msb", axes: ["filter", "channel", "row", "column"], word: 8),
        Recipe(
            name: "taps-inner", axes: ["filter", "channel", "row", "column"], word: 16, fill: "zeros",
            filled: "the bits of (row, column) filled up from 9 to 16"),
        Recipe(
            name: "transposed", axes: ["filter", "column", "row", "channel"], word: 8,
            order: "filter,column,row,word,nchw,lsb,plus"),
        Recipe(name: "rotated", axes: usual, word: 8),
        Recipe(
            name: "filter-innermost-word", axes: ["row", "column", "channel-group", "filter", "channel-lane"], word: 16,
            order: "row,column,word,filter,nchw,lsb,plus"),
        Recipe(
            name: "filters-in-words", axes: ["row", "column", "channel", "filter"], word: 32, fill: "zeros",
            filled: "filters filled up from 48 to 64"),
        Recipe(
            name: "parallel-filters", axes: ["filter-group", "row", "column", "channel", "filter-lane"], word: 8),
        Recipe(
            name: "strided-filters", axes: ["filter-lane", "filter-group", "row", "column", "channel"], word: 8),
        Recipe(name: "channels-reversed", axes: usual, word: 8),
        Recipe(
            name: "tail-ones", axes: usual, word: 32, order: "filter,row,column,word,nchw,lsb,plus", fill: "ones",
            filled: "channels filled up from 48 to 64"),
        Recipe(
            name: "halves-swapped", axes: usual, word: 64, fill: "zeros", filled: "channels filled up from 48 to 64"),
    ]

    @Test(arguments: recipes) func aLayoutIsFound(_ recipe: Recipe) throws {
        let outcome = try Self.solve("bbcum_w48", [recipe.name, "weights.bin", "--layer", Self.unit])
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.json["agreement"] == .number(1))
        let found = outcome.json.list("layouts").contains { layout in
            layout.list("axes").compactMap { text($0[]) } == recipe.axes
                && text(layout["text"])?.split(separator: "; ").first { $0.contains("filled up") }.map(String.init)
                    == recipe.filled
                && layout["word"] == .number(Double(recipe.word))
                && layout["polarity"] == .string(recipe.polarity)
                && layout["order"] == recipe.order.map { .string($0) } ?? .null
                && layout["fill"] == recipe.fill.map { .string($0) } ?? .null
        }
        #expect(found, "\(outcome.text)")
    }

    /// Golden data written as the solver says are the port's file.
    @Test(arguments: [("words64-msb", 64), ("filter-innermost-word", 16), ("minus", 8)])
    func goldenWritesWhatWasFound(_ recipe: String, _ word: Int) throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "bbcum_w48" })
        let outcome = try Self.solve("bbcum_w48", [recipe, "weights.bin", "--layer", Self.unit]) { blob, folder in
            try FileManager.default.copyItem(atPath: blob, toPath: NSTemporaryDirectory() + "/\(recipe).kept")
        }
        let kept = NSTemporaryDirectory() + "/\(recipe).kept"
        defer { try? FileManager.default.removeItem(atPath: kept) }
        let order = outcome.json.list("layouts").first { $0["word"] == .number(Double(word)) && $0["order"] != .null }
        let name = try #require(text(order?["order"]), "\(outcome.text)")
        try withTemporaryFolder { folder in
            let golden = try BuiltCommand.run(
                "golden", network.checkpoint, folder + "/g", "--format", "npy", "--order", name, "--word", "\(word)",
                "--size", "2x2", "--units", Self.unit)
            #expect(golden.status == 0, "\(golden.errors)")
            let tensor = try NumPyArray.read(folder + "/g/constants/\(Self.unit).weights.npy")
            #expect(try tensor.bytes == bytes(of: kept))
        }
    }

    @Test(arguments: ["weights.h", "weights.mem", "weights.npy", "weights.dat"])
    func everyFileFormatIsRead(_ file: String) throws {
        let outcome = try Self.solve("bbcum_w48", ["plain", file, "--layer", Self.unit])
        #expect(outcome.status == 0, "\(outcome.text)")
        let word = ["weights.h": 32, "weights.mem": 64][file] ?? 8
        #expect(outcome.json["word_bits"] == .number(Double(word)))
    }

    /// All units one after the other behind a header, with other numbers between them.
    @Test func aWholeNetworkIsFound() throws {
        let outcome = try Self.solve("bbcum_w48", ["words32-big", "w.bin", "--header", "321", "--alphas"])
        #expect(outcome.status == 0, "\(outcome.text)")
        let layout = try #require(outcome.json.list("layouts").first)
        #expect(text(layout["text"])?.hasSuffix("; channels filled up from 48 to 64") == true)
        let placements = layout.list("placements")
        #expect(
            placements.compactMap { text($0["layer"]) } == ["body.0.body.0", "body.0.body.1", "conv_hr", "upconv1"])
        // 48 filters of 9 taps of 64 bits, and 48 float32.
        let stride = Double(48 * 9 * 64 + 48 * 32)
        #expect(
            placements.map { $0["start_bit"] }
                == [0, 1, 2, 3].map { .number(321 * 8 + $0 * stride) })
    }

    /// A unit of 48 channels and 192 filters: what is said of either is not said of the other.
    @Test(arguments: [
        ("words32-big", "channels filled up from 48 to 64"), ("words64-msb", "channels filled up from 48 to 64"),
        ("flat-msb", nil), ("filters-in-words", nil),
        ("taps-inner", "the bits of (row, column) filled up from 9 to 16"),
    ])
    func channelsAndFiltersAreCountedApart(_ recipe: String, _ filled: String?) throws {
        let outcome = try Self.solve("bbcum_w48", [recipe, "weights.bin", "--layer", "upconv1"])
        #expect(outcome.status == 0 && outcome.json["agreement"] == .number(1), "\(outcome.text)")
        let statements = outcome.json.list("layouts").map { layout in
            text(layout["text"])?.split(separator: "; ").filter { $0.contains("filled up") }.map(String.init) ?? []
        }
        #expect(!statements.isEmpty && statements.contains(filled.map { [$0] } ?? []), "\(statements)")
    }

    @Test func zerosMatchAnyBitOrAPlaneOfTheirOwn() throws {
        let alone = try Self.solve("zero_weights", ["plain", "w.bin", "--layer", "conv_hr"])
        #expect(alone.status == 0 && alone.json.list("layouts").first?["zeros"] == .string("zeros"))
        let both = try Self.solve("zero_weights", ["second-plane", "w.bin", "--layer", "conv_hr"])
        let layout = both.json.list("layouts").first { $0.list("axes").first?[] == .string("plane") }
        #expect(both.status == 0 && layout != nil, "\(both.text)")
    }

    @Test func layoutsThatNoBlobTellsApartAreOfOneClass() throws {
        let outcome = try Self.solve("bbcum_w48", ["plain", "w.bin", "--layer", Self.unit])
        let layouts = outcome.json.list("layouts")
        #expect(layouts.map { $0["word"] } == [.number(8), .number(16)])
        #expect(Set(layouts.map { $0["class"] }) == [.number(0)])
    }

    @Test func aFewWrongBitsAreShown() throws {
        let outcome = try Self.solve("trained", ["words64-msb", "w.mem", "--layer", Self.unit, "--flip", "30"])
        #expect(outcome.status == 1)
        #expect(outcome.json["verdict"] == .string("close"))
        guard case .number(let agreement)? = outcome.json["agreement"] else { return }
        #expect(agreement > 0.99 && agreement < 1)
        #expect(outcome.json["first_contradiction", "word"] != nil)
        #expect(outcome.json["first_contradiction", "found"] != outcome.json["first_contradiction", "expected"])
    }

    /// A blob that was cut off is said to be that, and not held against layouts.
    @Test func aBlobThatIsTooShortIsSaidToBe() throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "bbcum_w48" })
        try withTemporaryFolder { folder in
            let blob = folder + "/short.bin"
            try Data(repeating: 0x5a, count: 1000).write(to: URL(fileURLWithPath: blob))
            for (options, advice) in [(["--layer", Self.unit], "without --layer"), ([], "With --layer NAME")] {
                let outcome = try BuiltCommand.run(["solve-packing", network.checkpoint, blob] + options)
                #expect(outcome.status == 1)
                let lines = outcome.output.split(separator: "\n")
                let verdict = try #require(lines.first { $0.hasPrefix("NOT FOUND") })
                #expect(verdict.contains("too short: it has 8000 bits") && verdict.contains("20736 bits"))
                #expect(outcome.output.contains(advice) && !outcome.output.contains("%"))
                let json = try BuiltCommand.run(["solve-packing", network.checkpoint, blob, "--json"] + options)
                #expect(try SchemaCheck.errors(in: json.output, schema: "solve-packing").isEmpty)
                #expect(try JSONReport(json.output)["needed_bits"] == .number(48 * 48 * 9))
            }
        }
    }

    @Test(arguments: ["scrambled", "plain"]) func whatFitsNoLayoutIsNotExplained(_ recipe: String) throws {
        // The unit's own bits in no order, and another unit's in the plainest one.
        let layer = recipe == "plain" ? "body.0.body.0" : Self.unit
        let outcome = try Self.solve("trained", [recipe, "w.bin", "--layer", layer], as: Self.unit)
        #expect(outcome.status == 1)
        #expect(outcome.json["verdict"] == .string("unknown"))
        #expect(outcome.json.list("layouts").isEmpty && outcome.json["closest"] == .null)
        guard case .number(let agreement)? = outcome.json["agreement"] else { return }
        #expect(agreement > 0.4 && agreement < 0.6)
    }

    /// The weights of one network in the plainest layout, held against another of the same sizes.
    @Test func anotherNetworksWeightsAreNotExplained() throws {
        let python = try #require(PythonWithNumPy.path, "apt-get install python3-numpy")
        let other = try #require(NetworkFixture.all.first { $0.name == "bbcum_x4_full" })
        try withTemporaryFolder { folder in
            let (model, blob) = (folder + "/model.bbcu", folder + "/weights.bin")
            #expect(try BuiltCommand.run("convert", other.checkpoint, model).status == 0)
            let script = Fixtures.folder + "/../Tests/faulty_port/pack.py"
            #expect(try ChildProcess.run(python, [script, model, "plain", blob]).status == 0)
            let outcome = try BuiltCommand.run(
                "solve-packing", fixture("bbcum_x2_trained.pth"), blob, "--json", "--layer", Self.unit)
            #expect(outcome.status == 1)
            let report = try JSONReport(outcome.output)
            #expect(report["verdict"] == .string("unknown"))
            #expect(report.list("layouts").isEmpty && report["closest"] == .null)
        }
    }

    @Test func unusableInputs() throws {
        let checkpoint = try #require(NetworkFixture.all.first { $0.name == "bbcum_w48" }).checkpoint
        for (blob, layer) in [(fixture("absent.bin"), Self.unit), (checkpoint, "body.9.body.9")] {
            let outcome = try BuiltCommand.run("solve-packing", checkpoint, blob, "--layer", layer)
            #expect(outcome.status == 2 && !outcome.errors.isEmpty, "\(outcome.errors)")
        }
    }

    struct Outcome {
        var status: Int32
        var json: JSONReport
        var text: String
    }

    /// Packs weights and solves for their layout; the unit asked for is always `unit` where one is packed.
    static func solve(
        _ name: String, _ options: [String], as unit: String? = nil,
        keeping: (_ blob: String, _ folder: String) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        let python = try #require(PythonWithNumPy.path, "apt-get install python3-numpy")
        let network = try #require(NetworkFixture.all.first { $0.name == name })
        return try withTemporaryFolder { folder in
            let (model, blob) = (folder + "/model.bbcu", folder + "/" + options[1])
            #expect(try BuiltCommand.run("convert", network.checkpoint, model).status == 0)
            let script = Fixtures.folder + "/../Tests/faulty_port/pack.py"
            let packed = try ChildProcess.run(python, [script, model, options[0], blob] + options.dropFirst(2))
            #expect(packed.status == 0, "\(packed.errors)")
            try keeping(blob, folder)
            let layer = unit ?? options.firstIndex(of: "--layer").map { options[$0 + 1] }
            let outcome = try BuiltCommand.run(
                ["solve-packing", network.checkpoint, blob, "--json"] + (layer.map { ["--layer", $0] } ?? []))
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "solve-packing").isEmpty)
            return Outcome(status: outcome.status, json: try JSONReport(outcome.output), text: outcome.output)
        }
    }
}

private func text(_ value: JSONReport.Scalar?) -> String? {
    if case .string(let text)? = value { text } else { nil }
}
