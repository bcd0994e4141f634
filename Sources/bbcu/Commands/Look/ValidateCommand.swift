import ArgumentParser
import BBCUKit
import BBCUReporting

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks every key, shape, dtype and value against the network the file should hold.",
        discussion: """
            All problems are listed at once. Errors end in status 1, warnings do not; a file that is none of the \
            networks ends in status 2.

            Example: bbcu validate BBCUM_x4.pth --options test_BBCUM_x4.yml
            """)

    @Argument(help: ArgumentHelp("The checkpoint.", valueName: "FILE"), completion: .file())
    var file: String

    @Option(help: "The network to take the file for. Default: the one whose keys fit best.")
    var network: Family?

    @OptionGroup var options: NetworkOptions

    @Flag(help: "Use what a damaged file still holds; what is lost counts as missing.")
    var salvage = false

    @Flag(help: "List every tensor of each kind of problem.")
    var details = false

    @OptionGroup var output: ReportOptions

    func run() throws {
        try withExitStatus {
            try output.check(inputs: [file, options.options])
            let checkpoint = try openCheckpoint(file, salvaging: salvage)
            Standard.warnOfLater(checkpoint)
            let resolution = try checkpoint.resolve(try options.request(family: network))
            let ignored = options.ignoredKeys
            let report = try ValidationReport(resolution) { $0.matches(ignored) }
            let missing = checkpoint.missing(under: resolution.selection.stateDict.root)
            try output.put(report.document(file: file, missing: missing, showsDetails: details))
            _ = try resolution.requireNetwork(file: file)
            return report.holds && missing.isEmpty
        }
    }
}
