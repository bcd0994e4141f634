import BBCUKit
import Foundation
import TestSupport
import Testing

/// Keys that the network does not use: a verdict over them is refused, a run warns, a report lists them.
@Suite("Unused keys") struct UnusedKeyTests {
    static let file = fixture("prefixes/batch_norm.pth")
    static let input = fixture("networks/deblock/input.npy")
    static let dump = fixture("networks/deblock/published32.npz")
    static let keys = ["running_mean", "running_var", "num_batches_tracked"].map { "model.2.bn." + $0 }

    /// A command that gives a verdict or writes what others are judged by.
    struct Call: Sendable, CustomTestStringConvertible {
        var line: String
        /// The JSON's schema; nil where it is not run with the keys allowed.
        var schema: String?
        /// The JSON's file; standard output where it is nil.
        var report: String?
        var testDescription: String { line }

        var arguments: [String] {
            var words = line.split(separator: " ").map(String.init)
            words.insert(UnusedKeyTests.file, at: 1)
            return words.map { ["INPUT": UnusedKeyTests.input, "DUMP": UnusedKeyTests.dump][$0] ?? $0 }
        }
    }

    static let verdicts = [
        Call(line: "verify --size 4x4 --json", schema: "verify"),
        Call(line: "check-port DUMP --input INPUT --json", schema: "check-port"),
        Call(line: "check-port DUMP --accumulators"),
        Call(line: "check-port --self-test --taps output --json", schema: "self-test"),
        Call(line: "golden gold --size 4x4", schema: "golden", report: "gold/manifest.json"),
        Call(line: "vectors vectors --size 2x2 --taps output --json", schema: "vectors"),
        Call(line: "bisect --run {input}{tap}{output}"),
        Call(line: "reduce DUMP --input INPUT -o case --json", schema: "reduce"),
        Call(line: "reduce --replay case"),
        Call(line: "solve-packing blob.bin"),
        Call(line: "budget --input INPUT --json", schema: "budget"),
        Call(line: "evaluate --images ."),
        Call(line: "convert out.onnx --json", schema: "convert"),
        Call(line: "convert out.bbcu --json", schema: "convert"),
        Call(line: "convert out.safetensors --json", schema: "convert"),
    ]

