import Foundation
import TestSupport
import Testing

/// Reports with the members that the other tests' reports do not have; `Checks/schemas/run` asks for each.
@Suite struct SchemaReachTests {
    /// A command and what its report has to have.
    struct Case: Sendable, CustomTestStringConvertible {
        /// Its arguments: `{}` stands for a folder with the originals and a broken image in `Set5`.
        var arguments: [String]
        var schema: String
        /// A text of the report.
        var member: String
        /// The file that holds the report, where it is not printed.
        var file: String?
        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let cases = [
        Case(
            arguments: ["scan", fixture("scan/behind-a-stream.gz"), "--json"], schema: "scan",
            member: #""text": "40 bytes follow the compressed data""#),
        Case(
            arguments: ["scan", fixture("scan/hidden-in-a-storage.pth"), "--sarif", "{}/log.sarif"],
            schema: "scan-sarif", member: #""fullyQualifiedName""#, file: "{}/log.sarif"),
        Case(
            arguments: ["inspect", "{}/network-00000000.pth", "--checksums", "--json"], schema: "inspect",
            member: #""holds": false"#),
        Case(arguments: ["inspect", fixture("hidden/a.pth"), "--json"], schema: "inspect", member: #""axis": 0"#),
        Case(
            arguments: ["degrade", "{}/Set5", "{}/low", "--task", "sr", "--scale", "2"], schema: "degrade",
            member: #""name": "broken.png""#, file: "{}/low/manifest.json"),
        Case(
            arguments: ["verify", fixture("bbcum_x2_trained.pth"), "--input", "{}/Set5", "--json"],
            schema: "verify-folder", member: #""power_of_ten": -7"#),
        Case(
            arguments: ["evaluate", EvaluationFixture.checkpoint("bbcum_x4"), "--images", "{}/Set5", "--json"],
            schema: "evaluate", member: #""psnr": 31.54"#),
        Case(
            arguments: [
                "diff", fixture("bbcum_x2_trained.pth"), fixture("bbcum_x2_trained.pth"), "--match", "nothing.*",
                "--json",
            ], schema: "diff", member: #""reason": "#),
    ]

    @Test(arguments: cases) func theReportHasTheMember(_ subject: Case) throws {
        try withTemporaryFolder { folder in
            try EvaluationFixture.copyOriginals(to: folder + "/Set5")
            try write(Array("no image".utf8), to: folder + "/Set5/broken.png")
            try makeLink(folder + "/network-00000000.pth", to: fixture("bbcum_x2_trained.pth"))
            func placed(_ text: String) -> String { text.replacingOccurrences(of: "{}", with: folder) }
            let outcome = try BuiltCommand.run(subject.arguments.map(placed))
            let report = try subject.file.map { try String(contentsOfFile: placed($0), encoding: .utf8) }
            #expect(try SchemaCheck.errors(in: report ?? outcome.output, schema: subject.schema) == [])
            #expect((report ?? outcome.output).contains(subject.member), "\(outcome.errors)")
        }
    }
}
