#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An open file, closed with its last user.
package final class FileHandle {
    package let descriptor: Int32
    private let status: FileStatus?
    package var byteCount: Int { status?.byteCount ?? 0 }

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        status = FileStatus(descriptor: descriptor)
    }

    deinit { close(descriptor) }

    /// Opens a file; nil where the system refuses, for the reason that ``SystemError`` then has.
    package static func opening(_ path: String) -> FileHandle? {
        // Non-blocking, or opening a pipe without a writer would wait for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        let file = FileHandle(descriptor)
        if let status = file.status, status.kind == .file, status.byteCount > 0 { InputFiles.note(status) }
        return file
    }

    /// What a pipe holds up to its end, or more than `limit` bytes of it; nil where the path is no pipe.
    package static func piped(_ path: String, atMost limit: Int) throws(SystemError) -> [UInt8]? {
        guard FileStatus(path)?.kind == .pipe, let file = opening(path) else { return nil }
        return try readAll(from: file.descriptor, atMost: limit)
    }

    /// Opens a regular file that holds at least one byte.
    package static func reading(_ path: String) throws(BytesError) -> FileHandle {
        guard let file = opening(path) else {
            let reason = SystemError()
            if reason.isAbsent || reason.isBelowFile {
                guard FileName.isUTF8(path) else { throw FileName.error(path) }
                throw BytesError(.absent, file: path, found: "there is no such file", advice: "check the path")
            }
            throw BytesError(.unreadable, file: path, found: "the file cannot be opened: \(reason.text)")
        }
        switch file.status?.kind {
        case .file: break
        case nil:
            throw BytesError(.unreadable, file: path, found: "the file cannot be examined: \(systemError())")
        case .folder:
            throw BytesError(.isDirectory, file: path, found: "this is a directory", expected: "a file")
        default:
            throw BytesError(.unreadable, file: path, found: "this is a device or a pipe", expected: "a regular file")
        }
        guard file.byteCount > 0 else {
            throw BytesError(
                .empty, file: path, found: "the file is empty", advice: "it was not written or downloaded: get it again"
            )
        }
        return file
    }

    /// Fills memory from the start of the file; false if the file has fewer bytes, or cannot be read.
    package func fill(_ memory: UnsafeMutableRawBufferPointer) -> Bool {
        var position = 0
        while position < memory.count {
            let count = pread(
                descriptor, memory.baseAddress?.advanced(by: position), memory.count - position, off_t(position))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            position += count
        }
        return true
    }

    /// All bytes of the file; nil where it cannot be read.
    package var contents: [UInt8]? {
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            isWhole = fill(UnsafeMutableRawBufferPointer(buffer))
            count = isWhole ? buffer.count : 0
        }
        return isWhole ? bytes : nil
    }
}
