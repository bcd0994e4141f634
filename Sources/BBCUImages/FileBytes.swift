import BBCUPlatform
import TensorBytes

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
        InputFiles.note(file)

        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(file, &chunk, chunk.count)
            guard count >= 0 else { throw unreadable(path) }
            if count == 0 { break }
            guard bytes.count + count <= limit else {
                throw ImageError(
                    .tooLarge, file: path, found: "found more than \(limit.counted("byte"))",
                    expected: "at most that many")
            }
            bytes += chunk[..<count]
        }
        guard !bytes.isEmpty else {
            throw ImageError(.empty, file: path, found: "found an empty file", expected: "a PNG or JPEG file")
        }
        return bytes
    }

    /// Writes a file wholly or not at all.
    static func store(_ bytes: [UInt8], at path: String) throws(ImageError) {
        do throws(BytesError) {
            let file = try AtomicFile(path)
            try file.write(bytes)
            try file.commit()
        } catch {
            throw unwritable(path, error)
        }
    }

    /// The writer's error in this target's words.
    private static func unwritable(_ path: String, _ error: BytesError) -> ImageError {
        switch kind(of: path) {
        case S_IFDIR:
            return ImageError(.directory, file: path, found: "found a folder", expected: "the name of a PNG file")
        case nil where !FolderListing.isFolder(PathText.parent(of: path) ?? "."):
            return ImageError(
                .unwritable, file: path, found: "found no such folder", expected: "a folder that can be written",
                advice: "make it first, or check the path")
        case S_IFREG, nil:
            return ImageError(
                .unwritable, file: path, found: "found \(error.found)", expected: "a file that can be written",
                advice: error.advice)
        default:
            return ImageError(
                .unwritable, file: path, found: "found a pipe or device", expected: "a regular file or none")
        }
    }

    /// A named pipe would block on opening and a device may never end, so only a regular file is opened.
    private static func checkReadable(_ path: String) throws(ImageError) {
        switch kind(of: path) {
        case nil: throw unreadable(path)
        case S_IFREG: return
        case S_IFDIR:
            throw ImageError(
                .directory, file: path, found: "found a folder", expected: "a PNG or JPEG file",
                advice: "name a file in it")
        default: throw ImageError(.unreadable, file: path, found: "found a pipe or device", expected: "a regular file")
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
                .absent, file: path, found: "found a name that is not UTF-8", expected: "a name in UTF-8",
                advice: "rename the file or folder (convmv -f latin1 -t utf8 --notest does it for Latin-1)")
        }
        return reason == ENOENT
            ? ImageError(
                .absent, file: path, found: "found no such file", expected: "a PNG or JPEG file",
                advice: "check the path")
            : ImageError(.unreadable, file: path, found: "found \(words(reason))", expected: "a readable file")
    }

    /// The system's words for an error number.
    static func words(_ number: Int32) -> String {
        strerror(number).map { String(cString: $0) } ?? "error \(number)"
    }
}
