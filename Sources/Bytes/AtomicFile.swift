#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that appears under its name whole or not at all: written beside its place, flushed, and renamed by
/// `commit()`. Dropped without that, nothing is left behind.
package final class AtomicFile {
    private let path: String
    private let target: String
    private let temporary: String
    private let descriptor: Int32
    private var isCommitted = false
    /// The bytes written so far.
    package private(set) var byteCount = 0

    /// Begins a file.
    ///
    /// - Throws: `unwritable` where the folder cannot be written, or the path names something that is not a file.
    package init(_ path: String) throws(BytesError) {
        self.path = path
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw BytesError(.unwritable, file: path, found: "this exists and is not a file")
            }
            // A link keeps its place: what it points to is replaced.
            let resolved = realpath(path, nil)
            target = resolved.map { String(cString: $0) } ?? path
            free(resolved)
        } else {
            target = path
        }
        temporary = "\(target).\(UInt32.random(in: 0 ... .max)).part"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw Self.withoutFolder(path) }
            throw BytesError(.unwritable, file: path, found: "the file cannot be written: \(systemError())")
        }
    }

    private static func withoutFolder(_ path: String) -> BytesError {
        let folder = PathText.parent(of: path) ?? path
        return FolderListing.isFile(folder)
            ? BytesError(.unwritable, file: folder, found: "this is a file", expected: "a folder")
            : BytesError(
                .unwritable, file: path, found: "its folder does not exist",
                advice: "make the folder first, or check the path")
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if descriptor >= 0, !isCommitted { unlink(temporary) }
    }

    /// Appends bytes. Throws `unwritable`.
    package func write(_ bytes: [UInt8]) throws(BytesError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = writeBytes(descriptor, rest)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                throw BytesError(.unwritable, file: path, found: "the file cannot be written: \(systemError())")
            }
            if written == rest.count { break }
            rest.removeFirst(written)
        }
        byteCount += bytes.count
    }

    /// Puts the finished file in its place. Throws `unwritable`.
    package func commit() throws(BytesError) {
        guard fsync(descriptor) == 0, rename(temporary, target) == 0 else {
            throw BytesError(.unwritable, file: path, found: "the file cannot be written: \(systemError())")
        }
        isCommitted = true
    }
}

/// The system's `write`, which a method of that name would hide.
private func writeBytes(_ descriptor: Int32, _ bytes: [UInt8]) -> Int { write(descriptor, bytes, bytes.count) }
