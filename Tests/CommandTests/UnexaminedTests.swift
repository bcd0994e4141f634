import BBCUExecution
import BBCUKit
import Foundation
import TestSupport
import Testing

/// Every command with a verdict is given something that it cannot examine, and does not say yes.
@Suite("What cannot be examined") struct UnexaminedTests {
    static let network = NetworkFixture.all.first { $0.name == "bbcum_x4" }

    private func run(_ arguments: String..., expect statuses: Set<Int32>) throws -> ProcessOutcome {
        let outcome = try BuiltCommand.run(arguments)
        #expect(
            statuses.contains(outcome.status), "\(arguments.joined(separator: " ")): \(outcome.output)\(outcome.errors)"
        )
        #expect(outcome.output.lowercased().matches(of: /(?m)^holds/).isEmpty)
        return outcome
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// A folder of images of which one is damaged.
    @Test func verifyEvaluateAndCompareCountADamagedImage() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let images = folder + "/images"
            try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: false)
            for name in ["a.png", "b.png"] {
                try FileManager.default.copyItem(
                    atPath: fixture("evaluation/originals/" + Self.original), toPath: images + "/" + name)
            }
            try write(Self.bytes("no image"), to: images + "/broken.png")
            let verified = try run("verify", network.checkpoint, "--input", images, expect: [1])
            #expect(verified.output.contains("broken.png"))
            let evaluated = try run("evaluate", network.checkpoint, "--images", images, expect: [1])
            #expect(evaluated.output.contains("broken.png"))
            let compared = try run("compare", images, images, expect: [1])
            #expect(compared.output.contains("broken.png"))
        }
    }

    private static let original: String = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: fixture("evaluation/originals"))) ?? []
        return files.filter { $0.hasSuffix(".png") }.sorted().first ?? ""
    }()

    @Test func validateAndVerifyRefuseWhatIsNoNetwork() throws {
        let nan = try #require(NetworkFixture.all.first { $0.name == "nan" })
        _ = try run("validate", nan.checkpoint, expect: [1])
        _ = try run("verify", nan.checkpoint, "--input", nan.path("input.npy"), expect: [2])
        _ = try run("validate", nan.path("input.npy"), expect: [1, 2])
    }

    @Test func budgetDoesNotReachWhatItCannotRun() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let image = folder + "/image.npy"
            try NumPyArray.write(
                try #require(Tensor([Float](repeating: .nan, count: 48), shape: [3, 4, 4])), to: image)
            _ = try run("budget", network.checkpoint, "--input", image, "--want", "20", expect: [2])
            _ = try run(
                "budget", network.checkpoint, "--input", network.path("input.npy"), "--want", "999", expect: [1])
        }
    }

    /// Sums alone, and arrays of no module.
    @Test func reduceAndCheckPortRefuseWhatTheyCannotCompare() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let array = folder + "/body.0.body.0.binary_conv.npy"
            try NumPyArray.write(try #require(Tensor([Float](repeating: 2, count: 4), shape: [1, 1, 2, 2])), to: array)
            _ = try run("check-port", network.checkpoint, array, "--input", network.path("input.npy"), expect: [2])
            _ = try run(
                "reduce", network.checkpoint, array, "--input", network.path("input.npy"), "-o", folder + "/case",
                expect: [2])
        }
    }

    /// A report whose verdict is unknown, one that fails although its modules hold, and one that proved little.
    @Test func judgeSaysNoMoreThanTheReport() throws {
        let network = try #require(Self.network)
        let made = try BuiltCommand.run(
            "check-port", network.checkpoint, network.path("published32.npz"), "--input", network.path("input.npy"),
            "--json")
        try withTemporaryFolder { folder in
            func judge(_ change: (String) -> String, expect statuses: Set<Int32>) throws -> ProcessOutcome {
                let file = folder + "/report.json"
                let text = change(made.output)
                #expect(text != made.output)
                try write(Self.bytes(text), to: file)
                return try run("judge", file, expect: statuses)
            }
            func verdict(_ text: String) -> (String) -> String {
                { report in
                    let start = report.range(of: "\"verdict\": \"holds\"")
                    return start.map { report.replacingCharacters(in: $0, with: "\"verdict\": \"\(text)\"") } ?? report
                }
            }
            _ = try judge(verdict("perhaps"), expect: [2])
            _ = try judge(verdict("fails"), expect: [1])
            let weak = try judge(
                { $0.replacingOccurrences(of: "\"conclusive\": true", with: "\"conclusive\": false") }, expect: [0])
            #expect(weak.output.contains("INCONCLUSIVE: by the bounds of the check."))
            _ = try judge(
                { $0.replacingOccurrences(of: "\"verdict\": \"holds\"", with: "\"verdict\": \"unheard\"") }, expect: [2]
            )
        }
    }

    /// A shard that is missing.
    @Test func mergeRefusesAnIncompleteRun() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let shard = try BuiltCommand.run(
                "verify", network.checkpoint, "--input", fixture("evaluation/originals"), "--shard", "1/2", "--json")
            #expect(shard.status == 0, "\(shard.errors)")
            try write(Self.bytes(shard.output), to: folder + "/1.json")
            _ = try run("merge", folder + "/1.json", expect: [1, 2])
            _ = try run("merge", folder + "/1.json", folder + "/1.json", expect: [1, 2])
            try write(Self.bytes(String(shard.output.dropLast(40))), to: folder + "/cut.json")
            _ = try run("merge", folder + "/1.json", folder + "/cut.json", expect: [2])
        }
    }

    /// A port that writes what is no array.
    @Test func bisectDoesNotJudgeWhatWasNotWritten() throws {
        try withTemporaryFolder { folder in
            let outcome = try run(
                "bisect", fixture("bbcum_x2_trained.pth"), "--state", folder + "/state", "--run",
                "cp {input} {output} # {tap}", expect: [2])
            #expect(outcome.output.isEmpty)
        }
    }

    /// The limit of the address space counts as memory; the message says which limit it is.
    @Test func theGuardOfMemoryKnowsTheLimitOfTheAddressSpace() throws {
        let network = try #require(Self.network)
        let command = try #require(BuiltCommand.executable)
        try withTemporaryFolder { folder in
            let script = "ulimit -v 8000000; exec \"$0\" golden \"$1\" \"$2\" --size 30000x30000"
            let outcome = try ChildProcess.run(
                "/bin/sh", ["-c", script, command, network.checkpoint, folder + "/golden"])
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("limit on address space (ulimit -v) leaves"), "\(outcome.errors)")
        }
    }
}
