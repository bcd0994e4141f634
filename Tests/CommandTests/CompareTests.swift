import BBCUImages
import Foundation
import TestSupport
import Testing

@Suite("bbcu compare and degrade") struct CompareTests {
    private static let original = fixture("evaluation/originals/cat_37x29.png")
    private static let distorted = fixture("evaluation/distorted/cat_37x29.png")

    private struct Metric: Decodable {
        var name: String
        var other: String
        var task: String
        var setting: Int
        var psnr: Double?
        var ssim: Double?
    }
    private struct Document: Decodable { var metrics: [Metric] }

    /// The published code's figures, for RGB and for luma without a border.
    @Test func theFiguresAreThePublishedCodes() throws {
        let metrics = try decoded(Document.self, from: fixture("evaluation/expected.json")).metrics
        for metric in metrics where metric.other == "distorted" && metric.task != "deblock" {
            let options = metric.task == "sr" ? ["--y", "--border", "\(metric.setting)"] : []
            let outcome = try BuiltCommand.run(
                ["compare", fixture("evaluation/originals/\(metric.name).png")]
                    + [fixture("evaluation/distorted/\(metric.name).png"), "--json"] + options)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "compare") == [])
            let report = try JSONReport(outcome.output)
            #expect(abs((report.number("psnr") ?? 0) - (metric.psnr ?? 0)) < 1e-4)
            #expect(abs((report.number("ssim") ?? 0) - (metric.ssim ?? 0)) < 1e-6)
        }
    }

    @Test func equalImagesHaveNoRatio() throws {
        let report = try JSONReport(try BuiltCommand.run("compare", Self.original, Self.original, "--json").output)
        #expect(report["psnr"] == .null && report["ssim"] == .number(1) && report["equal"] == .number(1))
    }

    @Test func foldersAreComparedByName() throws {
        try withTemporaryFolder { folder in
            try EvaluationFixture.copyOriginals(to: folder)
            try FileManager.default.removeItem(atPath: folder + "/flat_16x16.png")
            try FileManager.default.removeItem(atPath: folder + "/grey_35x26.png")
            try FileManager.default.copyItem(atPath: Self.original, toPath: folder + "/grey_35x26.png")
            let outcome = try BuiltCommand.run("compare", EvaluationFixture.originals, folder, "--json")
            #expect(outcome.status == 1)
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "compare") == [])
            let report = try JSONReport(outcome.output)
            #expect(report["count"] == .number(3) && report["equal"] == .number(3))
            #expect(report.list("excluded").map { $0.text("name") } == ["flat_16x16.png", "grey_35x26.png"])
            #expect(try BuiltCommand.run("compare", folder, fixture("images")).status == 2)
        }
    }

    private static func isGrey(_ image: RasterImage) -> Bool {
        for start in stride(from: 0, to: image.samples.count, by: 3) {
            let pixel = Set(image.samples[start..<start + 3])
            if pixel.count > 1 { return false }
        }
        return true
    }

    /// Grey where nothing differs, coloured where something does.
    @Test func theHeatMapShowsTheDifference() throws {
        try withTemporaryFolder { folder in
            let map = folder + "/map.png"
            #expect(try BuiltCommand.run("compare", Self.original, Self.distorted, "--heatmap", map).status == 0)
            let image = try RasterImage.read(map)
            #expect(image.width == 37 && image.height == 29 && !Self.isGrey(image))
            #expect(try BuiltCommand.run("compare", Self.original, Self.original, "--heatmap", map).status == 0)
            let flat = try RasterImage.read(map)
            #expect(Self.isGrey(flat))
        }
    }

    @Test func imagesThatCannotBeComparedEndInTwo() throws {
        for other in ["evaluation/originals/woman_50x43.png", "images/rgba_8.png", "nothing.png", "images"] {
            let outcome = try BuiltCommand.run("compare", Self.original, fixture(other))
            #expect(outcome.status == 2 && outcome.output.isEmpty && !outcome.errors.isEmpty)
        }
        #expect(try BuiltCommand.run("compare", Self.original, Self.distorted, "--border", "15").status == 2)
    }

    /// Noise and JPEG bit for bit what NumPy and OpenCV made; the manifest holds every file's SHA-256.
    @Test(arguments: [
        (["--task", "sr", "--scale", "3"], "x3.png", "x3.png"),
        (["--task", "denoise", "--sigma", "25"], ".npy", "_sigma25.npy"),
        (["--task", "deblock", "--quality", "10"], ".png", "_quality10.png"),
        (["--task", "deblock", "--quality", "40"], ".png", "_quality40.png"),
    ])
    func degradedImagesArePublished(_ options: [String], _ suffix: String, _ expected: String) throws {
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(["degrade", EvaluationFixture.originals, folder] + options)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let manifest = String(decoding: try bytes(of: folder + "/manifest.json"), as: UTF8.self)
            #expect(try SchemaCheck.errors(in: manifest, schema: "degrade") == [])
            let files = try JSONReport(manifest).list("files")
            #expect(files.count == 5)
            for file in files {
                let name = try #require(file.text("name"))
                #expect(name.hasSuffix(suffix))
                let made = folder + "/" + name
                let reference = fixture("evaluation/inputs/" + name.dropLast(suffix.count) + expected)
                if suffix == ".npy" {
                    let (array, expected) = (try bytes(of: made), try bytes(of: reference))
                    #expect(array == expected)
                } else {
                    let (image, expected) = (try RasterImage.read(made), try RasterImage.read(reference))
                    #expect(image == expected, "\(name)")
                }
            }
            // The same bytes a second time.
            let again = folder + "/again"
            #expect(try BuiltCommand.run(["degrade", EvaluationFixture.originals, again] + options).status == 0)
            for name in try contents(ofFolder: again) {
                let (first, second) = (try bytes(of: folder + "/" + name), try bytes(of: again + "/" + name))
                #expect(first == second)
            }
        }
    }

    @Test(arguments: [
        ["--task", "sr"], ["--task", "sr", "--sigma", "2"], ["--task", "sr", "--scale", "0"],
        ["--task", "deblock", "--quality", "101"], ["--scale", "2"],
    ])
    func wrongUsageOfDegrade(_ options: [String]) throws {
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(["degrade", EvaluationFixture.originals, folder + "/out"] + options)
            #expect(outcome.status == 64)
        }
    }

    @Test func originalsAreNotWrittenOver() throws {
        try withTemporaryFolder { folder in
            try EvaluationFixture.copyOriginals(to: folder)
            let before = try bytes(of: folder + "/cat_37x29.png")
            #expect(
                try BuiltCommand.run("degrade", folder, folder + "/.", "--task", "deblock", "--quality", "10").status
                    == 64)
            #expect(try bytes(of: folder + "/cat_37x29.png") == before)
        }
    }
}
