import Foundation
import TestSupport
import Testing

/// Names of folders, images, tensors and modules never become commands, markup, formulas or other files.
@Suite("Hostile names") struct HostileNameTests {
    private static let network = EvaluationFixture.checkpoint("bbcum_x2")
    private static let mark = "\u{301}"

    /// Names that run `touch RUN` where a shell reads any part of them.
    static let folders = [
        "a'; touch RUN; '", "a'\(mark); touch RUN; '\(mark)", "$(touch RUN)", "`touch RUN`", "\"; touch RUN; \"",
        "\"\(mark)$(touch RUN)\"", "a\ntouch RUN\n", "a; touch RUN #", "\\'; touch RUN; \\'", "& touch RUN &",
    ]

    @Test(arguments: folders, ["cp {input} {output} # {tap}", "cp '{input}' \"{output}\" # '{tap}'"])
    func aFolderOfBisectRunsNothing(_ name: String, _ command: String) throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
            let outcome = try BuiltCommand.run(
                "bisect", Self.network, "--run", command, "--state", name, folder: folder)
            // The copy of the input is no right answer of the last tap; that it is there shows that the port ran.
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(try contents(ofFolder: folder + "/" + name).contains("port.log"), "\(outcome.errors)")
            #expect(outcome.errors.contains("shape (3, 4, 4)"), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/RUN"))
        }
    }

    @Test(arguments: folders, ["sh -c 'cp {input} {output}' # {tap}", "sh -c \"cp {input} {output}\" # {tap}"])
    func aPlaceThatIsReadTwiceIsRefused(_ name: String, _ command: String) throws {
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(
                "bisect", Self.network, "--run", command, "--state", name, folder: folder)
            #expect(outcome.status == 64, "\(outcome.errors)")
            #expect(outcome.errors.contains("{input} stands within quotes"), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/RUN"))
        }
    }

    /// Pictures under names that spreadsheets, Markdown and terminals understand.
    private static let images = [
        "=1+1.png", "+\(mark)x.png", "-x.png", "@x.png", "a|\(mark)b.png", "<img src=x>.png", "`x`.png",
        "[a](b).png", "a\u{1B}[31m.png", "a\u{202E}b.png", "a\u{200B}b.png", "a\nb.png", "\u{E9}.png", "e\(mark).png",
        "\"\(mark),.png",
    ]

    @Test func namesOfImagesStayText() throws {
        try withTemporaryFolder { folder in
            try EvaluationFixture.copyOriginals(to: folder + "/all")
            let picture = try bytes(of: folder + "/all/cat_37x29.png")
            try FileManager.default.createDirectory(atPath: folder + "/in", withIntermediateDirectories: true)
            for name in Self.images { try write(picture, to: folder + "/in/" + name) }
            for page in ["r.md", "r.html"] {
                let outcome = try BuiltCommand.run(
                    "evaluate", Self.network, "--images", "in", "--set", "=set|x", "--csv", "r.csv", "--report", page,
                    folder: folder)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(!Self.steers(outcome.output) && !Self.steers(outcome.errors))
            }
            let csv = try String(contentsOfFile: folder + "/r.csv", encoding: .utf8)
            let rows = csv.utf8.split(separator: 0x0A).dropFirst().map {
                String(decoding: $0.dropLast(), as: UTF8.self)
            }
            #expect(rows.count == Self.images.count)
            #expect(rows.allSatisfy { !"=+-@".unicodeScalars.contains($0.unicodeScalars.first!) })
            #expect(rows.filter { $0.utf8.starts(with: "'".utf8) }.count == 4, "\(rows)")
            #expect(rows.allSatisfy { $0.contains(",'=set|x,") } && !Self.steers(rows.joined()))
            #expect(Set(rows.map { Array($0.utf8) }).count == rows.count)
            let markdown = try String(contentsOfFile: folder + "/r.md", encoding: .utf8)
            #expect(markdown.contains("=set\\|x") && !Self.steers(markdown))
            let html = try String(contentsOfFile: folder + "/r.html", encoding: .utf8)
            #expect(!html.contains("<img src=x>") && !Self.steers(html))
            #expect(html.contains("a\\u{1B}[31m.png") && html.contains("a\\u{A}b.png"))
            let json = try BuiltCommand.run("evaluate", Self.network, "--images", "in", "--json", folder: folder)
            #expect(json.output.contains(#"a\u202eb.png"#) && !Self.steers(json.output))
            let names = try JSONReport(json.output).list("images").compactMap { $0.text("name") }
            #expect(Set(names.map { Array($0.utf8) }) == Set(Self.images.map { Array($0.utf8) }))
        }
    }

    /// Two spellings of one name are two images, which stay two.
    @Test func spellingsAreNotMixedUp() throws {
        try withTemporaryFolder { folder in
            try EvaluationFixture.copyOriginals(to: folder + "/all")
            try FileManager.default.createDirectory(atPath: folder + "/in", withIntermediateDirectories: true)
            for (name, source) in [("\u{E9}.png", "cat_37x29.png"), ("e\(Self.mark).png", "flat_16x16.png")] {
                try write(try bytes(of: folder + "/all/" + source), to: folder + "/in/" + name)
            }
            let outcome = try BuiltCommand.run("restore", Self.network, "in", "out", folder: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try contents(ofFolder: folder + "/out").count == 2)
            #expect(try BuiltCommand.run("compare", "out", "out", folder: folder).status == 0)
        }
    }

    /// Whether a text holds what steers a terminal or hides: no report does.
    private static func steers(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            scalar != "\n" && scalar != "\r"
                && [.control, .format].contains(scalar.properties.generalCategory)
        }
    }

    @Test func reportsOfPortsStayText() throws {
        try withTemporaryFolder { folder in
            let trained = fixture("bbcum_x2_trained.pth")
            let input = fixture("networks/bbcum_x2/input.npy")
            let name = "a`|\(Self.mark)<b>*x*\u{1B}[31m"
            try FileManager.default.createDirectory(
                atPath: folder + "/" + name, withIntermediateDirectories: true)
            let dump = "\(name)/d.npz"
            #expect(
                try BuiltCommand.run(
                    "trace", trained, "--input", input, "--output", folder + "/" + dump
                ).status == 0)
            for page in ["r.md", "r.html"] {
                let outcome = try BuiltCommand.run(
                    "check-port", trained, dump, "--input", input, "--report", page, folder: folder)
                #expect(outcome.status == 0 && !Self.steers(outcome.output), "\(outcome.errors)")
                let text = try String(contentsOfFile: folder + "/" + page, encoding: .utf8)
                #expect(!Self.steers(text) && text.contains("\\u{1B}[31m"))
            }
            let markdown = try String(contentsOfFile: folder + "/r.md", encoding: .utf8)
            #expect(markdown.contains("* dump: `` a`|\(Self.mark)<b>*x*\\u{1B}[31m/d.npz ``"), "\(markdown)")
        }
    }

    @Test(
        .enabled(if: MeasuredCommand.isPossible),
        arguments: [(1 << 31 - 1, 1), (1, 1 << 31 - 1), (1 << 20, 1 << 20), (1 << 20, 30)])
    func aSmallFileCostsLittle(_ width: Int, _ height: Int) throws {
        try withTemporaryFolder { folder in
            var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
            for side in [width, height] { png += (0..<4).map { UInt8(truncatingIfNeeded: side >> (24 - 8 * $0)) } }
            png += [8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82]
            let image = folder + "/x.png"
            try write(png, to: image)
            for command in [
                ["restore", Self.network, image, folder + "/out.png"], ["compare", image, image],
                ["trace", Self.network, "--input", image, "--output", folder + "/o.npz"],
            ] {
                let (outcome, usage) = try MeasuredCommand.run(command)
                #expect(outcome.status == 2, "\(outcome.errors)")
                #expect(usage.peakBytes < 100 << 20, "\(command[0]): \(usage.peakBytes) bytes")
            }
        }
    }
}
