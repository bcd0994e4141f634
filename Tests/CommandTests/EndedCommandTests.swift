import Foundation
import TestSupport
import Testing

/// What a command leaves where a signal or a limit of the system ends it.
@Suite("Commands that are ended")
struct EndedCommandTests {
    private static let checkpoint = fixture("networks/bbcum_x2/checkpoint.pth")

    /// Runs a script with `$BBCU` and `$CHECKPOINT` in a new folder.
    private static func run(_ script: String, in folder: String) throws -> ProcessOutcome {
        let executable = try #require(BuiltCommand.executable)
        return try ChildProcess.run(
            "/bin/bash", ["-c", script], environment: ["BBCU": executable, "CHECKPOINT": checkpoint], folder: folder)
    }

    @Test("a limit on the size of files leaves no part of one")
    func sizeLimit() throws {
        try withTemporaryFolder { folder in
            // Whoever runs the tests may have the signal ignored, and it would stay so.
            let command = #"exec env --default-signal=XFSZ "$BBCU" convert "$CHECKPOINT" out.safetensors"#
            let outcome = try Self.run("ulimit -f 4; " + command, in: folder)
            #expect(outcome.status == 128 + 25, "\(outcome.errors)")
            #expect(try contents(ofFolder: folder).isEmpty)
        }
    }

