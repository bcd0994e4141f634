import Foundation
import TestSupport
import Testing

/// `--report FILE.html`. What a browser makes of the pages, `Checks/reports/run` tells.
@Suite struct PageCommandTests {
    private static let small = fixture("networks/bbcum_x2/checkpoint.pth")

    private static let commands: [(name: String, arguments: [String], figures: Int)] = [
        ("verify", ["verify", small, "--size", "12x9"], 8),
        ("verify of one channel", ["verify", fixture("networks/deblock/checkpoint.pth"), "--size", "9x9"], 8),
        ("inspect", ["inspect", small], 2),
        ("diff", ["diff", fixture("differences/a.pth"), fixture("differences/b.pth")], 2),
    ]

    @Test(arguments: commands.indices)
    func aPageIsWrittenBesideTheReport(_ index: Int) throws {
        let command = Self.commands[index]
        try withTemporaryFolder { folder in
            let page = folder + "/page.html"
            let plain = try BuiltCommand.run(command.arguments)
            let outcome = try BuiltCommand.run(command.arguments + ["--report", page])
            #expect(outcome.status == plain.status && outcome.output == plain.output, "\(outcome.errors)")
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(html.hasPrefix("<!DOCTYPE html>"))
            #expect(html.components(separatedBy: "<figure").count > command.figures)
            // The page carries what --json prints.
            let json = try BuiltCommand.run(command.arguments + ["--json"]).output
            let carried = try #require(try Self.carriedJSON(html))
            #expect(try carried == Self.object(json))
            // A name that is cut is whole in its title.
            for match in html.matches(of: /<text[^>]*>([^<]*…[^<]*)<title>([^<]*)/) {
                #expect(match.2.contains(match.1.filter { $0 != "…" }))
            }
            #expect(command.name != "diff" || html.contains("…"))
            #expect(!html.contains(/…[^<]*<\/text>/))
            // Again, the same bytes.
            _ = try BuiltCommand.run(command.arguments + ["--report", page])
            #expect(try String(contentsOfFile: page, encoding: .utf8) == html)
        }
    }

