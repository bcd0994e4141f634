import ArgumentParser
import BBCUKit
import BBCUPlatform
import BBCUReporting

/// How a report is given: printed as text or JSON, and written as a page or as Markdown.
struct ReportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Also write the report: as one HTML file that needs nothing beside itself where the name ends in .html, as \
            Markdown where it ends in .md.
            """, valueName: "FILE"),
        completion: .file())
    var report: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let report, !isPage, !PathText.hasEnding(report, among: ".md") {
            throw ValidationError(
                "--report writes HTML or Markdown; \(report.printable()) should end in .html or .md.")
        }
    }

    /// Whether an HTML page is asked for.
    var isPage: Bool { report.map { PathText.hasEnding($0, among: ".html", ".htm") } ?? false }

    /// Refuses to write over a file that is read, before any work begins.
    /// - Throws: `ValidationError`, which ends in status 64.
    func check(inputs: [String?]) throws {
        if let report { try Guards.refuseOverwriting(report, inputs: inputs) }
    }

    /// Writes the report's file where one was asked for, and prints the report.
    /// - Throws: what writing it throws.
    func put(_ document: ReportDocument) throws {
        try write(document)
        show(document)
    }

    /// Prints the report.
    func show(_ document: ReportDocument) {
        json ? Standard.output(document.json.text) : Standard.output(lines: document.text)
    }

    /// Writes the report's file where one was asked for.
    /// - Throws: what writing it throws.
    func write(_ document: @autoclosure () throws -> ReportDocument) throws {
        guard let report else { return }
        try WholeFile.write(isPage ? document().html : document().markdown, to: report)
    }
}
