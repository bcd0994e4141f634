import ArgumentParser
import BBCUFileAudit
import BBCUKit
import BBCUPortChecking

struct JudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Judges a saved report of check-port again, without running anything.",
        discussion: """
            REPORT.json is what `bbcu check-port --json` printed. Status 0: holds, 1: fails.

            Example: bbcu judge today.json --tolerance 1e-3 --against yesterday.json
            """)

    @Argument(help: ArgumentHelp("The report.", valueName: "REPORT.json"), completion: .file())
    var report: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The largest difference that passes, in place of the bounds.", valueName: "T"),
        transform: OptionValues.tolerance)
    var tolerance: Double?

    @Option(
        help: ArgumentHelp("An older report: shows what got better or worse.", valueName: "OLD.json"),
        completion: .file())
    var against: String?

    @OptionGroup var output: ReportOptions

    func run() throws {
        try withExitStatus {
            try output.check(inputs: [report, against])
            let judgement = BBCUPortChecking.Judgement(
                try SavedReport.read(report), tolerance: tolerance, against: try against.map(SavedReport.read))
            try output.put(judgement.document)
            return judgement.holds
        }
    }
}
