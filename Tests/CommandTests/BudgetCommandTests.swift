import BBCUImages
import BBCUKit
import Foundation
import TestSupport
import Testing

@Suite("bbcu budget") struct BudgetCommandTests {
    static let network = NetworkFixture.all.first { $0.name == "bbcum_x4" }
    static let formats = [
        "--scaled-input", "fixed:9.8", "--weight", "fixed:1.14", "--bias", "fixed:4.10", "--activation", "fixed:9.8",
        "--residual", "fixed:9.8", "--shift", "fixed:4.10", "--alpha", "fixed:1.16", "--slope", "fixed:2.14",
        "--accumulator", "16",
    ]

    @Test func theReportFollowsTheSchemaOnAnyNumberOfThreads() throws {
        let network = try #require(Self.network)
        let arguments = ["budget", network.checkpoint, "--input", network.path("input.npy")] + Self.formats
        let one = try BuiltCommand.run(arguments + ["--json", "--threads", "1"])
        #expect(one.status == 0, "\(one.errors)")
        #expect(try SchemaCheck.errors(in: one.output, schema: "budget").isEmpty)
        let report = try JSONReport(one.output)
        #expect(report.list("formats").count == 9)
        #expect(report.list("formats").first?["format"] == .string("fixed:9.8"))
        let two = try BuiltCommand.run(arguments + ["--json", "--threads", "2"])
        #expect(one.output == two.output)
        let text = try BuiltCommand.run(arguments)
        #expect(text.output.contains("residual      fixed:9.8") && text.output.contains("forecast "))
    }

    /// What budget writes is what check-port judges; one value off by one last place is found.
    @Test func theTapsHoldInTheirFormatsAlone() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let (taps, json) = (folder + "/taps.npz", folder + "/formats.json")
            let budget = try BuiltCommand.run(
                ["budget", network.checkpoint, "--input", network.path("input.npy"), "--taps", taps, "--json"]
                    + Self.formats)
            #expect(budget.status == 0, "\(budget.errors)")
            try write(Array(budget.output.utf8), to: json)
            let check = ["check-port", network.checkpoint, taps, "--input", network.path("input.npy")]
            let judged = try BuiltCommand.run(check + ["--formats", json, "--json"])
            #expect(judged.status == 0, "\(judged.output)\(judged.errors)")
            #expect(try SchemaCheck.errors(in: judged.output, schema: "check-port").isEmpty)
            #expect(try JSONReport(judged.output).list("formats").count == 9)
            #expect(try BuiltCommand.run(check).status == 1)
            #expect(try BuiltCommand.run(check + ["--formats", json, "--precision", "float16"]).status == 64)
            try write(Array("{}".utf8), to: json)
            let empty = try BuiltCommand.run(check + ["--formats", json])
            #expect(empty.status == 2 && empty.errors.contains("formats"))
        }
    }

    @Test func whatIsWantedIsFoundOrNot() throws {
        let network = try #require(Self.network)
        let arguments = ["budget", network.checkpoint, "--input", network.path("input.npy"), "--json"]
        let found = try BuiltCommand.run(arguments + ["--want", "40"])
        #expect(found.status == 0, "\(found.errors)")
        #expect(try SchemaCheck.errors(in: found.output, schema: "budget").isEmpty)
        guard case .number(let psnr)? = try JSONReport(found.output)["psnr"] else {
            Issue.record("no PSNR")
            return
        }
        #expect(psnr >= 40)
        guard case .number(let margin)? = try JSONReport(found.output)["search", "margin"] else {
            Issue.record("no margin")
            return
        }
        #expect(abs(margin - (psnr - 40)) < 1e-9)
        let text = try BuiltCommand.run(Array(arguments.dropLast()) + ["--want", "40"]).output
        let words = String(format: "%.2f", psnr - 40)
        #expect(text.contains("They reach it on this image, by \(words) dB. On another image they may not"), "\(text)")
        let not = try BuiltCommand.run(arguments + ["--want", "90", "--residual", "fixed:9.0"])
        #expect(not.status == 1)
    }

    /// Formats that hold next to nothing: the report says what becomes of the values, and explains its words.
    @Test func whatDoesNotFitIsSaid() throws {
        let network = try #require(Self.network)
        let arguments = [
            "budget", network.checkpoint, "--input", network.path("input.npy"), "--output", "fixed:1.0", "--alpha",
            "fixed:1.2", "--accumulator", "4",
        ]
        let outcome = try BuiltCommand.run(arguments + ["--json"])
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "budget").isEmpty)
        let report = try JSONReport(outcome.output)
        let notes = report.strings("notes")
        func tensor(_ name: String) -> JSONReport? { report.list("tensors").first { $0["tensor"] == .string(name) } }
        let alpha = try #require(tensor("alpha"))
        guard case .number(let vanished)? = alpha["use", "vanished"], vanished > 0 else { throw JSONReport.Absent() }
        #expect(notes.contains("alpha: all \(Int(vanished)) values that are not 0 become 0 in fixed:1.2"), "\(notes)")
        let output = notes.first { $0.hasPrefix("output: ") && $0.contains("do not fit fixed:1.0") }
        #expect(output?.contains("which holds -1 and 0, first in output; rounded, they need 2 integer bits") == true)
        #expect(tensor("output")?["needed_integer_bits"] == .number(2))
        let sums = notes.first { $0.hasPrefix("accumulator: ") }
        #expect(sums?.contains("do not fit 4 bits, which holds -8 to 7") == true, "\(notes)")
        #expect(notes.last == "the forecast leaves out what the values beyond their range do; the count does not")
        let printed = try BuiltCommand.run(arguments)
        let text = printed.output
        #expect(printed.facts("note") == notes)
        for word in ["flips: ", "beyond: ", "to 0: ", "held bits: ", "zeros: "] { #expect(text.contains(word)) }
        #expect(text.contains("what rounding is expected to do, from the float64 run alone"))
        let plain = try BuiltCommand.run(Array(arguments.prefix(4)))
        #expect(plain.facts("note").isEmpty, "\(plain.output)")
    }

    @Test(arguments: [
        ["--residual", "fixed:9"], ["--residual", "fixed:0.4"], ["--alpha", "float16:wrap"], ["--accumulator", "40"],
        ["--want", "0"],
    ])
    func wrongUsage(_ options: [String]) throws {
        let network = try #require(Self.network)
        let outcome = try BuiltCommand.run(
            ["budget", network.checkpoint, "--input", network.path("input.npy")] + options)
        #expect(outcome.status == 64, "\(outcome.errors)")
    }
}

