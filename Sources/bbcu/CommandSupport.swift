import ArgumentParser
import BBCUKit
import Bytes
import Images

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The exit statuses of every command; 64 (wrong usage) is the argument parser's.
enum Status {
    static let failed = ExitCode(1)
    static let unusable = ExitCode(2)
}

extension ParsableCommand {
    /// Runs the command's body: false ends in status 1, wrong usage in status 64, any other error in a message and
    /// status 2.
    func withExitStatus(_ body: () throws -> Bool) throws {
        let holds: Bool
        do {
            holds = try body()
        } catch let error as ExitCode {
            throw error
        } catch let error as ValidationError {
            // Left to the parser, the usage would be that of the whole tool.
            let usage = BBCU.usageString(for: Self.self)
            Standard.error(
                "Error: \(error.message)\nUsage: \(usage)\n"
                    + "  See 'bbcu \(Self.configuration.commandName ?? "") --help' for more information.")
            throw ExitCode.validationFailure
        } catch {
            Standard.error("bbcu: error: \(Standard.message(error))")
            throw Status.unusable
        }
        if !holds { throw Status.failed }
    }
}

/// Standard output and standard error.
enum Standard {
    /// Writes lines of data.
    static func output(_ lines: [String]) { output(lines.joined(separator: "\n")) }

    /// Writes data, with a newline at the end.
    static func output(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// Writes a line for a person.
    static func error(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Writes text as it is, for a person.
    static func errorPart(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Whether somebody watches standard error.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// An error in words, at most three lines, with nothing in it that steers a terminal.
    static func message(_ error: any Error) -> String {
        "\(error)".split(separator: "\n").prefix(3).map { String($0).printable() }.joined(separator: "\n")
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Int(writeBytes(descriptor, $0.baseAddress, $0.count)) }
            guard count > 0 else {
                if errno == EINTR { continue }
                // A reader that went away (`bbcu ... | head`) is no failure of ours; a full disk is.
                if errno == EPIPE || descriptor != STDOUT_FILENO { return }
                error(
                    "bbcu: error: standard output: found \(String(cString: strerror(errno))), expected room for the report"
                )
                exit(Status.unusable.rawValue)
            }
            bytes = bytes.dropFirst(count)
        }
    }
}

/// The system's `write`, which a method of that name would hide.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

/// Bytes of a file.
/// - Throws: ``InputError`` where there is none.
func fileSize(_ path: String) throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else {
        throw InputError(file: path, found: String(cString: strerror(errno)), expected: "the file just written")
    }
    return Int(status.st_size)
}

/// Makes a folder, and those it lies in, unless they are there.
/// - Throws: `BytesError` where that cannot be done.
func makeFolder(_ path: String) throws(BytesError) { try FolderListing.make(path) }

/// Makes a new folder among the system's temporary files.
/// - Throws: ``InputError`` where that cannot be done.
func makeTemporaryFolder(_ name: String) throws -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/\(name)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
        throw InputError(file: parent, found: String(cString: strerror(errno)), expected: "a folder to write to")
    }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
}

extension LoadedModel {
    /// The models under the file's other roots, which only name a fault that was found; none where they cannot be read, which is
    /// said on standard error.
    func knownAlternatives() -> [(root: String, model: Model)] {
        do { return try readAlternatives() } catch {
            Standard.error(
                "bbcu: warning: other weights of the file cannot be read, so that a port which took them is not recognised: "
                    + Standard.message(error))
            return []
        }
    }
}
