import ArgumentParser
import BBCUNetworks
import BBCUPlatform
import TensorBytes

struct BBCU: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bbcu",
        abstract: "Reads, checks and runs pretrained BBCU networks, without Python.",
        discussion: """
            Exit status: 0 holds, 1 a check failed, 2 the file or input cannot be used, 64 wrong usage.

            Example: bbcu verify BBCUM_x4.pth --input photo.png
            """,
        version: "bbcu \(ToolVersion.current)",
        subcommands: [
            InspectCommand.self, DiffCommand.self, ScanCommand.self, ValidateCommand.self, CostCommand.self,
            TraceCommand.self, RestoreCommand.self, VerifyCommand.self, ConvertCommand.self,
            CheckPortCommand.self, BisectCommand.self, ReduceCommand.self, SolvePackingCommand.self,
            VectorsCommand.self, BudgetCommand.self, JudgeCommand.self, GoldenCommand.self, BenchCommand.self,
            EvaluateCommand.self, CompareCommand.self, DegradeCommand.self, MergeCommand.self,
        ])
}

/// Where the process begins.
@main
enum EntryPoint {
    /// Runs the command that the arguments name. The parser would call a word that is none an unexpected argument.
    static func main() { Advice.$wording.withValue(CommandAdvice.wording, operation: run) }

    private static func run() {
        ThisProcess.endsCleanly(status: Status.unusable.rawValue)
        InputFiles.protect()
        // Swift's text of an argument that is not UTF-8 names another file.
        if let broken = CommandLine.arguments.dropFirst().first(where: { !FileName.isUTF8($0) }) {
            Standard.error("bbcu: error: \(Standard.message(FileName.error(broken)))")
            ThisProcess.end(status: Status.unusable.rawValue)
        }
        let commands = BBCU.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        if let word = CommandLine.arguments.dropFirst().first, !word.begins(with: "-"), !commands.contains(word) {
            let meant = NearestName.find(word, among: commands).map { "; did you mean '\($0)'?" } ?? "."
            BBCU.exit(withError: ValidationError("There is no command '\(word.printable(atMost: 40))'" + meant))
        }
        BBCU.main()
    }
}