@Suite("bbcu check-port, images") struct CheckPortImageTests {
    /// A scene of 24 x 17 pixels and what the network makes of it, as images.
    private func withImages(
        _ body: (_ checkpoint: String, _ input: String, _ output: RasterImage, String) throws -> Void
    ) throws {
        let network = try #require(BudgetCommandTests.network)
        try withTemporaryFolder { folder in
            let values = try FeatureMap<Float>.noise(channels: 3, height: 17, width: 24, seed: 6).values
            let planes = try #require(Planes(channels: 3, height: 17, width: 24, values: values))
            try planes.image(bitDepth: 8).writePNG(folder + "/in.png")
            let restored = try BuiltCommand.run(
                "restore", network.checkpoint, folder + "/in.png", folder + "/out.png")
            #expect(restored.status == 0, "\(restored.errors)")
            try body(network.checkpoint, folder + "/in.png", RasterImage.read(folder + "/out.png"), folder)
        }
    }

    @Test func anImageIsJudgedAsTheOutput() throws {
        try withImages { checkpoint, input, _, folder in
            let outcome = try BuiltCommand.run(
                "check-port", checkpoint, folder + "/out.png", "--input", input, "--json")
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "check-port").isEmpty)
        }
    }

    @Test func anImageUpsideDownIsNamed() throws {
        try withImages { checkpoint, input, output, folder in
            let planes = try Planes(output, channels: 3)
            let length = planes.width * 3
            let rows = (0..<planes.height).reversed().flatMap { planes.values[$0 * length..<($0 + 1) * length] }
            let rotated = try #require(
                Planes(channels: 3, height: planes.height, width: planes.width, values: Array(rows)))
            try rotated.image(bitDepth: 8).writePNG(folder + "/turned.png")
            let outcome = try BuiltCommand.run(
                "check-port", checkpoint, folder + "/turned.png", "--input", input, "--json")
            #expect(outcome.status == 1)
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "check-port").isEmpty)
            #expect(try JSONReport(outcome.output).list("diagnoses").map { $0["id"] } == [.string("output-flipped")])
        }
    }

    @Test func aStaleFrameNeedsTheFrameBefore() throws {
        try withImages { checkpoint, input, _, folder in
            let values = try FeatureMap<Float>.noise(channels: 3, height: 17, width: 24, seed: 7).values
            let planes = try #require(Planes(channels: 3, height: 17, width: 24, values: values))
            try planes.image(bitDepth: 8).writePNG(folder + "/now.png")
            let outcome = try BuiltCommand.run(
                "check-port", checkpoint, folder + "/out.png", "--input", folder + "/now.png", "--previous", input,
                "--json")
            #expect(outcome.status == 1)
            #expect(try JSONReport(outcome.output).list("diagnoses").map { $0["id"] } == [.string("stale-frame")])
        }
    }
}
