import BBCUKit
import Foundation
import TestSupport
import Testing

/// Every command's help ends in one or two examples, and they work as they stand.
@Suite("Help texts") struct HelpTests {
    /// Every subcommand's name, from the parser's own description of the command.
    static let commands: [String] = {
        struct Dump: Decodable {
            struct Command: Decodable {
                var commandName: String
                var subcommands: [Command]?
            }
            var command: Command
        }
        let dump = (try? BuiltCommand.run("--experimental-dump-help"))?.output ?? ""
        let decoded = try? JSONDecoder().decode(Dump.self, from: Data(dump.utf8))
        return (decoded?.command.subcommands ?? []).map(\.commandName).filter { $0 != "help" }
    }()

    @Test func theCommandsAreKnown() throws {
        #expect(Self.commands.count >= 20)
        #expect(Set(Self.commands).isSuperset(of: ["inspect", "verify", "restore", "check-port", "evaluate", "merge"]))
        #expect(try Self.examples("--help") == ["bbcu verify BBCUM_x4.pth --input photo.png"])
    }

    @Test(arguments: commands) func itsExamplesWork(_ command: String) throws {
        let examples = try Self.examples("help", command)
        #expect((1...2).contains(examples.count), "\(command): \(examples)")
        try withTemporaryFolder { folder in
            try Self.prepare(folder, for: command)
            for example in examples {
                #expect(example.contains("bbcu \(command)"))
                let outcome = try Self.shell(example, folder)
                // Reduce is for a dump that fails.
                let expected: Int32 = command == "reduce" && !example.contains("--replay") ? 1 : 0
                #expect(outcome.status == expected, "\(example): \(outcome.output.suffix(400)) \(outcome.errors)")
            }
        }
    }

    /// A help text speaks of the options that its command has, or of those of another command that it names.
    @Test(arguments: commands) func itSpeaksOfItsOwnOptions(_ command: String) throws {
        let help = try Self.wide(command)
        let words = Set(help.split { !$0.isLetter && $0 != "-" }.map(String.init))
        var known: Set<String> = []
        for named in Self.commands where named == command || words.contains(named) {
            let options = try Self.wide(named).matches(of: /(?m)^  (?:-\w, )?--([a-z0-9-]+)/).map { String($0.1) }
            #expect(options.contains("help"))
            known.formUnion(options)
        }
        let foreign = help.matches(of: /--([a-z0-9-]+)/).map { String($0.1) }.filter { !known.contains($0) }
        #expect(foreign.isEmpty)
    }

    /// A help text in which no line is wrapped.
    private static func wide(_ command: String) throws -> String {
        try BuiltCommand.run(["help", command], environment: ["COLUMNS": "1000"]).output
    }

