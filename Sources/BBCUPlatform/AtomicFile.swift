import CBBCUSystem

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that appears under its name whole or not at all: written under another name in its folder, flushed, and renamed
/// by `commit()`. Dropped without that, or with the process ended by a signal that the command catches, nothing is left.
///
/// A file that it replaces keeps its permissions. A link stays, and the file that it names is replaced; one that names
/// nothing is refused. So is a file that this process has read, if ``InputFiles`` protects it.
package final class AtomicFile {
    private let path: String
    /// The folder that is written to, open, so that neither a long path nor a folder that moves matters.
    private let folder: OwnedDescriptor
    private let name: String
    private let temporary: String
    private let slot: Int32
    private let descriptor: Int32
    private var isCommitted = false
    /// The bytes written so far.
    package private(set) var byteCount = 0

    /// Begins a file.
    ///
    /// - Parameter replacesInput: whether the file may be one that this process has read: its own state of an earlier run.
    /// - Throws: `unwritable` where the folder cannot be written, or the path names something that is not a file.
    package init(_ path: String, replacesInput: Bool = false) throws(BytesError) {
        self.path = path
        let (target, mode) = try Self.target(path, replacesInput: replacesInput)
        name = PathText.name(of: target)
        let parent = PathText.folder(of: target)
        let place = parent.isEmpty ? "." : parent
        guard !name.isEmpty, let folder = OwnedDescriptor(bbcu_folder_open(place)) else {
            throw Self.withoutFolder(path, place)
        }
        self.folder = folder
        temporary = ".bbcu-" + String(UInt64.random(in: 0 ... .max), radix: 36) + ".part"
        slot = bbcu_unfinished_add(folder.number, temporary)
        descriptor = openat(folder.number, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            let reason = systemError()
            bbcu_unfinished_done(slot)
            throw BytesError(.unwritable, file: path, found: "the file cannot be written: \(reason)")
        }
        if let mode { fchmod(descriptor, mode) }
    }

    /// The file that a path leads to, and the permissions of the one that is replaced.
    private static func target(
        _ path: String, replacesInput: Bool
    ) throws(BytesError) -> (path: String, mode: mode_t?) {
        guard let link = FileStatus(path, followsLinks: false) else {
            let reason = SystemError()
            guard reason.isAbsent || reason.isBelowFile else {
                throw BytesError(.unwritable, file: path, found: "the file cannot be written: \(reason.text)")
            }
            return (path, nil)
        }
        guard let status = FileStatus(path) else {
            throw BytesError(
                .unwritable, file: path, found: "this is a link, and what it names cannot be opened: \(systemError())",
                expected: "a file or none", advice: "remove the link, or write to another file")
        }
        guard status.kind == .file else {
            throw BytesError(.unwritable, file: path, found: "this exists and is not a file")
        }
        guard replacesInput || !InputFiles.isProtected(status) else {
            throw BytesError(
                .unwritable, file: path, found: "this file is read by the command", advice: "write to another file")
        }
        guard link.kind == .link else { return (path, status.permissions) }
        let resolved = FolderListing.resolved(path)
        guard FileName.isUTF8(resolved) else { throw FileName.error(resolved) }
        return (resolved, status.permissions)
    }

    private static func withoutFolder(_ path: String, _ place: String) -> BytesError {
        let reason = SystemError()
        if reason.isBelowFile, let file = FolderListing.firstFile(of: place) {
            return BytesError(.unwritable, file: file, found: "this is a file", expected: "a folder")
        }
        guard reason.isAbsent else {
            return BytesError(.unwritable, file: path, found: "the file cannot be written: \(reason.text)")
        }
        return BytesError(
            .unwritable, file: path, found: "its folder does not exist",
            advice: "make the folder first, or check the path")
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if descriptor >= 0, !isCommitted {
            unlinkat(folder.number, temporary, 0)
            bbcu_unfinished_done(slot)
        }
    }

    /// Appends bytes. Throws `unwritable`.
    package func write(_ bytes: [UInt8]) throws(BytesError) {
        if let reason = writeAll(bytes, to: descriptor) {
            throw BytesError(.unwritable, file: path, found: "the file cannot be written: \(reason.text)")
        }
        byteCount += bytes.count
    }

    /// Puts the finished file in its place. Throws `unwritable`.
    package func commit() throws(BytesError) {
        guard fsync(descriptor) == 0, renameat(folder.number, temporary, folder.number, name) == 0 else {
            throw BytesError(.unwritable, file: path, found: "the file cannot be written: \(systemError())")
        }
        isCommitted = true
        bbcu_unfinished_done(slot)
    }
}

/// A descriptor that is closed with its last user.
final class OwnedDescriptor {
    let number: Int32

    /// - Returns: nil for a negative number.
    init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit { close(number) }
}

/// Writes bytes to a descriptor; nil, or why not all of them were.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> SystemError? {
    var rest = bytes[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written > 0 else {
            let reason = SystemError()
            if written < 0, reason.isInterruption { continue }
            return reason
        }
        rest = rest.dropFirst(written)
    }
    return nil
}
