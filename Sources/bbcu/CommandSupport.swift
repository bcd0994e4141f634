import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a command's exit status says, the same for all commands.
enum ExitStatus {
    /// A check failed.
    static let checkFailed = ExitCode(1)
    /// A file or an input cannot be used.
    static let unusableInput = ExitCode(2)
}

/// Runs a command's work and ends with the status that its outcome asks for: nothing where it holds, 1 where a check
/// failed, and 2, with the reason on stderr, where the input cannot be used. Wrong usage stays the parser's business.
///
/// - Parameter body: returns whether everything that was checked holds.
func withExitStatus(_ body: () throws -> Bool) throws {
    let holds: Bool
    do {
        holds = try body()
    } catch let error where error is ExitCode || error is CleanExit || error is ValidationError {
        throw error
    } catch {
        complain("error: \(error)")
        throw ExitStatus.unusableInput
    }
    guard holds else { throw ExitStatus.checkFailed }
}

/// Writes a line about the command itself, such as a warning, to stderr.
func complain(_ message: String) {
    let line = Array("bbcu: \(message)\n".utf8)
    var written = 0
    while written < line.count {
        let count = line[written...].withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        guard count > 0 else { return }
        written += count
    }
}