    /// What the help calls the default is what the command takes where nothing is given.
    @Test func theDefaultsOfThePortersCommands() throws {
        let network = fixture("networks/bbcum_x4/checkpoint.pth")
        func defaults(_ command: String, _ option: String) throws -> String {
            let line = try Self.wide(command).split(separator: "\n").first { $0.contains("  --\(option) ") }
            return String(try #require(line).split(separator: "efault: ").last ?? "")
        }
        #expect(try defaults("vectors", "size") == "4x4.")
        #expect(try defaults("vectors", "taps") == "all.")
        #expect(try defaults("bisect", "taps") == "modules.")
        #expect(try defaults("check-port", "taps") == "modules; with --accumulators sums.")
        try withTemporaryFolder { folder in
            func run(_ options: String...) throws -> JSONReport {
                try JSONReport(BuiltCommand.run(["vectors", network, folder + "/v", "--json"] + options).output)
            }
            let plain = try run()
            #expect(plain["size"] == .string("4x4"))
            #expect(plain.list("kills").count > (try run("--taps", "modules")).list("kills").count)
            for (options, taps) in [([], "modules"), (["--accumulators"], "sums")] {
                func selfTest(_ more: [String]) throws -> String {
                    try BuiltCommand.run(["check-port", network, "--self-test", "--json"] + options + more).output
                }
                #expect(try selfTest([]) == selfTest(["--taps", taps]))
            }
        }
    }

    /// The examples of a help text, which are lines of their own and not wrapped.
    private static func examples(_ arguments: String...) throws -> [String] {
        let start = "Example: "
        let outcome = try BuiltCommand.run(arguments, environment: ["COLUMNS": "80"])
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return lines.indices.filter { lines[$0].hasPrefix(start) }.compactMap { index in
            let next = index + 1 < lines.count ? lines[index + 1] : ""
            // What follows is another example or nothing; else the line was wrapped.
            guard next.isEmpty || next.hasPrefix(start) else { return nil }
            return String(lines[index].dropFirst(start.count))
        }
    }

    private static func shell(_ line: String, _ folder: String) throws -> ProcessOutcome {
        let built = URL(fileURLWithPath: BuiltCommand.executable ?? "").deletingLastPathComponent().path
        let path = built + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        return try ChildProcess.run(
            "/bin/bash", ["-euo", "pipefail", "-c", line], environment: ["PATH": path], folder: folder)
    }

    /// The files that the examples name: a small BBCU-M x4, a small denoiser, small photographs.
    private static func prepare(_ folder: String, for command: String) throws {
        let network = fixture("networks/bbcum_x4/checkpoint.pth")
        for name in ["BBCUM_x4.pth", "A.pth", "B.pth", "downloads/x.pth"] {
            try link(network, folder + "/" + name)
        }
        for name in ["DnCNN_B.pth", "DnCNN3.pth"] {
            try link(fixture("networks/denoise/checkpoint.pth"), folder + "/" + name)
        }
        for name in ["photo.png", "small.png", "original.png", "restored.png"] {
            try link(fixture("images/rgb_8.png"), folder + "/" + name)
        }
        for set in ["Set5", "Set14", "CBSD68", "photographs"] {
            for image in ["cat_37x29.png", "woman_50x43.png"] {
                try link(fixture("evaluation/originals/" + image), "\(folder)/\(set)/\(image)")
            }
        }
        let lines = [
            "diff": "bbcu convert BBCUM_x4.pth BBCUM_x4.safetensors",
            "check-port": "bbcu trace BBCUM_x4.pth --input photo.png --output dump.npz",
            "judge": "bbcu trace BBCUM_x4.pth --input photo.png --output dump.npz; "
                + "bbcu check-port BBCUM_x4.pth dump.npz --input photo.png --json | tee today.json > yesterday.json",
            "merge": "for i in 1 2; do "
                + "bbcu evaluate BBCUM_x4.pth --images Set5 --shard $i/2 --json > shard-$i.json; done",
            "bisect": "bbcu convert BBCUM_x4.pth model.bbcu",
            "reduce": "bbcu trace BBCUM_x4.pth --input photo.png --output right.npz; "
                + "\(PythonWithNumPy.path ?? "python3") spoil.py; "
                + "bbcu reduce BBCUM_x4.pth dump.npz --input photo.png -o other || true; cp other/expected.npy repaired.npy",
        ]
        try writeScripts(folder)
        if let line = lines[command] {
            let outcome = try shell(line, folder)
            try #require(outcome.status == 0, "\(line): \(outcome.errors)")
        }
        if command == "validate" {
            let options = "network_g:\n  type: BBCUM\n  num_feat: 8\n  num_block: 2\n  upscale: 4\n  k: 16.25\n"
            try write(Array(options.utf8), to: folder + "/test_BBCUM_x4.yml")
        }
        if command == "solve-packing" {
            let model = try LoadedModel(network).model
            let layer = try #require(model.network.layers.first { $0.prefix == "body.0.body.0" })
            let unit = try #require(layer.operation.unit)
            let bits = SignBits(unit: unit, latent: model.values(layer.prefix, UnitKey.weight))
            try write(bits.signs, to: folder + "/weights.bin")
        }
    }

    /// A right port for bisect, and what makes a wrong dump for reduce.
    private static func writeScripts(_ folder: String) throws {
        let python = PythonWithNumPy.path ?? "python3"
        let port = """
            #!/bin/sh
            \(python) \(Fixtures.folder)/../Examples/numpy_port/port.py model.bbcu "$1" taps.npz
            \(python) -c 'import numpy, sys; numpy.save(sys.argv[2], numpy.load("taps.npz")[sys.argv[1]][0])' "$2" "$3"

            """
        let spoil = """
            import numpy
            arrays = dict(numpy.load("right.npz"))
            arrays["body.0.body.0"][0, 2, 1, 3] += 5
            numpy.savez("dump.npz", **arrays)

            """
        try write(Array(port.utf8), to: folder + "/port")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/port")
        try write(Array(spoil.utf8), to: folder + "/spoil.py")
    }

    private static func link(_ target: String, _ path: String) throws {
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try makeLink(path, to: target)
    }
}
