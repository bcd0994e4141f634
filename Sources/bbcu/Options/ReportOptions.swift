import ArgumentParser
import BBCUKit
import BBCUPlatform

/// Where a report to look at is written.
struct ReportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Also write the report as one HTML file that needs nothing beside itself.", valueName: "FILE.html"),
        completion: .file())
    var report: String?

    func validate() throws {
        if let report, !Self.isPage(report) {
            throw ValidationError("--report writes HTML; \(report.printable()) should end in .html.")
        }
    }

    /// Whether a file's name asks for HTML.
    static func isPage(_ path: String) -> Bool {
        PathText.hasEnding(path, among: ".html", ".htm")
    }

    /// Refuses to write over a file that is read, before any work begins.
    /// - Throws: `ValidationError`, which ends in status 64.
    func check(inputs: [String?]) throws {
        if let report { try Guards.refuseOverwriting(report, inputs: inputs) }
    }

    /// Writes the page where one was asked for.
    /// - Throws: what making it or writing it throws.
    func write(_ page: () throws -> String) throws {
        if let report { try WholeFile.write(page(), to: report) }
    }
}
