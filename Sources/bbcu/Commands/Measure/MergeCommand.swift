import ArgumentParser
import BBCUEvaluation
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

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
            "Also write the report as one HTML file where the name ends in .html; of an evaluation the means as Markdown "
                + "where it ends in .md. For pictures give the merged JSON to evaluate as --resume.",
            valueName: "FILE.html"), completion: .file())
    var report: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws { try EvaluationReports.checkName(report) }

    func run() throws {
        try withExitStatus {
            for case let output? in [csv, report] { try Guards.refuseOverwriting(output, inputs: files) }
            let merged = try MergedReport(
                try files.map { ($0, try ByteRegion.mapping($0, atMost: ByteRegion.largestReport).bytes) })
            switch merged {
            case .evaluation(let result):
                if let csv { try WholeFile.write(result.csv, to: csv) }
                if let report {
                    try WholeFile.write(EvaluationReports.document(result, named: report) { nil }, to: report)
                }
                json ? Standard.output(result.json.text) : Standard.output(lines: result.text)
                return result.excluded.isEmpty
            case .verification(let result):
                if csv != nil { throw ValidationError("--csv is for evaluations; these are reports of verify.") }
                if let report {
                    guard ReportOptions.isPage(report) else {
                        throw ValidationError(
                            "--report of verify's reports is HTML; \(report.printable()) should end in .html.")
                    }
                    try WholeFile.write(result.html, to: report)
                }
                json ? Standard.output(result.json.text) : Standard.output(lines: result.text)
                return result.holds && result.excluded.isEmpty
            }
        }
    }
}
