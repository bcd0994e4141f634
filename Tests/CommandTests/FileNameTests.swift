import Foundation
import TestSupport
import Testing

/// Files whose names are bytes that are no UTF-8: said to be so, and excluded where they are among others.
@Suite("Names that are not UTF-8") struct FileNameTests {
    /// Copies a picture to `a\\xFF.png` and `a\\xFE.png`, which look alike, and to `b\\xE9/c.png`, beside good ones.
    private static func prepare(_ folder: String) throws {
        try EvaluationFixture.copyOriginals(to: folder)
        let picture = try bytes(of: folder + "/cat_37x29.png")
        let place = Array((folder + "/").utf8)
        try #require(mkdir((place + [0x62, 0xE9, 0]).map(CChar.init(bitPattern:)), 0o777) == 0)
        for name in [[0x61, 0xFF], [0x61, 0xFE], [0x62, 0xE9, 0x2F, 0x63]] as [[UInt8]] {
            let path = place + name + Array(".png".utf8) + [0]
            let file = try #require(fopen(path.map(CChar.init(bitPattern:)), "w"))
            #expect(fwrite(picture, 1, picture.count, file) == picture.count)
            fclose(file)
        }
    }

    private static let names = ["a\u{FFFD}FE.png", "a\u{FFFD}FF.png", "b\u{FFFD}E9/c.png"]

    private static let network = EvaluationFixture.checkpoint("bbcum_x2")

    private static let commands = [
        ["evaluate", network, "--images", "in", "--json"], ["verify", network, "--input", "in", "--json"],
        ["compare", "in", "in", "--json"],
    ]

    @Test(arguments: commands) func theyAreExcludedAndTheRestGoesOn(_ command: [String]) throws {
        try withTemporaryFolder { folder in
            try Self.prepare(folder + "/in")
            let outcome = try BuiltCommand.run(command, folder: folder)
            #expect(outcome.status == 1, "\(outcome.errors)")
            let report = try JSONReport(outcome.output)
            #expect(report.list("excluded").map { $0.text("name") } == Self.names)
            for exclusion in report.list("excluded") {
                let reason = try #require(exclusion.text("reason"))
                #expect(reason.contains("not UTF-8") && reason.contains("rename the file"), "\(reason)")
            }
            #expect(Set(report.list("images").map { $0.text("name") }).count == 5)
        }
    }

    @Test(arguments: [["restore", network, "in", "out"], ["degrade", "in", "out", "--task", "sr", "--scale", "2"]])
    func theyAreNamedAndTheRestIsWritten(_ command: [String]) throws {
        try withTemporaryFolder { folder in
            try Self.prepare(folder + "/in")
            let outcome = try BuiltCommand.run(command, folder: folder)
            #expect(outcome.status == 1, "\(outcome.errors)")
            for name in Self.names {
                let line = outcome.errors.split(separator: "\n").first { $0.contains(name) }
                #expect(line?.contains("not UTF-8") ?? false, "\(outcome.errors)")
            }
            #expect(try contents(ofFolder: folder + "/out").filter { $0.hasSuffix(".png") }.count == 5)
            #expect(try contents(ofFolder: folder + "/out").allSatisfy { !$0.contains("\u{FFFD}") })
        }
    }

    /// An argument; a shell is asked, since here names are text.
    @Test(arguments: ["inspect", "compare in/cat_37x29.png", "evaluate net.pth --images", "restore net.pth"])
    func anArgumentIsSaidToBeSo(_ command: String) throws {
        try withTemporaryFolder { folder in
            try Self.prepare(folder + "/in")
            try makeLink(folder + "/net.pth", to: Self.network)
            let bbcu = try #require(BuiltCommand.executable)
            let outcome = try ChildProcess.run(
                "/bin/sh", ["-c", "exec \(bbcu) \(command) \"$(printf 'in/a\\377.png')\""], folder: folder)
            #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome)")
            #expect(outcome.errors.contains("the name is not UTF-8"), "\(outcome.errors)")
            #expect(outcome.errors.contains("rename the file"), "\(outcome.errors)")
        }
    }
}
