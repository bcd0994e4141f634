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
            For a page with pictures give the merged JSON to evaluate as --resume. \
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

    @OptionGroup var output: ReportOptions

    func run() throws {
        try withExitStatus {
            for case let output? in [csv, output.report] { try Guards.refuseOverwriting(output, inputs: files) }
            let merged = try MergedReport(
                try files.map { ($0, try ByteRegion.mapping($0, atMost: ByteRegion.largestReport).bytes) })
            switch merged {
            case .evaluation(let result):
                if let csv { try WholeFile.write(result.csv, to: csv) }
                try output.put(result.document(crops: nil, remake: result.remake))
                return result.excluded.isEmpty
            case .verification(let result):
                if csv != nil { throw ValidationError("--csv is for evaluations; these are reports of verify.") }
                try output.put(result.document)
                return result.holds && result.excluded.isEmpty
            }
        }
    }
}
