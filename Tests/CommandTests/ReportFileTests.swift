import Foundation
import TestSupport
import Testing

/// `--report FILE.html` and `--report FILE.md` of every command that has a report, on its smallest input.
@Suite("--report of every command") struct ReportFileTests {
    /// A command, and what it needs beside the fixtures: `FOLDER` and `INPUT` stand for a temporary folder and the input.
    struct Case: CustomTestStringConvertible {
        var name: String
        var arguments: [String]
        /// What a report must not replace.
        var input: String = Case.network
        /// What is run before it.
        var before: [[String]] = []
        var status: Int32 = 0
        /// Whether two runs say the same.
        var isRepeatable = true
        var testDescription: String { name }

        static let network = fixture("networks/bbcum_x2/checkpoint.pth")

        func filled(_ arguments: [String], folder: String, input: String) -> [String] {
            arguments.map { $0.replacing("FOLDER", with: folder).replacing("INPUT", with: input) }
        }
    }

    private static let array = fixture("networks/bbcum_x2/input.npy")
    private static let photo = fixture("evaluation/originals/small_15x13.png")
    private static let trace = ["trace", Case.network, "--input", array, "--output", "FOLDER/dump.npz"]
    private static let wrong = trace + ["--k", "20"]
    private static let checked = ["check-port", Case.network, "FOLDER/dump.npz", "--input", array, "--json"]
    private static let shards = (1...2).map { index in
        [
            "evaluate", Case.network, "--images", EvaluationFixture.originals, "--shard", "\(index)/2", "--resume",
            "FOLDER/\(index).json",
        ]
    }

    static let cases: [Case] = [
        .init(name: "inspect", arguments: ["inspect", "INPUT", "--stats", "--checksums"]),
        .init(name: "inspect --salvage", arguments: ["inspect", "INPUT", "--salvage"]),
        .init(name: "scan", arguments: ["scan", "INPUT"]),
        .init(
            name: "scan of several files", arguments: ["scan", "INPUT", fixture("scan/bomb-array.pkl")], status: 1),
        .init(
            name: "diff", arguments: ["diff", "INPUT", fixture("networks/bbcum_x3/checkpoint.pth")], status: 1),
        .init(name: "validate", arguments: ["validate", "INPUT"]),
        .init(name: "cost", arguments: ["cost", "INPUT", "--size", "8x8"]),
        .init(
            name: "bench", arguments: ["bench", "INPUT", "--size", "8x8", "--runs", "1"], isRepeatable: false),
        .init(name: "convert", arguments: ["convert", "INPUT", "FOLDER/model.npz"]),
        .init(name: "verify", arguments: ["verify", "INPUT", "--size", "6x5"]),
        .init(
            name: "verify of a folder", arguments: ["verify", "INPUT", "--input", EvaluationFixture.originals],
            isRepeatable: false),
        .init(
            name: "evaluate",
            arguments: [
                "evaluate", "INPUT", "--images", EvaluationFixture.originals, "--limit", "1", "--path", "both",
            ],
            isRepeatable: false),
        .init(
            name: "merge", arguments: ["merge", "INPUT", "FOLDER/2.json"], input: "FOLDER/1.json", before: shards),
        .init(name: "compare", arguments: ["compare", "INPUT", photo], input: photo),
        .init(name: "budget", arguments: ["budget", "INPUT", "--input", array, "--weight", "fixed:4.12"]),
        .init(
            name: "check-port", arguments: ["check-port", "INPUT", "FOLDER/dump.npz", "--input", array],
            before: [trace]),
        .init(
            name: "check-port of a wrong port",
            arguments: ["check-port", "INPUT", "FOLDER/dump.npz", "--input", array], before: [wrong], status: 1),
        .init(
            name: "check-port --self-test",
            arguments: ["check-port", "INPUT", "--self-test", "--taps", "output"], status: 1),
        .init(
            name: "judge", arguments: ["judge", "INPUT"], input: "FOLDER/report.json", before: [wrong, checked],
            status: 1),
        .init(
            name: "bisect",
            arguments: [
                "bisect", "INPUT", "--input", array, "--run",
                "test -f {input} && cp FOLDER/golden/input/{tap}.npy {output}",
            ],
            before: [["golden", Case.network, "FOLDER/golden", "--input", array, "--format", "npy"]]),
        .init(
            name: "reduce",
            arguments: ["reduce", "INPUT", "FOLDER/dump.npz", "--input", array, "--output", "FOLDER/case"],
            before: [wrong], status: 1),
        .init(
            name: "vectors",
            arguments: ["vectors", "INPUT", "FOLDER/vectors", "--size", "2x2", "--taps", "output"]),
        .init(
            name: "solve-packing", arguments: ["solve-packing", "INPUT", fixture("images/rgb_8.png")], status: 1),
    ]

