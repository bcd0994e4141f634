import Foundation

/// The built `bbcu`, with the peak of its memory and the time that it took.
public enum MeasuredCommand {
    /// Whether there is a Python to measure with.
    public static var isPossible: Bool { python != nil }

    /// What the kernel counted of a process.
    public struct Usage: Sendable, Hashable {
        /// The most resident memory at any time.
        public let peakBytes: Int
        /// Processor time of all threads, which does not depend on what else runs.
        public let seconds: Double
    }

    /// Runs the command to its end.
    /// - Throws: ``BuiltCommand/NotBuilt`` where the build holds no such command or there is no Python.
    public static func run(_ arguments: [String]) throws -> (outcome: ProcessOutcome, usage: Usage) {
        guard let python, let executable = BuiltCommand.executable else { throw BuiltCommand.NotBuilt() }
        return try withTemporaryFolder { folder in
            let path = folder + "/usage"
            let outcome = try ChildProcess.run(python, ["-c", script, path, executable] + arguments)
            guard FileManager.default.fileExists(atPath: path) else { throw NotMeasured(outcome: outcome) }
            let numbers = String(decoding: try bytes(of: path), as: UTF8.self).split(separator: " ")
            return (outcome, Usage(peakBytes: Int(numbers[0]) ?? .max, seconds: Double(numbers[1]) ?? .infinity))
        }
    }

    /// The measuring process ended before it wrote its figures.
    struct NotMeasured: Error {
        let outcome: ProcessOutcome
    }

    private static let python = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    // The kernel counts in kilobytes on Linux, in bytes on Darwin. A signal becomes 128 and its number.
    private static let script = """
        import os, subprocess, sys
        _, status, usage = os.wait4(subprocess.Popen(sys.argv[2:]).pid, 0)
        code = os.waitstatus_to_exitcode(status)
        with open(sys.argv[1], "w") as file:
            print(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), usage.ru_utime + usage.ru_stime, end="", file=file)
        os._exit(code if code >= 0 else 128 - code)
        """
}
