import ArgumentParser
import BBCUFileAudit
import BBCUKit
import BBCUPlatform
import BBCUReporting

/// `bbcu scan`: what a file could do to those who load it.
struct ScanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Scans files for code that would run when they are loaded, without loading them.",
        discussion: """
            A name is expected where PyTorch's own loader takes it for harmless, dangerous where it runs code or leads \
            to what does, and unknown otherwise: what is not known to be harmless is not called safe. A file that is \
            several things at once is judged by everything in it that any loader could find.

            A folder is searched to its end, hidden files too; links that lead out of it are not followed, and named \
            pipes, sockets and devices are not opened. Each file gets one line, and its details follow if it is not \
            clean. Text that no reader of pickles can run is skipped and counted; programs (.py, .sh, .ipynb and others) \
            and templates are not examined, and keys of JSON by which a loader runs code (auto_map, trust_remote_code, \
            chat_template, Keras Lambda layers) are unknown names.

            Exit status: 0 every name is expected and everything was examined, 1 a dangerous or unknown name, a trick, \
            or a part that was not examined, 2 nothing can be read as a pickle, an archive or a format without code, \
            64 wrong usage. With several files 1 wins over 2, and 2 over 0; text that is skipped changes nothing, but \
            if nothing at all was examined the status is 2.

            --fail-on says from which level on a file fails, of dangerous, finding, unknown, unexamined, from the worst. \
            With another level than unexamined, status 0 does not say that everything was examined.

            Example: bbcu scan downloads/*.pth
            Example: bbcu scan downloads/*.pth --fail-on unknown --sarif scan.sarif
            """)

    @Argument(
        help: ArgumentHelp("The files, and folders to search.", valueName: "FILE"), completion: .file())
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "Scan the files and folders that FILE lists, one per line or separated by NUL bytes; - reads standard input.",
            valueName: "FILE"), completion: .file())
    var filesFrom: String?

    @Option(
        help: ArgumentHelp(
            "The mildest level that fails: dangerous, finding, unknown or unexamined.", valueName: "LEVEL"))
    var failOn = FailLevel.unexamined

    @Option(
        help: ArgumentHelp(
            "Allow a name, or with NAME.* all names below it. It is listed and does not fail. Repeatable.",
            valueName: "NAME"))
    var allow: [String] = []

    @Option(
        help: ArgumentHelp("Allow the names in FILE, one per line; # begins a comment.", valueName: "FILE"),
        completion: .file())
    var allowFile: String?

    @Flag(help: "Show the details of every file, not only of those that are not clean.")
    var details = false

    @Option(help: ArgumentHelp("Write a SARIF 2.1.0 log to FILE.", valueName: "FILE"), completion: .file())
    var sarif: String?

    @OptionGroup var output: ReportOptions

    /// The levels of ``Scan/Level`` that can fail.
    enum FailLevel: String, ExpressibleByArgument, CaseIterable {
        case dangerous, finding, unknown, unexamined

        var level: Scan.Level { Scan.Level(rawValue: rawValue) ?? .unexamined }
    }

    func validate() throws {
        if files.isEmpty, filesFrom == nil { throw ValidationError("Missing expected argument '<FILE> ...'") }
        if AllowList(allow) == nil {
            throw ValidationError("--allow takes a name such as torch.Size, or one with .* at its end, as torch.nn.*.")
        }
    }

    func run() throws {
        try withExitStatus {
            let inputs = try ScanInputs(files, from: filesFrom)
            let lists = [allowFile, filesFrom == "-" ? nil : filesFrom]
            try output.check(inputs: inputs.files + lists)
            if let sarif {
                try Guards.refuseOverwriting(sarif, inputs: inputs.files + lists)
            }
            var run = ScanRun(
                list: try ScanInputs.allowed(allow, file: allowFile), summary: ScanSummary(failOn: failOn.level))
            run.showsEachFile = !output.json
            run.isSingle = inputs.isSingle
            run.showsDetails = details
            run.keepsJSON = output.json || output.report != nil
            run.keepsScans = output.report != nil
            run.sarif = sarif == nil ? nil : ScanSARIF()
            run.scan(inputs)
            try output.write(run.document)
            if output.json {
                Standard.output(run.json.text)
            } else {
                let lines = run.lastLines
                if !lines.isEmpty { Standard.output(lines: lines) }
            }
            if let sarif, let log = run.sarif {
                let file = try AtomicFile(sarif)
                try file.write(Array((log.json(run.summary, version: ToolVersion.current).text + "\n").utf8))
                try file.commit()
            }
            if run.summary.exitStatus == 2 { throw Status.unusable }
            return run.summary.exitStatus == 0
        }
    }
}
