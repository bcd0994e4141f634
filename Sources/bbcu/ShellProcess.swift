import BBCUKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A shell command that is run to its end or to a time limit, with everything that it prints in a file.
enum ShellProcess {
    /// How a command ended other than well.
    enum Failure: Error, Hashable {
        case status(Int32)
        case signal(Int32)
        case timeout(seconds: Int)
        case notStarted(String)

        /// The end in words.
        var text: String {
            switch self {
            case .status(let status): "ended with status \(status)"
            case .signal(let number): "was ended by signal \(number)"
            case .timeout(let seconds): "had not ended after \(NumberText.count(seconds, "second"))"
            case .notStarted(let reason): "could not be started: \(reason)"
            }
        }
    }

    /// Runs `/bin/sh -c command`; what it starts is ended with it.
    /// - Parameters:
    ///   - seconds: the time limit.
    ///   - log: the file that gets standard output and standard error.
    ///   - farewell: what is said where this process is interrupted.
    static func run(_ command: String, seconds: Int, log: String, farewell: String) throws(Failure) {
        let child = try start(command, log: log)
        Interruption.farewell = strdup(farewell)
        Interruption.group = child
        defer {
            Interruption.group = 0
            free(Interruption.farewell)
        }
        Interruption.passOn()
        let end = ContinuousClock.now + .seconds(seconds)
        var (status, pause): (Int32, UInt32) = (0, 1000)
        while waitpid(child, &status, WNOHANG) == 0 {
            guard ContinuousClock.now < end else {
                stop(child)
                throw .timeout(seconds: seconds)
            }
            usleep(pause)
            pause = min(pause * 2, 50_000)
            shorten(log)
        }
        // What it left running would go on writing.
        kill(-child, SIGKILL)
        let signal = status & 0x7F
        if signal != 0 { throw .signal(signal) }
        let code = (status >> 8) & 0xFF
        if code != 0 { throw .status(code) }
    }

    /// The most that is kept of what a command prints.
    private static let longestLog = 16 << 20

    /// Cuts a log that has become too long to its end, which says why a command failed. What the command prints meanwhile
    /// is appended.
    private static func shorten(_ log: String) {
        var status = stat()
        guard stat(log, &status) == 0, status.st_size > longestLog else { return }
        let file = open(log, O_RDWR | O_APPEND | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        var ending = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(file, &ending, ending.count, status.st_size - off_t(ending.count))
        guard count > 0, ftruncate(file, 0) == 0 else { return }
        _ = write(file, ending, count)
    }

    /// Ends a command and all that it started: it may tidy up for a second.
    private static func stop(_ child: pid_t) {
        kill(-child, SIGTERM)
        for _ in 0..<100 where waitpid(child, nil, WNOHANG) == 0 { usleep(10_000) }
        kill(-child, SIGKILL)
        waitpid(child, nil, 0)
    }

    /// Starts a command in a process group of its own.
    private static func start(_ command: String, log: String) throws(Failure) -> pid_t {
        #if canImport(Darwin)
            var (actions, attributes): (posix_spawn_file_actions_t?, posix_spawnattr_t?) = (nil, nil)
        #else
            var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o666)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sh"), strdup("-c"), strdup(command), nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, "/bin/sh", &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw .notStarted(String(cString: strerror(code))) }
        return child
    }
}

/// A terminal's interruption reaches only this process's group: it is passed on to that of the command that runs.
private enum Interruption {
    /// The group; 0 for none. A signal handler can take no lock, and reads one aligned word.
    nonisolated(unsafe) static var group: pid_t = 0
    /// What is said; there while the group is.
    nonisolated(unsafe) static var farewell: UnsafeMutablePointer<CChar>?

    static func passOn() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                if Interruption.group > 0 {
                    kill(-Interruption.group, SIGKILL)
                    if let text = Interruption.farewell { _ = write(STDERR_FILENO, text, strlen(text)) }
                }
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }
}