    @Test("without a thread to be had the command runs on its own thread")
    func withoutThreads() throws {
        guard getuid() == 0 else { return }
        try withTemporaryFolder { folder in
            // Root's processes are not counted, and nobody else may read the build folder.
            let script = #"""
                chmod 755 . && cp "$BBCU" bbcu && cp "$CHECKPOINT" a.pth && chmod 644 a.pth
                exec setpriv --reuid=65534 --clear-groups bash -c 'ulimit -u 1; exec ./bbcu verify a.pth --size 9x9'
                """#
            let outcome = try Self.run(script, in: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    @Test(
        "under any limit on address space a command does its work, or ends in status 2 and says why",
        arguments: [
            #"inspect "$CHECKPOINT" --checksums"#, #"scan "$CHECKPOINT""#, #"verify "$CHECKPOINT" --size 24x24"#,
            #"restore "$CHECKPOINT" "$IMAGE" out.png"#, #"evaluate "$CHECKPOINT" --images "$FOLDER""#,
        ])
    func addressSpaceLimit(_ command: String) throws {
        try withTemporaryFolder { folder in
            // Below what the loader of shared libraries needs, status 127 is its own.
            let script = #"""
                IMAGE='\#(fixture("images/grey_8.png"))' FOLDER='\#(fixture("evaluation/originals"))'
                ulimit -c 0
                for limit in $(seq 60000 20000 200000) $(seq 96000 1000 112000); do
                    (ulimit -v $limit; exec "$BBCU" \#(command)) >/dev/null 2>errors; status=$?
                    echo "$limit $status $(grep -c '^bbcu: error: ' errors)"
                    ls -A | grep '[.]part$'
                done
                """#
            let outcome = try Self.run(script, in: folder)
            let ends = outcome.output.split(separator: "\n").map { $0.split(separator: " ").dropFirst() }
            #expect(ends.count == 25)
            // An image that the limit leaves no room for is excluded by name, in status 1.
            let excluded = command.hasPrefix("evaluate") ? [["1", "0"]] : []
            let known = [["0", "0"], ["2", "1"], ["127", "0"]] + excluded
            #expect(
                ends.allSatisfy { end in known.contains { $0.elementsEqual(end.map { String($0) }) } },
                "\(outcome.output)")
            #expect(ends.contains(["0", "0"]))
        }
    }

    /// The port writes its process number and that of its own child, then waits.
    private static let port = #"echo $$ >port; sleep 300 & echo $! >child; : {input} {tap} {output}; wait"#

    @Test("a port and what it started are ended with bisect", arguments: ["TERM", "INT", "HUP", "QUIT"])
    func portIsEnded(_ signal: String) throws {
        try withTemporaryFolder { folder in
            let script = #"""
                set -m
                # A background run of the tests has SIGINT and SIGQUIT ignored, and they would stay so.
                env --default-signal=INT,QUIT,TERM,HUP "$BBCU" bisect "$CHECKPOINT" \
                    --run '\#(Self.port)' --state state & bisect=$!
                until [ -s child ]; do sleep 0.05; done
                kill -\#(signal) $bisect
                for try in $(seq 200); do kill -0 $bisect 2>/dev/null || break; sleep 0.05; done
                # A descendant that lives on would keep the test waiting.
                kill -0 $bisect 2>/dev/null && kill -KILL $bisect $(cat port) $(cat child)
                wait $bisect; status=$?
                for try in $(seq 100); do
                    kill -0 $(cat port) 2>/dev/null || kill -0 $(cat child) 2>/dev/null || exit $status
                    sleep 0.05
                done
                echo "still there" >&2
                exit 1
                """#
            let outcome = try Self.run(script, in: folder)
            let numbers = ["TERM": 15, "INT": 2, "HUP": 1, "QUIT": 3]
            #expect(outcome.status == 128 + Int32(numbers[signal] ?? 0), "\(outcome.errors)")
            #expect(outcome.errors.contains("interrupted in the run for one tap"))
        }
    }

    @Test("after SIGKILL the port itself is ended")
    func portIsEndedAfterKill() throws {
        #if os(Linux)
            try withTemporaryFolder { folder in
                let script = #"""
                    set -m
                    "$BBCU" bisect "$CHECKPOINT" --run '\#(Self.port)' --state state & bisect=$!
                    until [ -s child ]; do sleep 0.05; done
                    kill -KILL $bisect
                    for try in $(seq 100); do kill -0 $(cat port) 2>/dev/null || break; sleep 0.05; done
                    kill -KILL $(cat child)
                    kill -0 $(cat port) 2>/dev/null && echo "still there" >&2
                    exit 0
                    """#
                let outcome = try Self.run(script, in: folder)
                #expect(outcome.status == 0 && !outcome.errors.contains("still there"), "\(outcome.errors)")
            }
        #endif
    }

    @Test("an ignored signal stays ignored, as nohup has it")
    func ignoredSignal() throws {
        try withTemporaryFolder { folder in
            let script = #"""
                trap '' TERM
                "$BBCU" bisect "$CHECKPOINT" --run 'touch there; sleep 0.3; : {input} {tap} {output}; exit 7' & bisect=$!
                until [ -e there ]; do sleep 0.05; done
                kill -TERM $bisect
                wait $bisect
                """#
            let outcome = try Self.run(script, in: folder)
            #expect(outcome.status == 2 && outcome.errors.contains("ended with status 7"), "\(outcome.errors)")
        }
    }

    @Test("verify does not write over the checkpoint that it reads, under whatever name")
    func tapsOverCheckpoint() throws {
        try withTemporaryFolder { folder in
            let read = folder + "/reference.npz"
            try FileManager.default.copyItem(atPath: Self.checkpoint, toPath: read)
            let before = try bytes(of: read)
            let outcome = try BuiltCommand.run("verify", read, "--size", "9x9", "--taps", folder)
            #expect(outcome.status == 64 && outcome.errors.contains("is read by this command"), "\(outcome.errors)")
            #expect(try bytes(of: read) == before)
            #expect(try contents(ofFolder: folder) == ["reference.npz"])
        }
    }

    @Test("a run that replaces a file which it read in another way ends in status 2")
    func inputIsNotReplaced() throws {
        try withTemporaryFolder { folder in
            // The shards of an index are read under names that no option has.
            let forms = fixture("forms")
            for name in ["model-1-of-2.safetensors", "model-2-of-2.safetensors", "model.safetensors.index.json"] {
                try FileManager.default.copyItem(atPath: "\(forms)/\(name)", toPath: "\(folder)/\(name)")
            }
            try FileManager.default.moveItem(
                atPath: folder + "/model-1-of-2.safetensors", toPath: folder + "/reference.npz")
            let index = folder + "/model.safetensors.index.json"
            let text = String(decoding: try bytes(of: index), as: UTF8.self)
            try write(Array(text.replacing("model-1-of-2.safetensors", with: "reference.npz").utf8), to: index)
            let before = try bytes(of: folder + "/reference.npz")
            let outcome = try BuiltCommand.run("verify", index, "--size", "9x9", "--taps", folder)
            #expect(
                outcome.status == 2 && outcome.errors.contains("this file is read by the command"), "\(outcome.errors)")
            #expect(try bytes(of: folder + "/reference.npz") == before)
        }
    }
}
