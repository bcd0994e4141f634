import Foundation
import TestSupport
import Testing

/// What belongs to an installed command: its version and its completions.
@Suite("An installed bbcu") struct InstallationTests {
    @Test func itsVersion() throws {
        let outcome = try BuiltCommand.run("--version")
        #expect(outcome.status == 0)
        #expect(outcome.output.wholeMatch(of: /bbcu \d+\.\d+\.\d+\n/) != nil, "\(outcome.output)")
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func aCompletionScript(_ shell: String) throws {
        let outcome = try BuiltCommand.run("--generate-completion-script", shell)
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        for command in HelpTests.commands { #expect(outcome.output.contains(command), "\(command) in \(shell)") }
        // A shell that is here has to understand it.
        let evaluator = ["/bin/", "/usr/bin/"].map { $0 + shell }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let evaluator else { return }
        try withTemporaryFolder { folder in
            try write(Array(outcome.output.utf8), to: folder + "/completion")
            let check = try ChildProcess.run(evaluator, ["-n", folder + "/completion"])
            #expect(check.status == 0, "\(check.errors)")
        }
    }

    /// What fish offers, where it is installed.
    @Test(arguments: [
        ("bbcu ver", "verify"), ("bbcu verify --inp", "--input"), ("bbcu verify x --form ", "exact"),
        ("bbcu evaluate x --task ", "deblock"),
    ])
    func fishCompletes(_ line: String, _ expected: String) throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/fish") else { return }
        try withTemporaryFolder { folder in
            let script = try BuiltCommand.run("--generate-completion-script", "fish").output
            try write(Array(script.utf8), to: folder + "/bbcu.fish")
            let outcome = try ChildProcess.run(
                "/usr/bin/fish", ["-c", "source \(folder)/bbcu.fish; complete -C '\(line)'"])
            let offered = outcome.output.split(separator: "\n").map { $0.prefix { $0 != "\t" } }
            #expect(offered.contains(Substring(expected)), "\(outcome)")
        }
    }

    /// What bash offers after a line of words, of which the last is being written.
    @Test(arguments: [
        (["bbcu", "ver"], "verify"), (["bbcu", "verify", "--inp"], "--input"),
        (["bbcu", "verify", "chel"], "chelsea_320x180.png"),
        (["bbcu", "verify", "x.pth", "--input", "chel"], "chelsea_320x180.png"),
        (["bbcu", "verify", "x.pth", "--form", "ex"], "exact"), (["bbcu", "golden", "x.pth", "netw"], "networks"),
        (["bbcu", "check-port", "x.pth", "bbcum"], "bbcum_x2_trained.pth"),
        (["bbcu", "evaluate", "x.pth", "--images", "netw"], "networks"),
    ])
    func bashCompletes(_ words: [String], _ expected: String) throws {
        let script = try BuiltCommand.run("--generate-completion-script", "bash").output
        let list = words.map { "'\($0)'" }.joined(separator: " ")
        let line = """
            \(script)
            COMP_WORDS=(\(list)); COMP_CWORD=\(words.count - 1); COMP_LINE="${COMP_WORDS[*]}"
            COMP_POINT=${#COMP_LINE}
            _bbcu bbcu '\(words.last ?? "")' '\(words.dropLast().last ?? "")'
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let outcome = try ChildProcess.run("/bin/bash", ["-c", line], folder: Fixtures.folder)
        #expect(outcome.output.split(separator: "\n").map(String.init).contains(expected), "\(outcome)")
    }
}
