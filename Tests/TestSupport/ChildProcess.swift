import Foundation

/// What a process that ended left behind.
public struct ProcessOutcome: Sendable, Hashable {
    /// The exit status; 128 plus the signal's number where a signal ended it.
    public let status: Int32
    /// Everything it wrote to standard output.
    public let output: String
    /// Everything it wrote to standard error.
    public let errors: String

    /// What a report says of a name: its lines `name  value`, without the name.
    public func facts(_ name: String) -> [String] {
        output.split(separator: "\n").filter { $0.hasPrefix(name + "  ") }.map { line in
            String(line.dropFirst(name.count).drop { $0 == " " })
        }
    }
}

/// Programs that tests run.
public enum ChildProcess {
    /// Runs an executable to its end.
    ///
    /// Both outputs go to files, so that neither can fill a pipe and block the process.
    public static func run(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil
    ) throws -> ProcessOutcome {
        try withTemporaryFolder { temporary in
            let (output, errors) = (temporary + "/output", temporary + "/errors")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: executable)
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            process.currentDirectoryURL = folder.map { URL(fileURLWithPath: $0) }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try emptyFile(output)
            process.standardError = try emptyFile(errors)
            try process.run()
            process.waitUntilExit()
            let isSignal = process.terminationReason == .uncaughtSignal
            return ProcessOutcome(
                status: process.terminationStatus + (isSignal ? 128 : 0),
                output: try text(output), errors: try text(errors))
        }
    }

    private static func emptyFile(_ path: String) throws -> FileHandle {
        try Data().write(to: URL(fileURLWithPath: path))
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    private static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
}
