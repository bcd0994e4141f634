#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What folders hold.
///
/// A name is bytes; one that is not UTF-8 is shown as ``FileName`` has it, names no file any more, and is refused by whoever
/// opens it in words that say so.
package enum FolderListing {
    /// The names in a folder but `.` and `..`, in no order; nil for a path that is none or cannot be read.
    package static func names(in path: String) -> [String]? { entries(in: Array(path.utf8))?.map(FileName.text) }

    /// The same as bytes.
    private static func entries(in path: [UInt8]) -> [[UInt8]]? {
        guard let directory = opendir(terminated(path)) else { return nil }
        defer { closedir(directory) }
        var names: [[UInt8]] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in Array(bytes.prefix { $0 != 0 }) }
            if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
        }
        return names
    }

    /// Whether a path names a folder, or a link to one.
    package static func isFolder(_ path: String) -> Bool { kind(of: Array(path.utf8)) == S_IFDIR }

    /// Whether a path names a file, or a link to one.
    package static func isFile(_ path: String) -> Bool { kind(of: Array(path.utf8)) == S_IFREG }

    /// The files below a folder, as paths relative to it, ordered by their UTF-8 bytes, which is no order of Swift's
    /// strings. Hidden files and folders are left out; a link to a folder around it is not followed. What is no folder is
    /// listed whatever it is, so that a link to nothing is missed by nobody: reading it says what is wrong.
    ///
    /// - Parameter entering: whether a folder is looked into, of its relative path (empty for the first) and the names
    ///   of the folders beside it.
    /// - Throws: `absent` or `unreadable` where the folder, or one in it, cannot be listed.
    package static func files(
        under path: String, entering: (_ name: String, _ siblings: [String]) -> Bool = { _, _ in true }
    ) throws(BytesError) -> [String] {
        var found: [String] = []
        let root = Array(path.utf8)
        try collect(root, [], entering, within: [resolved(root)], into: &found)
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func collect(
        _ root: [UInt8], _ prefix: [UInt8], _ entering: (String, [String]) -> Bool, within: [[UInt8]],
        into found: inout [String]
    ) throws(BytesError) {
        let place = root + slash + prefix
        guard let names = entries(in: place) else { throw unlisted(FileName.text(prefix.isEmpty ? root : place)) }
        let shown = names.filter { $0.first != UInt8(ascii: ".") }
        let folders = shown.filter { kind(of: place + $0) == S_IFDIR }
        let siblings = folders.map(FileName.text)
        for (folder, name) in zip(folders, siblings) where entering(name, siblings) {
            let target = resolved(place + folder)
            guard !within.contains(target) else { continue }
            try collect(root, prefix + folder + slash, entering, within: within + [target], into: &found)
        }
        let known = Set(folders)
        for file in shown where !known.contains(file) { found.append(FileName.text(prefix + file)) }
    }

    private static let slash = [UInt8(ascii: "/")]

    private static func unlisted(_ path: String) -> BytesError {
        let reason = errno
        guard reason == ENOENT || reason == ENOTDIR else {
            return BytesError(.unreadable, file: path, found: "the folder cannot be listed: \(systemError())")
        }
        return FileName.isUTF8(path)
            ? BytesError(.absent, file: path, found: "there is no such folder", advice: "check the path")
            : FileName.error(path)
    }

    private static func kind(of path: [UInt8]) -> mode_t? {
        var status = stat()
        return stat(terminated(path), &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func terminated(_ path: [UInt8]) -> [CChar] { path.map(CChar.init(bitPattern:)) + [0] }

    /// Makes a folder and those it lies in, unless they are there.
    /// - Throws: `unwritable` where that cannot be done.
    package static func make(_ path: String) throws(BytesError) {
        if isFolder(path) { return }
        if isFile(path) { throw BytesError(.unwritable, file: path, found: "this is a file", expected: "a folder") }
        if let parent = PathText.parent(of: path), parent != "/" { try make(parent) }
        guard mkdir(path, 0o777) == 0 || isFolder(path) else {
            throw BytesError(
                .unwritable, file: path, found: "the folder cannot be made: \(systemError())")
        }
    }

    /// The absolute path without links; the path itself where there is nothing.
    package static func resolved(_ path: String) -> String { FileName.text(resolved(Array(path.utf8))) }

    private static func resolved(_ path: [UInt8]) -> [UInt8] {
        guard let resolved = realpath(terminated(path), nil) else { return path }
        defer { free(resolved) }
        return (0..<strlen(resolved)).map { UInt8(bitPattern: resolved[$0]) }
    }
}
