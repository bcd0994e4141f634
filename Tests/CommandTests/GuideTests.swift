import Foundation
import TestSupport
import Testing

/// The guide's commands are run, and what it shows of their output is what they print.
@Suite("Debug a port in four steps") struct GuideTests {
    /// A line after `$ ` with the lines below it, as they stand in the guide.
    struct Command {
        var line: String
        var output: [String]
    }

    @Test func theGuideShowsWhatItsCommandsPrint() throws {
        let root = Fixtures.folder + "/.."
        let guide = root + "/Sources/BBCUKit/BBCUKit.docc/DebugAPort.md"
        let commands = Self.commands(try String(contentsOfFile: guide, encoding: .utf8))
        #expect(commands.count >= 9)
        let python = try #require(PythonWithNumPy.path, "apt-get install python3-numpy")
        let bbcu = try #require(BuiltCommand.executable)
        try withTemporaryFolder { folder in
            for name in ["Fixtures", "Examples"] { try makeLink("\(folder)/\(name)", to: "\(root)/\(name)") }
            try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: false)
            for (name, path) in [("python3", python), ("bbcu", bbcu)] {
                let script = "\(folder)/bin/\(name)"
                try write(Array("#!/bin/sh\nexec '\(path)' \"$@\"\n".utf8), to: script)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
            }
            let path = folder + "/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
            for command in commands {
                let outcome = try ChildProcess.run(
                    "/bin/sh", ["-c", command.line], environment: ["PATH": path], folder: folder)
                let printed = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                #expect(Self.shows(command.output, printed), "\(command.line)\n\(outcome.output)\(outcome.errors)")
            }
        }
    }

    /// Whether lines are those that were printed; `...` stands for any number of them.
    static func shows(_ shown: [String], _ printed: [String]) -> Bool {
        var rest = printed[...]
        var skips = false
        for line in shown {
            if line == "..." {
                skips = true
                continue
            }
            guard let place = skips ? rest.firstIndex(of: line) : rest.indices.first, rest[place] == line else {
                return false
            }
            rest = rest[(place + 1)...]
            skips = false
        }
        return skips || rest.allSatisfy(\.isEmpty)
    }

    @Test func aLineThatWasNotPrintedIsSeen() {
        #expect(Self.shows(["a", "...", "c"], ["a", "b", "c", ""]))
        #expect(!Self.shows(["a", "c"], ["a", "b", "c"]))
        #expect(!Self.shows(["a"], ["a", "b"]))
        #expect(!Self.shows(["...", "d"], ["a", "b", "c"]))
    }

    static func commands(_ guide: String) -> [Command] {
        var result: [Command] = []
        var isInside = false
        for line in guide.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") {
                isInside = line == "```console"
            } else if isInside, line.hasPrefix("$ ") {
                result.append(Command(line: String(line.dropFirst(2)), output: []))
            } else if isInside, !result.isEmpty {
                result[result.count - 1].output.append(line)
            }
        }
        return result
    }
}
