import ArgumentParser
import BBCUImages
import BBCUKit
import BBCUPlatform
import TensorBytes

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
    /// Writes lines of a report for a person; a newline within one is escaped like everything that steers a terminal.
    static func output(lines: [String]) { write(lines.map { $0.printable() + "\n" }.joined(), to: STDOUT_FILENO) }

    /// Writes lines of data.
    static func output(_ lines: [String]) { output(lines.joined(separator: "\n")) }

    /// Writes data, with a newline at the end.
    ///
    /// Reports escape the names of files and tensors; what one of them forgot reaches no terminal either.
    static func output(_ text: String) { write(text.printableLines + "\n", to: STDOUT_FILENO) }

    /// Writes a line for a person.
    static func error(_ text: String) { write(text.printableLines + "\n", to: STDERR_FILENO) }

    /// Says that a file has more objects than the first, which is the one that is used.
    static func warnOfLater(_ checkpoint: Checkpoint) {
        guard let first = checkpoint.later.first else { return }
        let more = checkpoint.later.count > 1 ? " and \(checkpoint.later.count - 1) more" : ""
        error(
            "bbcu: warning: \(checkpoint.file.printable()): only the first object of the file is used; "
                + "there is \(first.summary.printable(atMost: 200))\(more)")
    }

    /// Writes text as it is, for a person.
    static func errorPart(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Whether somebody watches standard error.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// An error in words, at most three lines, with nothing in it that steers a terminal.
    static func message(_ error: any Error) -> String {
        "\(error)".parts(at: "\n", keepsEmpty: false).prefix(3).map { $0.printable() }.joined(separator: "\n")
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
/// - Throws: ``InputError`` if there is none.
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
    // Empty means unset; a relative path or the root would leave folders in unexpected places.
    let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let parent =
        named.utf8.first == UInt8(ascii: "/") && named.utf8.contains { $0 != UInt8(ascii: "/") } ? named : "/tmp"
    var template = Array("\(parent)/\(name)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
        throw InputError(file: parent, found: String(cString: strerror(errno)), expected: "a folder to write to")
    }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
}

extension LoadedModel {
    /// The models under the file's other roots, which only name a fault that was found; none if they cannot be read, with a
    /// warning on standard error.
    func knownAlternatives() -> [(root: String, model: BBCUModel)] {
        do { return try readAlternatives() } catch {
            Standard.error(
                "bbcu: warning: other weights of the file cannot be read, so that a port which took them is not recognised: "
                    + Standard.message(error))
            return []
        }
    }
}
