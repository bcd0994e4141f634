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
            let carried = try #require(
                html.components(separatedBy: "id=\"report-json\">").last?.components(separatedBy: "</script>").first)
            let (left, right) = try (
                JSONSerialization.jsonObject(with: Data(carried.utf8)) as? NSDictionary,
                JSONSerialization.jsonObject(with: Data(json.utf8)) as? NSDictionary
            )
            #expect(left != nil && left == right)
            // Again, the same bytes.
            _ = try BuiltCommand.run(command.arguments + ["--report", page])
            #expect(try String(contentsOfFile: page, encoding: .utf8) == html)
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
            #expect(html.contains("id=\"diagnosis\""))
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
