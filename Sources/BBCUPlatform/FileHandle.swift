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
    package let byteCount: Int

    private init(descriptor: Int32, byteCount: Int) {
        self.descriptor = descriptor
        self.byteCount = byteCount
    }

    deinit { close(descriptor) }

    /// Opens a regular file that holds at least one byte.
    package static func reading(_ path: String) throws(BytesError) -> FileHandle {
        // Non-blocking, or opening a pipe without a writer would wait for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR {
                guard FileName.isUTF8(path) else { throw FileName.error(path) }
                throw BytesError(.absent, file: path, found: "there is no such file", advice: "check the path")
            }
            throw BytesError(.unreadable, file: path, found: "the file cannot be opened: \(systemError())")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw BytesError(.unreadable, file: path, found: "the file cannot be examined: \(systemError())")
        }
        let handle = FileHandle(descriptor: descriptor, byteCount: Int(status.st_size))
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR:
            throw BytesError(.isDirectory, file: path, found: "this is a directory", expected: "a file")
        default:
            throw BytesError(.unreadable, file: path, found: "this is a device or a pipe", expected: "a regular file")
        }
        guard handle.byteCount > 0 else {
            throw BytesError(
                .empty, file: path, found: "the file is empty", advice: "it was not written or downloaded: get it again"
            )
        }
        InputFiles.note(status)
        return handle
    }
}

extension FileHandle {
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
}

/// The system's words for the last failed call.
package func systemError() -> String { String(cString: strerror(errno)) }
