import Bytes

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Whole files in and out.
enum FileBytes {
    /// The bytes of a regular file of at most `limit` bytes.
    static func contents(of path: String, limit: Int) throws(ImageError) -> [UInt8] {
        try checkReadable(path)
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw unreadable(path) }
        defer { close(file) }

        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(file, &chunk, chunk.count)
            guard count >= 0 else { throw unreadable(path) }
            if count == 0 { break }
            guard bytes.count + count <= limit else {
                throw ImageError(
                    .tooLarge, file: path, found: "more than \(limit) bytes", expected: "at most that many")
            }
            bytes += chunk[..<count]
        }
        guard !bytes.isEmpty else {
            throw ImageError(.empty, file: path, found: "an empty file", expected: "a PNG or JPEG file")
        }
        return bytes
    }

    /// Writes a file wholly or not at all: under another name in the same folder, then renamed.
    static func store(_ bytes: [UInt8], at path: String) throws(ImageError) {
        try checkWritable(path)
        let temporary = folder(of: path) + ".bbcu-" + String(UInt64.random(in: 0 ... .max), radix: 36) + ".tmp"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw unwritable(path) }
        let isWritten = append(bytes, to: file) && fsync(file) == 0
        let isClosed = close(file) == 0
        guard isWritten, isClosed, rename(temporary, path) == 0 else {
            let failure = unwritable(path)
            unlink(temporary)
            throw failure
        }
    }

    private static func append(_ bytes: [UInt8], to file: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = write(file, rest, rest.count)
            guard count > 0 else { return false }
            if count == rest.count { return true }
            rest.removeFirst(count)
        }
        return true
    }

    private static func folder(of path: String) -> String {
        PathText.folder(of: path)
    }

    /// A named pipe would block on opening and a device may never end, so only a regular file is opened.
    private static func checkReadable(_ path: String) throws(ImageError) {
        switch kind(of: path) {
        case nil: throw unreadable(path)
        case S_IFREG: return
        case S_IFDIR:
            throw ImageError(
                .directory, file: path, found: "a folder", expected: "a PNG or JPEG file", advice: "name a file in it")
        default: throw ImageError(.unreadable, file: path, found: "a pipe or device", expected: "a regular file")
        }
    }

    /// Renaming onto a device would replace it.
    private static func checkWritable(_ path: String) throws(ImageError) {
        switch kind(of: path) {
        case nil, S_IFREG: return
        case S_IFDIR: throw ImageError(.directory, file: path, found: "a folder", expected: "the name of a PNG file")
        default:
            throw ImageError(.unwritable, file: path, found: "a pipe or device", expected: "a regular file or none")
        }
    }

    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func unreadable(_ path: String) -> ImageError {
        let reason = errno
        // What stands in a text for bytes that are no UTF-8.
        if reason == ENOENT, path.unicodeScalars.contains("\u{FFFD}") {
            return ImageError(
                .absent, file: path, found: "a name that is not UTF-8", expected: "a name in UTF-8",
                advice: "rename the file or folder (convmv -f latin1 -t utf8 --notest does it for Latin-1)")
        }
        return reason == ENOENT
            ? ImageError(
                .absent, file: path, found: "no such file", expected: "a PNG or JPEG file", advice: "check the path")
            : ImageError(.unreadable, file: path, found: words(reason), expected: "a readable file")
    }

    private static func unwritable(_ path: String) -> ImageError {
        let reason = errno
        return reason == ENOENT || reason == ENOTDIR
            ? ImageError(
                .unwritable, file: path, found: "no such folder", expected: "a folder that can be written",
                advice: "make it first, or check the path")
            : ImageError(.unwritable, file: path, found: words(reason), expected: "a folder that can be written")
    }

    /// The system's words for an error number.
    static func words(_ number: Int32) -> String {
        strerror(number).map { String(cString: $0) } ?? "error \(number)"
    }
}
