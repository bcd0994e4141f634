import Foundation
import TestSupport
import Testing

@Suite("bbcu merge") struct MergeTests {
    /// The reports of all shards of a run, in files.
    private static func shards(_ count: Int, _ command: [String], in folder: String) throws -> [String] {
        try (1...count).map { index in
            let file = "\(folder)/\(index)-of-\(count).json"
            let outcome = try BuiltCommand.run(command + ["--shard", "\(index)/\(count)", "--json"])
            try write(Array(outcome.output.utf8), to: file)
            return file
        }
    }

    private static let evaluation = [
        "evaluate", EvaluationFixture.checkpoint("bbcum_x2"), "--images", EvaluationFixture.originals, "--path", "both",
    ]

    /// Seven shards of five images leave two empty.
    @Test(arguments: [2, 3, 5, 7]) func theWholeIsWhatOneRunWrites(_ count: Int) throws {
        try withTemporaryFolder { folder in
            let single = try BuiltCommand.run(Self.evaluation + ["--json"]).output
            let shards = try Self.shards(count, Self.evaluation, in: folder)
            let outcome = try BuiltCommand.run(["merge"] + shards.reversed() + ["--json"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                EvaluationFixture.withoutSeconds(outcome.output) == EvaluationFixture.withoutSeconds(single))
            #expect(outcome.output.contains("\"seconds\":"))
        }
    }

    @Test func verdictsAreJoinedToo() throws {
        try withTemporaryFolder { folder in
            let command = ["verify", EvaluationFixture.checkpoint("bbcum_x2"), "--input", EvaluationFixture.originals]
            let single = try BuiltCommand.run(command + ["--json"])
            #expect(single.status == 0, "\(single.errors)")
            #expect(try SchemaCheck.errors(in: single.output, schema: "verify-folder") == [])
            let shards = try Self.shards(2, command, in: folder)
            let merged = try BuiltCommand.run(["merge"] + shards + ["--json"])
            #expect(
                EvaluationFixture.withoutSeconds(merged.output) == EvaluationFixture.withoutSeconds(single.output))
            #expect(try JSONReport(merged.output).list("images").count == 5)
        }
    }

    /// A merged page has no pictures, and names the command that makes them: it runs no image again but those it shows.
    @Test(arguments: [
        ("bbcum_x2", ["--path", "both", "--set", "My set", "--limit", "4", "--k", "12.5", "--fast"]),
        ("denoise", ["--sigma", "12.5,25", "--path", "reference", "--self-ensemble"]),
        ("deblock", ["--quality", "10"]),
    ])
    func aMergedPageSaysHowToGetPictures(_ network: String, _ options: [String]) throws {
        try withTemporaryFolder { folder in
            let checkpoint = EvaluationFixture.checkpoint(network)
            let command = ["evaluate", checkpoint, "--images", EvaluationFixture.originals] + options
            let shards = try Self.shards(2, command, in: folder)
            let page = folder + "/page.html"
            let merged = try BuiltCommand.run(["merge"] + shards + ["--json", "--report", page])
            #expect(merged.status == 0, "\(merged.errors)")
            try write(Array(merged.output.utf8), to: folder + "/MERGED.json")
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(!html.contains("<img"))
            let line = try #require(html.firstMatch(of: /<code>bbcu (evaluate [^<]*)<\/code>/)?.1)
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/checkpoint.pth", withDestinationPath: checkpoint)
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/DIR", withDestinationPath: EvaluationFixture.originals)
            let words = line.replacing("&#39;My set&#39;", with: "My_set").split(separator: " ")
                .map { $0 == "My_set" ? "My set" : String($0) }
            let outcome = try BuiltCommand.run(words + ["--json"], folder: folder)
            // The seconds too: they are the shards', since no row was made again.
            #expect(outcome.status == 0 && outcome.output == merged.output, "\(outcome.errors)")
            #expect(try String(contentsOfFile: folder + "/PAGE.html", encoding: .utf8).contains("Among the worst: "))
        }
    }

