import ArgumentParser
import BBCUKit
import Bytes

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Joins the reports of shards into the one that a single run would have written.",
        discussion: """
            The reports are what evaluate, or verify with a folder, printed with --json or kept with --resume under \
            --shard. Means are computed from the rows in order, so that only the seconds differ from a single run's. \
            Status 0, 1 where an image was excluded or does not hold, 2 where a shard is missing, unfinished, there twice \
            or of another run.

            Example: bbcu merge shard-1.json shard-2.json --json > urban100.json
            """)

    @Argument(help: ArgumentHelp("The reports of all shards.", valueName: "REPORT.json"), completion: .file())
    var files: [String]

    @Option(
        help: ArgumentHelp("Also write the rows of an evaluation as comma-separated values.", valueName: "F"),
        completion: .file())
    var csv: String?

    @Option(
        help: ArgumentHelp(
            "Also write the report of an evaluation: Markdown, or HTML where the name ends in .html. For pictures give the merged "
                + "JSON to evaluate as --resume.", valueName: "FILE.md"), completion: .file())
    var report: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try withExitStatus {
            for case let output? in [csv, report] { try Guards.refuseOverwriting(output, inputs: files) }
            let merged = try MergedReport(try files.map { ($0, try ByteRegion.mapping($0).bytes) })
            switch merged {
            case .evaluation(let result):
                if let csv { try WholeFile.write(result.csv, to: csv) }
                if let report { try WholeFile.write(EvaluationReports.document(result, named: report), to: report) }
                Standard.output(json ? [result.json.text] : result.text)
                return result.excluded.isEmpty
            case .verification(let result):
                if csv != nil || report != nil {
                    throw ValidationError("--csv and --report are for evaluations; these are reports of verify.")
                }
                Standard.output(json ? [result.json.text] : result.text)
                return result.holds && result.excluded.isEmpty
            }
        }
    }
}
