import ArgumentParser
import BBCUImages
import BBCUKit
import BBCUPlatform
import TensorBytes

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
    static func output(lines: [String]) { write(lines.map { $0.printable() + "\n" }.joined(), to: .output) }

    /// Writes lines of data.
    static func output(_ lines: [String]) { output(lines.joined(separator: "\n")) }

    /// Writes data, with a newline at the end.
    ///
    /// Reports escape the names of files and tensors; what one of them forgot reaches no terminal either.
    static func output(_ text: String) { write(text.printableLines + "\n", to: .output) }

    /// Writes a line for a person.
    static func error(_ text: String) { write(text.printableLines + "\n", to: .error) }

    /// Says that a file has more objects than the first, which is the one that is used.
    static func warnOfLater(_ checkpoint: Checkpoint) {
        guard let first = checkpoint.later.first else { return }
        let more = checkpoint.later.count > 1 ? " and \(checkpoint.later.count - 1) more" : ""
        error(
            "bbcu: warning: \(checkpoint.file.printable()): only the first object of the file is used; "
                + "there is \(first.summary.printable(atMost: 200))\(more)")
    }

    /// Writes text as it is, for a person.
    static func errorPart(_ text: String) { write(text, to: .error) }

    /// Whether somebody watches standard error.
    static var errorIsTerminal: Bool { StandardStream.error.isTerminal }

    /// An error in words, at most three lines, with nothing in it that steers a terminal.
    static func message(_ error: any Error) -> String {
        "\(error)".parts(at: "\n", keepsEmpty: false).prefix(3).map { $0.printable() }.joined(separator: "\n")
    }

    private static func write(_ text: String, to stream: StandardStream) {
        // A reader that went away (`bbcu ... | head`) is no failure of ours; a full disk is.
        guard let reason = stream.write(Array(text.utf8)), !reason.isBrokenPipe, stream == .output else { return }
        error("bbcu: error: standard output: found \(reason.text), expected room for the report")
        ThisProcess.end(status: Status.unusable.rawValue)
    }
}

/// Bytes of a file.
/// - Throws: ``InputError`` if there is none.
func fileSize(_ path: String) throws -> Int {
    guard let status = FileStatus(path) else {
        throw InputError(file: path, found: systemError(), expected: "the file just written")
    }
    return status.byteCount
}

/// Makes a folder, and those it lies in, unless they are there.
/// - Throws: `BytesError` where that cannot be done.
func makeFolder(_ path: String) throws(BytesError) { try FolderListing.make(path) }

/// Makes a new folder among the system's temporary files.
/// - Throws: ``InputError`` where that cannot be done.
func makeTemporaryFolder(_ name: String) throws -> String {
    let parent = FolderListing.temporary
    guard let folder = FolderListing.makeUnique(name, in: parent) else {
        throw InputError(file: parent, found: systemError(), expected: "a folder to write to")
    }
    return folder
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