    @Test func anExcludedImageEndsInOne() throws {
        try withTemporaryFolder { folder in
            let images = folder + "/images"
            try EvaluationFixture.copyOriginals(to: images)
            try write([1, 2, 3], to: images + "/broken.png")
            let command = ["evaluate", EvaluationFixture.checkpoint("bbcum_x2"), "--images", images]
            let shards = try Self.shards(2, command, in: folder)
            let merged = try BuiltCommand.run(["merge"] + shards + ["--json"])
            let single = try BuiltCommand.run(command + ["--json"])
            #expect(merged.status == 1 && single.status == 1)
            #expect(
                EvaluationFixture.withoutSeconds(merged.output) == EvaluationFixture.withoutSeconds(single.output))
        }
    }

    /// Shards that do not make a whole end in 2, and are named.
    @Test func shardsThatDoNotFitAreNamed() throws {
        try withTemporaryFolder { folder in
            let shards = try Self.shards(3, Self.evaluation, in: folder)
            let halves = try Self.shards(2, Self.evaluation, in: folder)
            func other(_ name: String, _ command: [String]) throws -> String {
                let path = "\(folder)/\(name).json"
                let outcome = try BuiltCommand.run(command + ["--shard", "2/3", "--json"])
                try write(Array(outcome.output.utf8), to: path)
                return path
            }
            let options = try other("options", Self.evaluation + ["--self-ensemble"])
            let limited = try other("limited", Self.evaluation + ["--limit", "4"])
            let elsewhere = try other(
                "elsewhere", ["evaluate", fixture("networks/bbcul_x2/checkpoint.pth")] + Self.evaluation.dropFirst(2))
            let verify = try other(
                "verify", ["verify", EvaluationFixture.checkpoint("bbcum_x2"), "--input", EvaluationFixture.originals])
            let cases: [([String], String)] = [
                ([shards[0], shards[2]], "shard 2/3"), (shards + [shards[1]], "2-of-3.json holds too"),
                ([shards[0], halves[1], shards[2]], "beside 1/3"),
                ([shards[0], options, shards[2]], "choice of options"),
                ([shards[0], limited, shards[2]], "options"), ([shards[0], elsewhere, shards[2]], "checkpoint"),
                ([shards[0], verify, shards[2]], "another command"), ([folder + "/nothing.json"], "nothing.json"),
            ]
            for (files, words) in cases {
                let outcome = try BuiltCommand.run(["merge"] + files + ["--json"])
                #expect(outcome.status == 2 && outcome.output.isEmpty, "\(files)")
                #expect(outcome.errors.contains(words), "\(outcome.errors)")
            }
        }
    }

    /// The report whose row was renamed is named, and not one that is as it was written.
    @Test(arguments: [1, 2], ["aaa.png", "zzz.png"]) func aRenamedRowIsBlamedOnItsFile(_ shard: Int, _ name: String)
        throws
    {
        try withTemporaryFolder { folder in
            let shards = try Self.shards(2, Self.evaluation, in: folder)
            let changed = shards[shard - 1]
            let text = String(decoding: try bytes(of: changed), as: UTF8.self)
            let old = try #require(try JSONReport(text).list("images").last?.text("name"))
            try write(Array(text.replacing("\"name\": \"\(old)\"", with: "\"name\": \"\(name)\"").utf8), to: changed)
            let outcome = try BuiltCommand.run(["merge"] + shards)
            #expect(outcome.status == 2)
            #expect(outcome.errors.hasPrefix("bbcu: error: \(changed): "), "\(outcome.errors)")
            #expect(outcome.errors.contains("run shard \(shard)/2 again"), "\(outcome.errors)")
            #expect(!outcome.errors.contains(shards[2 - shard]), "\(outcome.errors)")
        }
    }

    /// A report that was changed by hand, or that a stopped run left.
    @Test(arguments: [
        ("\"name\": \"cat_37x29.png\"", "\"name\": \"dog_37x29.png\"", "images"),
        ("\"index\": 1", "\"index\": 9", "shard"), ("\"set\":", "\"sett\":", "set"),
        ("\"setting\": 2", "\"setting\": \"2\"", "number"), ("{", "[", "JSON"),
    ])
    func damagedReportsAreRefused(_ old: String, _ new: String, _ words: String) throws {
        try withTemporaryFolder { folder in
            let shards = try Self.shards(2, Self.evaluation, in: folder)
            let text = String(decoding: try bytes(of: shards[0]), as: UTF8.self)
            try write(Array(text.replacingOccurrences(of: old, with: new).utf8), to: shards[0])
            let outcome = try BuiltCommand.run(["merge"] + shards)
            #expect(outcome.status == 2 && outcome.output.isEmpty)
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
        }
    }
}
