import Foundation
import TestSupport
import Testing

@Suite("bbcu evaluate") struct EvaluateTests {
    /// From the original to the mean: what PyTorch's network makes of the published code's degraded image, scored by the
    /// published code. PSNR within 1e-4 dB, SSIM within 1e-6, on both paths.
    @Test(arguments: ["bbcum_x2", "bbcul_x3", "bbcum_x4", "denoise", "deblock"], ["plain", "ensemble"])
    func theFiguresArePyTorchs(_ network: String, _ kind: String) throws {
        let outcome = try BuiltCommand.run(
            ["evaluate", EvaluationFixture.checkpoint(network), "--images", EvaluationFixture.originals, "--json"]
                + ["--path", "both"] + (kind == "ensemble" ? ["--self-ensemble"] : []))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "evaluate") == [])
        let rows = try JSONReport(outcome.output).list("images")
        let expected = EvaluationFixture.rows.filter { $0.network == network && $0.kind == kind }
        #expect(rows.count == 2 * expected.count && !expected.isEmpty)
        for row in rows {
            let name = try #require(row.text("name"))
            let right = try #require(expected.first { $0.name + ".png" == name && $0.setting == row.number("setting") })
            #expect((row.number("psnr") == nil) == (right.psnr == nil), "\(right)")
            #expect(abs((row.number("psnr") ?? 0) - (right.psnr ?? 0)) < 1e-4, "\(right)")
            #expect((row.number("ssim") == nil) == (right.ssim == nil), "\(right)")
            #expect(abs((row.number("ssim") ?? 0) - (right.ssim ?? 0)) < 1e-6, "\(right)")
        }
    }

    /// What `degrade` writes is what `evaluate` makes, and what `--save` writes is what it scores.
    @Test(arguments: [
        ("bbcum_x2", ["--task", "sr", "--scale", "2"], [String]()),
        ("denoise", ["--task", "denoise", "--sigma", "25"], ["--sigma", "25"]),
        ("deblock", ["--task", "deblock", "--quality", "10"], ["--quality", "10"]),
    ])
    func filesGivenAndMadeAreTheSame(_ network: String, _ degradation: [String], _ setting: [String]) throws {
        try withTemporaryFolder { folder in
            let (low, saved) = (folder + "/low", folder + "/saved")
            let checkpoint = EvaluationFixture.checkpoint(network)
            let degraded = try BuiltCommand.run(["degrade", EvaluationFixture.originals, low] + degradation)
            #expect(degraded.status == 0, "\(degraded.errors)")
            let base = ["evaluate", checkpoint, "--images", EvaluationFixture.originals, "--json"] + setting
            let made = try JSONReport(try BuiltCommand.run(base + ["--save", saved]).output)
            let given = try JSONReport(
                try BuiltCommand.run(base + ["--low", low, "--outputs", saved + "/binarized"]).output)
            #expect(given["options", "low"] == .string("given") && made["options", "low"] == .string("made"))
            let scores = made.list("images").map { [$0["name"], $0["psnr"], $0["ssim"]] }
            for path in ["binarized", "outputs"] {
                let rows = given.list("images").filter { $0["path"] == .string(path) }
                #expect(rows.map { [$0["name"], $0["psnr"], $0["ssim"]] } == scores)
            }
        }
    }

    /// The authors' folders: the set is found in the path, the low-quality files beside HR, the paper's figures by both.
    @Test func theAuthorsFoldersAreUnderstood() throws {
        try withTemporaryFolder { folder in
            let set = folder + "/MANGA109"
            try EvaluationFixture.copyOriginals(to: set + "/HR")
            try FileManager.default.createDirectory(atPath: set + "/LR_bicubic", withIntermediateDirectories: true)
            #expect(
                try BuiltCommand.run("degrade", set + "/HR", set + "/LR_bicubic/X2", "--task", "sr", "--scale", "2")
                    .status
                    == 0)
            let checkpoint = EvaluationFixture.checkpoint("bbcum_x2")
            for (images, low) in [(folder, folder), (set + "/HR", set), (set, set)] {
                let outcome = try BuiltCommand.run("evaluate", checkpoint, "--images", images, "--low", low, "--json")
                #expect(outcome.status == 0, "\(outcome.errors)")
                let means = try JSONReport(outcome.output).list("means")
                #expect(means.map { $0["set"] } == [.string("Manga109")])
                #expect(means.first?["published", "psnr"] == .number(37.20))
                #expect(means.first?["count"] == .number(5) && means.first?["images_in_set"] == .number(109))
            }
            let text = try BuiltCommand.run("evaluate", checkpoint, "--images", folder, "--path", "both").output
            #expect(text.contains("running 1-bit changes Manga109 by 0.000 dB"))
            #expect(text.contains("5 of 109") && text.contains("37.20"))
        }
    }

    @Test func templatesNameTheFiles() throws {
        try withTemporaryFolder { folder in
            let low = folder + "/low"
            #expect(
                try BuiltCommand.run("degrade", EvaluationFixture.originals, low, "--task", "sr", "--scale", "2").status
                    == 0)
            for name in try contents(ofFolder: low) where name.hasSuffix("x2.png") {
                let other = "small_" + name.dropLast("x2.png".count) + "_by_2.png"
                try FileManager.default.moveItem(atPath: low + "/" + name, toPath: low + "/" + other)
            }
            let outcome = try BuiltCommand.run(
                "evaluate", EvaluationFixture.checkpoint("bbcum_x2"), "--images", EvaluationFixture.originals, "--low",
                low,
                "--template", "small_{}_by_{setting}", "--json")
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    /// What cannot be used is named and counted, the rest goes on.
    @Test func whatCannotBeUsedIsExcluded() throws {
        try withTemporaryFolder { folder in
            try EvaluationFixture.copyOriginals(to: folder)
            try write(Array(try bytes(of: folder + "/cat_37x29.png").prefix(200)), to: folder + "/cut.png")
            try write([1, 2, 3], to: folder + "/other.bmp")
            for name in ["rgba_8", "rgb_16", "rgba_8_opaque"] {
                try FileManager.default.copyItem(atPath: fixture("images/\(name).png"), toPath: folder + "/\(name).png")
            }
            let outcome = try BuiltCommand.run(
                "evaluate", EvaluationFixture.checkpoint("denoise"), "--images", folder, "--sigma", "25", "--json")
            #expect(outcome.status == 1)
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "evaluate") == [])
            let report = try JSONReport(outcome.output)
            #expect(
                report.list("excluded").map { $0.text("name") } == ["cut.png", "other.bmp", "rgb_16.png", "rgba_8.png"])
            #expect(!outcome.output.contains(folder))
            // Opaque alpha is no obstacle, and a side of 4 has no SSIM.
            #expect(report.list("images").map { $0.text("name") }.contains("rgba_8_opaque.png"))
            #expect(report.list("means").first?["ssim"] == .null)
        }
    }

    /// A mean that is missing is explained: one image is too small for SSIM's window.
    @Test func aMissingMeanIsExplained() throws {
        try withTemporaryFolder { folder in
            let (images, page) = (folder + "/images", folder + "/page.html")
            try EvaluationFixture.copyOriginals(to: images)
            let command = ["evaluate", EvaluationFixture.checkpoint("denoise"), "--images", images, "--report", page]
            let whole = try BuiltCommand.run(command)
            #expect(whole.status == 0 && !whole.output.contains("No mean SSIM"), "\(whole.errors)")
            try FileManager.default.copyItem(
                atPath: fixture("images/rgba_8_opaque.png"), toPath: images + "/tiny<i>.png")
            let outcome = try BuiltCommand.run(command)
            let line =
                "No mean SSIM of images: what is compared of tiny<i>.png is smaller than its window of 11x11 pixels."
            // Once, though there are three settings.
            #expect(outcome.output.components(separatedBy: line).count == 2, "\(outcome.output)")
            #expect(
                try String(contentsOfFile: page, encoding: .utf8).contains(
                    line.replacing("<i>", with: "&lt;i&gt;")))
            let pairs = try BuiltCommand.run("compare", images, images)
            #expect(
                pairs.output.contains("No mean SSIM: what is compared of tiny<i>.png is smaller"), "\(pairs.output)")
            #expect(
                try !BuiltCommand.run("compare", EvaluationFixture.originals, EvaluationFixture.originals).output
                    .contains("No mean SSIM"))
        }
    }

    /// A low-quality file of another scale, a larger one, and a missing one.
    @Test func filesThatDoNotFitAreExcluded() throws {
        try withTemporaryFolder { folder in
            let low = folder + "/low"
            #expect(
                try BuiltCommand.run("degrade", EvaluationFixture.originals, low, "--task", "sr", "--scale", "2").status
                    == 0)
            let files = FileManager.default
            try files.removeItem(atPath: low + "/flat_16x16x2.png")
            try files.removeItem(atPath: low + "/cat_37x29x2.png")
            try files.copyItem(atPath: low + "/woman_50x43x2.png", toPath: low + "/cat_37x29x2.png")
            try files.removeItem(atPath: low + "/woman_50x43x2.png")
            try files.copyItem(atPath: low + "/small_15x13x2.png", toPath: low + "/woman_50x43x2.png")
            let outcome = try BuiltCommand.run(
                "evaluate", EvaluationFixture.checkpoint("bbcum_x2"), "--images", EvaluationFixture.originals, "--low",
                low,
                "--json")
            #expect(outcome.status == 1)
            let report = try JSONReport(outcome.output)
            #expect(
                report.list("excluded").map { $0.text("name") } == [
                    "cat_37x29.png", "flat_16x16.png", "woman_50x43.png",
                ])
            #expect(report.list("images").count == 2)
        }
    }

    /// Rows are taken from the file while checkpoint and image are the same.
    @Test func aStoppedRunGoesOn() throws {
        try withTemporaryFolder { folder in
            let (images, resume) = (folder + "/images", folder + "/report.json")
            try EvaluationFixture.copyOriginals(to: images)
            func run(_ network: String, _ more: [String] = []) throws -> [JSONReport] {
                let outcome = try BuiltCommand.run(
                    ["evaluate", EvaluationFixture.checkpoint(network), "--images", images, "--resume", resume] + more)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let text = String(decoding: try bytes(of: resume), as: UTF8.self)
                #expect(try SchemaCheck.errors(in: text, schema: "evaluate") == [])
                return try JSONReport(text).list("images")
            }
            // No second run takes as long to the last digit.
            func seconds(_ rows: [JSONReport]) -> [Double?] { rows.map { $0.number("seconds") } }
            let first = try run("bbcum_x2", ["--limit", "2"])
            let second = try run("bbcum_x2")
            #expect(first.count == 2 && second.count == 5)
            #expect(seconds(second).prefix(2) == seconds(first)[...])
            // Another image under the same name.
            try FileManager.default.removeItem(atPath: images + "/cat_37x29.png")
            try FileManager.default.copyItem(
                atPath: fixture("evaluation/distorted/cat_37x29.png"), toPath: images + "/cat_37x29.png")
            let third = try run("bbcum_x2")
            #expect(seconds(third).dropFirst() == seconds(second).dropFirst())
            #expect(third[0].number("psnr") != second[0].number("psnr"))
            // Another checkpoint: what was computed stays.
            let other = try BuiltCommand.run(
                "evaluate", EvaluationFixture.checkpoint("bbcul_x2"), "--images", images, "--resume", resume)
            #expect(other.status == 2 && other.errors.contains("another checkpoint"))
            #expect(try seconds(run("bbcum_x2")) == seconds(third))
        }
    }

    @Test("a report of other images, or of another shard, is kept: exit 2, with what to do")
    func aReportOfOtherImagesIsKept() throws {
        try withTemporaryFolder { folder in
            let (images, resume) = (folder + "/images", folder + "/report.json")
            try EvaluationFixture.copyOriginals(to: images)
            func run(_ more: [String]) throws -> ProcessOutcome {
                try BuiltCommand.run(
                    ["evaluate", EvaluationFixture.checkpoint("bbcum_x2"), "--resume", resume] + more)
            }
            #expect(try run(["--images", images, "--shard", "1/2"]).status == 0)
            let before = try bytes(of: resume)
            // Other contents under the same names.
            let others = folder + "/others/images"
            try FileManager.default.createDirectory(atPath: others, withIntermediateDirectories: true)
            for name in try contents(ofFolder: images) {
                try FileManager.default.copyItem(
                    atPath: images + "/cat_37x29.png", toPath: "\(others)/\(name == "cat_37x29.png" ? "x.png" : name)")
            }
            let refused: [[String]] = [
                ["--images", images, "--shard", "2/2"], ["--images", images, "--limit", "1"],
                ["--images", fixture("evaluation/distorted")], ["--images", others],
            ]
            for options in refused {
                let outcome = try run(options)
                #expect(
                    outcome.status == 2 && outcome.errors.contains("name another file"), "\(options) \(outcome.errors)")
                #expect(try bytes(of: resume) == before)
            }
            #expect(try run(["--images", images, "--shard", "1/2"]).status == 0)
            #expect(try contents(ofFolder: folder).allSatisfy { !$0.hasSuffix(".lock") })
        }
    }

    @Test("restored images are not written over those that are scored")
    func scoredImagesAreKept() throws {
        try withTemporaryFolder { folder in
            let (images, saved) = (folder + "/images", folder + "/saved")
            try EvaluationFixture.copyOriginals(to: images)
            func run(_ more: [String]) throws -> ProcessOutcome {
                try BuiltCommand.run(
                    ["evaluate", EvaluationFixture.checkpoint("bbcum_x2"), "--images", images, "--save", saved] + more)
            }
            #expect(try run([]).status == 0)
            let scored = saved + "/binarized/2"
            let names = try contents(ofFolder: scored)
            let before = try names.map { try bytes(of: "\(scored)/\($0)") }
            let outcome = try run(["--outputs", scored])
            #expect(outcome.status == 64 && outcome.errors.contains("is read"), "\(outcome.errors)")
            #expect(try names.map { try bytes(of: "\(scored)/\($0)") } == before)
        }
    }

    @Test func rowsAreWrittenAsCSV() throws {
        try withTemporaryFolder { folder in
            let images = folder + "/a,\"b"
            try EvaluationFixture.copyOriginals(to: images)
            let (csv, markdown) = (folder + "/rows.csv", folder + "/means.md")
            let outcome = try BuiltCommand.run(
                "evaluate", EvaluationFixture.checkpoint("bbcum_x2"), "--images", images, "--csv", csv, "--report",
                markdown)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let lines = String(decoding: try bytes(of: csv), as: UTF8.self).split(separator: "\r\n")
            #expect(lines.count == 6 && lines[0] == "name,set,scale,path,psnr,ssim,seconds")
            #expect(lines[1].hasPrefix("cat_37x29.png,\"a,\"\"b\",2,binarized,31.38294"))
            #expect(String(decoding: try bytes(of: markdown), as: UTF8.self).contains("| a,\"b | 2 | 1-bit | 5 |"))
        }
    }

    @Test(arguments: [
        ["--sigma", "15"], ["--quality", "10"], ["--template", "x.png", "--low", "."], ["--template", "{}"],
        ["--shard", "3/2"], ["--shard", "0/2"], ["--limit", "0"],
    ])
    func wrongUsage(_ options: [String]) throws {
        let outcome = try Self.run(options)
        #expect(outcome.status == 64, "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test(arguments: [["--task", "denoise"], ["--low", "/nowhere"], ["--outputs", "/nowhere"]])
    func whatCannotBeUsedEndsInTwo(_ options: [String]) throws {
        let outcome = try Self.run(options)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    private static func run(_ options: [String]) throws -> ProcessOutcome {
        try BuiltCommand.run(
            ["evaluate", EvaluationFixture.checkpoint("bbcum_x2"), "--images", EvaluationFixture.originals] + options)
    }

    @Test func aFolderWithoutAPairEndsInTwo() throws {
        try withTemporaryFolder { folder in
            let checkpoint = EvaluationFixture.checkpoint("bbcum_x2")
            #expect(try BuiltCommand.run("evaluate", checkpoint, "--images", folder).status == 2)
            let outcome = try BuiltCommand.run(
                "evaluate", checkpoint, "--images", EvaluationFixture.originals, "--low", folder)
            #expect(outcome.status == 2 && outcome.output.isEmpty)
            #expect(outcome.errors.contains("cat_37x29x2.png"))
        }
    }
}