    /// Runs what comes before, and then the rest with the command's arguments and its input's path.
    private static func with(_ item: Case, _ body: (_ folder: String, _ input: String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            for command in item.before {
                let outcome = try BuiltCommand.run(item.filled(command, folder: folder, input: ""))
                try #require(outcome.status < 2, "\(outcome.errors)")
                if command == checked { try write(Array(outcome.output.utf8), to: folder + "/report.json") }
            }
            try body(folder, item.filled([item.input], folder: folder, input: "")[0])
        }
    }

    @Test(arguments: cases)
    func aPageAndMarkdown(_ item: Case) throws {
        try Self.with(item) { folder, input in
            let command = item.filled(item.arguments, folder: folder, input: input)
            let json = try BuiltCommand.run(command + ["--json", "--report", folder + "/page.html"])
            #expect(json.status == item.status, "\(json.errors)\(json.output.suffix(400))")
            let page = PageCheck(try String(contentsOfFile: folder + "/page.html", encoding: .utf8))
            #expect(page.problems.isEmpty)
            #expect(!page.json.isEmpty && page.json.replacing("\\u003c", with: "<") == json.output.dropLast())
            for made in ["model.npz", "case", "vectors"] {
                try? FileManager.default.removeItem(atPath: "\(folder)/\(made)")
            }

            let text = try BuiltCommand.run(command + ["--report", folder + "/page.md"])
            #expect(text.status == item.status, "\(text.errors)")
            let markdown = try String(contentsOfFile: folder + "/page.md", encoding: .utf8)
            let lines = markdown.split(separator: "\n")
            #expect(lines.first?.hasPrefix("# ") == true)
            let bold = try #require(lines.dropFirst().first)
            #expect(bold.hasPrefix("**") && bold.hasSuffix("**"))
            let verdict = bold.dropFirst(2).dropLast(2).replacing(/\\(.)/) { String($0.1) }
            #expect(!verdict.isEmpty && text.output.split(separator: "\n").contains { $0 == verdict }, "\(verdict)")
            if item.isRepeatable { #expect(page.verdict == verdict) }
        }
    }

    @Test(arguments: cases)
    func anInputIsNotReplaced(_ item: Case) throws {
        try Self.with(item) { folder, input in
            let copy = folder + "/input.html"
            try FileManager.default.copyItem(atPath: input, toPath: copy)
            let command = item.filled(item.arguments, folder: folder, input: copy)
            let outcome = try BuiltCommand.run(
                command + ["--report", folder + "/../\((folder as NSString).lastPathComponent)/input.html"])
            #expect(outcome.status == 64, "\(outcome.errors)")
            #expect(FileManager.default.contentsEqual(atPath: input, andPath: copy))
        }
    }

    @Test(arguments: cases)
    func anotherEndingIsRefused(_ item: Case) throws {
        for name in ["page.txt", "page", "page.html.gz"] {
            let command = item.filled(item.arguments, folder: "/nonexistent", input: item.input)
            let outcome = try BuiltCommand.run(command + ["--report", name])
            #expect(outcome.status == 64 && outcome.errors.contains("should end in .html or .md"), "\(outcome.errors)")
        }
    }
}
