import BBCUPlatform

/// Whole files in and out.
enum FileBytes {
    /// The bytes of a regular file of at most `limit` bytes.
    static func contents(of path: String, limit: Int) throws(ImageError) -> [UInt8] {
        switch FileStatus(path)?.kind {
        case nil: throw unreadable(path)
        case .file: break
        case .folder:
            throw ImageError(
                .directory, file: path, found: "found a folder", expected: "a PNG or JPEG file",
                advice: "name a file in it")
        // A named pipe would block on opening and a device may never end, so only a regular file is opened.
        default: throw ImageError(.unreadable, file: path, found: "found a pipe or device", expected: "a regular file")
        }
        guard let file = FileHandle.opening(path) else { throw unreadable(path) }
        guard file.byteCount <= limit else {
            throw ImageError(
                .tooLarge, file: path, found: "found more than \(limit.counted("byte"))", expected: "at most that many")
        }
        guard let bytes = file.contents else { throw unreadable(path) }
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
        switch FileStatus(path)?.kind {
        case .folder:
            return ImageError(.directory, file: path, found: "found a folder", expected: "the name of a PNG file")
        case nil where !FolderListing.isFolder(PathText.parent(of: path) ?? "."):
            return ImageError(
                .unwritable, file: path, found: "found no such folder", expected: "a folder that can be written",
                advice: "make it first, or check the path")
        case .file, nil:
            return ImageError(
                .unwritable, file: path, found: "found \(error.found)", expected: "a file that can be written",
                advice: error.advice)
        default:
            return ImageError(
                .unwritable, file: path, found: "found a pipe or device", expected: "a regular file or none")
        }
    }

    private static func unreadable(_ path: String) -> ImageError {
        let reason = SystemError()
        // What stands in a text for bytes that are no UTF-8.
        if reason.isAbsent, path.unicodeScalars.contains("\u{FFFD}") {
            return ImageError(
                .absent, file: path, found: "found a name that is not UTF-8", expected: "a name in UTF-8",
                advice: "rename the file or folder (convmv -f latin1 -t utf8 --notest does it for Latin-1)")
        }
        return reason.isAbsent
            ? ImageError(
                .absent, file: path, found: "found no such file", expected: "a PNG or JPEG file",
                advice: "check the path")
            : ImageError(.unreadable, file: path, found: "found \(reason.text)", expected: "a readable file")
    }
}