    @Test(arguments: verdicts) func aVerdictIsRefused(_ call: Call) throws {
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(call.arguments, folder: folder)
            #expect(outcome.status == 2, "\(outcome.output)")
            #expect(outcome.errors.contains(Self.keys[0]) && outcome.errors.contains("--ignore-unused"))
            #expect(outcome.output.isEmpty)
            #expect(try contents(ofFolder: folder).isEmpty)
            let partly = try BuiltCommand.run(call.arguments + ["--ignore-unused", "*.running_*"], folder: folder)
            #expect(partly.status == 2)
            #expect(partly.errors.contains(Self.keys[2]) && !partly.errors.contains(Self.keys[0]))
        }
    }

    @Test(arguments: verdicts.filter { $0.schema != nil }) func allowedKeysAreListed(_ call: Call) throws {
        try withTemporaryFolder { folder in
            let patterns = ["--ignore-unused", "*.running_*", "--ignore-unused", "model.2.bn.num_batches_tracked"]
            let outcome = try BuiltCommand.run(call.arguments + patterns, folder: folder)
            #expect(outcome.status < 2, "\(outcome.errors)")
            #expect(outcome.errors.contains(Self.keys[0]))
            try Self.expectKeys(in: outcome, of: call, folder)
        }
    }

    static let runs = [
        Call(line: "bench --size 4x4 --runs 1 --json", schema: "bench"),
        Call(line: "cost --json", schema: "cost"),
        Call(line: "trace --input INPUT --output taps.npz"),
        Call(line: "restore \(fixture("astronaut_256x256.png")) out.png"),
    ]

    @Test(arguments: runs) func aRunWarns(_ call: Call) throws {
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(call.arguments, folder: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("warning") && outcome.errors.contains(Self.keys[0]))
            if call.schema != nil { try Self.expectKeys(in: outcome, of: call, folder) }
        }
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private static func expectKeys(in outcome: ProcessOutcome, of call: Call, _ folder: String) throws {
        struct Report: Decodable { var unusedKeys: [String] }
        let text = try call.report.map { try String(contentsOfFile: folder + "/" + $0, encoding: .utf8) }
        let json = text ?? outcome.output
        #expect(try SchemaCheck.errors(in: json, schema: call.schema ?? "") == [])
        #expect(try Self.decoder.decode(Report.self, from: Data(json.utf8)).unusedKeys == keys)
    }

    @Test func reportsOfManyImagesListThem() throws {
        try withTemporaryFolder { folder in
            let files = FileManager.default
            try files.copyItem(atPath: Self.input, toPath: folder + "/a.npy")
            let verified = try BuiltCommand.run(
                "verify", Self.file, "--input", folder, "--json", "--ignore-unused", "*")
            try Self.expectKeys(in: verified, of: Call(line: "", schema: "verify-folder"), folder)
            try files.copyItem(atPath: fixture("networks/denoise/input.npy"), toPath: folder + "/b.npy")
            try verified.output.write(toFile: folder + "/verified.json", atomically: true, encoding: .utf8)
            let merged = try BuiltCommand.run("merge", folder + "/verified.json", "--json")
            try Self.expectKeys(in: merged, of: Call(line: "", schema: "verify-folder"), folder)
        }
    }

    @Test func validateCountsThemAsErrors() throws {
        let outcome = try BuiltCommand.run("validate", Self.file)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("error: unexpected-key: 3 keys"))
        let allowed = try BuiltCommand.run("validate", Self.file, "--ignore-unused", "*", "--json")
        #expect(allowed.status == 0)
        try Self.expectKeys(in: allowed, of: Call(line: "", schema: "validate"), "")
    }

    @Test func aTreeIsKeptWithThem() throws {
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run("convert", Self.file, folder + "/out.npz", "--keep-tree")
            #expect(outcome.status == 0)
            let names = try Checkpoint.open(folder + "/out.npz").tensors.map(\.name)
            #expect(Set(Self.keys).isSubset(of: names))
        }
    }

    static let prefixes: [(file: String, options: [String], status: Int32, says: String)] = [
        ("lightning.ckpt", [], 0, "state_dict, prefix `net_g.` removed"),
        ("lightning_gan.ckpt", [], 2, "net_d.conv.weight, net_d.conv.bias"),
        ("lightning_gan.ckpt", [], 2, "--root state_dict.net_g"),
        ("lightning_gan.ckpt", ["--root", "state_dict.net_g"], 0, "state_dict.net_g (asked for)"),
        ("lightning_gan.ckpt", ["--ignore-unused", "net_d.*"], 0, "ignored  2 keys"),
        ("compiled.pth", [], 0, "prefix `module._orig_mod.` removed"),
        ("half_module.pth", [], 0, "prefix `module.` removed from 8 of 16 names"),
        ("extra_state.pth", [], 2, "model.2._extra_state"),
        ("extra_state.pth", ["--ignore-unused", "*_extra_state"], 0, "ignored  1 key"),
        ("collision.pth", [], 2, "module.model.0.bias and model.0.bias"),
    ]

    @Test(arguments: prefixes.indices) func prefixesAreSaid(_ index: Int) throws {
        let (file, options, status, words) = Self.prefixes[index]
        let outcome = try BuiltCommand.run(["verify", fixture("prefixes/" + file), "--size", "4x4"] + options)
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect((outcome.output + outcome.errors).contains(words), "\(outcome.output) \(outcome.errors)")
    }

    @Test func aPrefixIsInTheJSON() throws {
        struct Report: Decodable {
            struct State: Decodable {
                var root: String
                var prefix: String
                var prefixTensors: Int
                var modulePrefix: Bool
            }
            var stateDict: State
        }
        let outcome = try BuiltCommand.run("validate", fixture("prefixes/half_module.pth"), "--json")
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "validate") == [])
        let state = try Self.decoder.decode(Report.self, from: Data(outcome.output.utf8)).stateDict
        #expect(state.root == "" && state.prefix == "module." && state.prefixTensors == 8 && state.modulePrefix)
    }
}