    /// A folder of five images and one that is none: a row each, and the images that nothing is known of.
    @Test func aFolderIsShownImageByImage() throws {
        try withTemporaryFolder { folder in
            let (images, page) = (folder + "/images", folder + "/page.html")
            try EvaluationFixture.copyOriginals(to: images)
            let command = ["verify", Self.small, "--input", images, "--report", page]
            let whole = try BuiltCommand.run(command + ["--json"])
            #expect(whole.status == 0, "\(whole.errors)")
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(try Self.carriedJSON(html) == Self.object(whole.output))
            #expect(html.contains("class=\"verdict good\"") && html.contains("HOLDS: 5 images; closest: "))
            for part in ["bounds", "signs", "images"] { #expect(html.contains("id=\"\(part)\"")) }
            let rows = try JSONReport(whole.output).list("images")
            let closest = try #require(
                rows.max { ($0.number("share_of_bound") ?? 0) < ($1.number("share_of_bound") ?? 0) }?.text("name"))
            #expect(PageCheck(html).verdict.hasPrefix("HOLDS: 5 images; closest: \(closest), "))
            // The flips by their margins are all the flips.
            for row in rows {
                let counts = row.list("margin_counts").compactMap { $0.number("flips") }
                #expect(counts.reduce(0, +) == row.number("flips"))
                #expect((row.number("smallest_margin") == nil) == counts.isEmpty)
            }
            try write([1, 2, 3], to: images + "/broken<b>.png")
            let partial = try BuiltCommand.run(command)
            #expect(partial.status == 1, "\(partial.output)")
            #expect(
                partial.output.contains(
                    "INCONCLUSIVE: 5 images within bounds, 1 could not be used; closest: \(closest), "))
            let shown = try String(contentsOfFile: page, encoding: .utf8)
            #expect(shown.contains("class=\"verdict caution\"") && shown.contains("Excluded: 1 image"))
            #expect(shown.contains("<code>broken&lt;b&gt;.png</code></bdi>: found"))
            #expect(try BuiltCommand.run(command + ["--taps", folder + "/taps"]).status == 64)
        }
    }

    /// The page of joined shards is that of a single run but for the seconds.
    @Test func joinedVerdictsHaveThePageOfOneRun() throws {
        try withTemporaryFolder { folder in
            let command = ["verify", Self.small, "--input", EvaluationFixture.originals]
            let (single, merged) = (folder + "/single.html", folder + "/merged.html")
            #expect(try BuiltCommand.run(command + ["--report", single]).status == 0)
            let shards = try (1...2).map { index in
                let file = "\(folder)/\(index).json"
                try write(
                    Array(try BuiltCommand.run(command + ["--shard", "\(index)/2", "--json"]).output.utf8), to: file)
                return file
            }
            let outcome = try BuiltCommand.run(["merge"] + shards + ["--report", merged])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let pages = try [single, merged].map { page in
                try String(contentsOfFile: page, encoding: .utf8)
                    .replacing(/"seconds": [0-9.e-]+/, with: "").replacing(
                        /<td class="number">\d+\.\d\d<\/td>/, with: "")
            }
            #expect(pages[0] == pages[1])
        }
    }

    /// The JSON that a page carries.
    private static func carriedJSON(_ html: String) throws -> NSDictionary? {
        try object(
            #require(
                html.components(separatedBy: "id=\"report-json\">").last?.components(separatedBy: "</script>").first))
    }

    private static func object(_ json: String) throws -> NSDictionary? {
        try JSONSerialization.jsonObject(with: Data(json.utf8)) as? NSDictionary
    }

    /// A legend has what the chart has.
    @Test(arguments: [("both", ["1-bit", "float"]), ("reference", ["float"])])
    func theLegendHasNoOtherPath(_ path: String, _ expected: [String]) throws {
        try withTemporaryFolder { folder in
            let page = folder + "/page.html"
            let outcome = try BuiltCommand.run(
                "evaluate", Self.small, "--images", EvaluationFixture.originals, "--limit", "2", "--path", path,
                "--report",
                page)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let html = try String(contentsOfFile: page, encoding: .utf8)
            let section = try #require(html.components(separatedBy: "id=\"distribution\"").last)
            let key = try #require(section.components(separatedBy: "</ul>").first)
            #expect(key.matches(of: /<\/span>([^<]*)<\/li>/).map { String($0.1) } == expected)
        }
    }

    /// The names of a treemap, whole, in a table and on pointing at a tile.
    @Test func aDifferenceNamesEveryTensor() throws {
        try withTemporaryFolder { folder in
            let page = folder + "/page.html"
            let trained = fixture("bbcum_x2_trained.pth")
            #expect(try BuiltCommand.run("diff", trained, trained, "--report", page).status == 0)
            let html = try String(contentsOfFile: page, encoding: .utf8)
            let listing = try JSONReport(try BuiltCommand.run("inspect", trained, "--json").output)
            let names = listing.list("tensors").compactMap { $0.text("name") }
            try #require(names.count > 20)
            for name in names {
                #expect(html.contains("<code>\(name)</code>") && html.contains("<title>\(name): equal, "), "\(name)")
            }
        }
    }

    @Test func checkPortShowsTheFirstWrongUnit() throws {
        try withTemporaryFolder { folder in
            let (dump, page) = (folder + "/dump.npz", folder + "/page.html")
            let input = fixture("networks/bbcum_x2/input.npy")
            let traced = try BuiltCommand.run("trace", Self.small, "--input", input, "--output", dump)
            #expect(traced.status == 0)
            let right = try BuiltCommand.run("check-port", Self.small, dump, "--input", input, "--report", page)
            #expect(right.status == 0, "\(right.output)")
            #expect(try !String(contentsOfFile: page, encoding: .utf8).contains("beyond marked"))
            // The network of another k made the dump.
            let other = try BuiltCommand.run(
                "trace", Self.small, "--input", input, "--output", dump, "--k", "20")
            #expect(other.status == 0)
            let wrong = try BuiltCommand.run("check-port", Self.small, dump, "--input", input, "--report", page)
            #expect(wrong.status == 1)
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(html.contains("class=\"beyond marked\""))
            #expect(html.contains("id=\"finding\""))
        }
    }

    @Test func aTensorsNameStaysText() throws {
        try withTemporaryFolder { folder in
            let (file, page) = (folder + "/hostile.safetensors", folder + "/page.html")
            let name = "<script>alert('tensor')</script>"
            let header = "{\"\(name)\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"
            var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
            bytes += Data(header.utf8) + Data(repeating: 0, count: 8)
            try bytes.write(to: URL(fileURLWithPath: file))
            let outcome = try BuiltCommand.run("inspect", file, "--report", page)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(html.contains("&lt;script&gt;alert(&#39;tensor&#39;)"))
            #expect(!html.contains("<script>alert"))
        }
    }

    @Test func aReportIsHTMLAndNoInput() throws {
        try withTemporaryFolder { folder in
            #expect(try BuiltCommand.run("inspect", Self.small, "--report", folder + "/page.txt").status == 64)
            let copy = folder + "/copy.html"
            try FileManager.default.copyItem(atPath: Self.small, toPath: copy)
            #expect(try BuiltCommand.run("inspect", copy, "--report", copy).status == 64)
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: copy)) == Data(contentsOf: URL(fileURLWithPath: Self.small)))
            #expect(try BuiltCommand.run("inspect", Self.small, "--pickle", "--report", copy).status == 64)
            let nowhere = try BuiltCommand.run("inspect", Self.small, "--report", folder + "/absent/page.html")
            #expect(nowhere.status == 2 && nowhere.output.isEmpty, "\(nowhere.errors)")
        }
    }
}
