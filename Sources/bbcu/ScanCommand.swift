import ArgumentParser
import BBCUKit

/// `bbcu scan`: what a file could do to those who load it.
struct ScanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Audits files without loading them: every name a pickle refers to, tricks of archives, what hides.",
        discussion: """
            A name is expected where PyTorch's own loader takes it for harmless, dangerous where it runs code or leads \
            to what does, and unknown otherwise: what is not known to be harmless is not called safe. A file that is \
            several things at once is judged by everything in it that any loader could find.

            Exit status: 0 every name is expected and everything was examined, 1 a dangerous or unknown name, a trick, \
            or a part that was not examined, 2 nothing can be read as a pickle, an archive or a format without code, \
            64 wrong usage. With several files 1 wins over 2, and 2 over 0.

            Example: bbcu scan downloads/*.pth
            """)

    @Argument(help: ArgumentHelp("The files.", valueName: "FILE"), completion: .file())
    var files: [String]

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if files.isEmpty { throw ValidationError("Missing FILE: give at least one.") }
    }

    func run() throws {
        try withExitStatus {
            var verdicts: [Scan.Verdict] = []
            var reports: [JSONValue] = []
            // One file at a time: reports are small, files are not.
            for (index, file) in files.enumerated() {
                let scan = Scan(file)
                verdicts.append(scan.verdict)
                if json {
                    reports.append(scan.json)
                } else {
                    Standard.output((index > 0 ? [""] : []) + scan.text)
                }
                if let failure = scan.failure {
                    Standard.error("bbcu: error: \(file.printable()): \(failure.printable())")
                }
            }
            let worst = Scan.Verdict.worst(of: verdicts)
            if json {
                let report: JSONValue = ["verdict": .string(worst.rawValue), "files": .array(reports)]
                Standard.output(report.text)
            }
            if worst == .unreadable { throw Status.unusable }
            return worst == .expected
        }
    }
}
