import CBBCUSystem

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A shell command that is run to its end or to a time limit, with everything that it prints in a file.
package enum ShellProcess {
    /// How a command failed.
    package enum Failure: Error, Hashable {
        case status(Int32)
        case signal(Int32)
        case timeout(seconds: Int)
        case notStarted(String)
    }

    /// Runs `/bin/sh -c command`; its child processes end with it.
    /// - Parameters:
    ///   - seconds: the time limit.
    ///   - log: the file that gets standard output and standard error.
    ///   - farewell: the text on standard error if a signal ends this process before.
    package static func run(_ command: String, seconds: Int, log: String, farewell: String) throws(Failure) {
        var child: pid_t = 0
        let code = bbcu_child_start(command, log, farewell, &child)
        guard code == 0 else { throw .notStarted(SystemError(code).text) }
        defer { bbcu_child_done() }
        let deadline = ContinuousClock.now + .seconds(seconds)
        var (status, pause): (Int32, UInt32) = (0, 1000)
        while waitpid(child, &status, WNOHANG) == 0 {
            guard ContinuousClock.now < deadline else {
                stop(child)
                throw .timeout(seconds: seconds)
            }
            usleep(pause)
            pause = min(pause * 2, 50_000)
            shorten(log)
        }
        // Child processes that still run would go on writing.
        kill(-child, SIGKILL)
        let signal = status & 0x7F
        if signal != 0 { throw .signal(signal) }
        let end = (status >> 8) & 0xFF
        if end != 0 { throw .status(end) }
    }

    /// The most that is kept of what a command prints.
    private static let longestLog = 16 << 20

    /// Keeps only the end of a log that is too long, since it says why a command failed. What the command prints meanwhile
    /// is appended.
    private static func shorten(_ log: String) {
        guard let status = FileStatus(log), status.byteCount > longestLog else { return }
        let file = open(log, O_RDWR | O_APPEND | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        var ending = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(file, &ending, ending.count, off_t(status.byteCount - ending.count))
        guard count > 0, ftruncate(file, 0) == 0 else { return }
        _ = write(file, ending, count)
    }

    /// Ends a command and its child processes, which get a second to clean up.
    private static func stop(_ child: pid_t) {
        kill(-child, SIGTERM)
        for _ in 0..<100 where waitpid(child, nil, WNOHANG) == 0 { usleep(10_000) }
        kill(-child, SIGKILL)
        waitpid(child, nil, 0)
    }
}
