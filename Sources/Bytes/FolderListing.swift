#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What folders hold.
package enum FolderListing {
    /// The names in a folder but `.` and `..`, in no order; nil for a path that is none or cannot be read.
    package static func names(in path: String) -> [String]? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Whether a path names a folder, or a link to one.
    package static func isFolder(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

    /// Whether a path names a file, or a link to one.
    package static func isFile(_ path: String) -> Bool { kind(of: path) == S_IFREG }

    /// The files below a folder, as paths relative to it, ordered by their UTF-8 bytes, which is no order of Swift's
    /// strings. Hidden files and folders are left out; a link to a folder around it is not followed. What is no folder is
    /// listed whatever it is, so that a link to nothing is missed by nobody: reading it says what is wrong.
    ///
    /// - Parameter entering: whether a folder is looked into, of its relative path (empty for the first) and the names
    ///   of the folders beside it.
    /// - Returns: nil for a path that is no folder or cannot be read.
    package static func files(
        under path: String, entering: (_ name: String, _ siblings: [String]) -> Bool = { _, _ in true }
    ) -> [String]? {
        guard names(in: path) != nil else { return nil }
        var found: [String] = []
        collect(path, "", entering, within: [resolved(path)], into: &found)
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func collect(
        _ root: String, _ prefix: String, _ entering: (String, [String]) -> Bool, within: [String],
        into found: inout [String]
    ) {
        let shown = (names(in: root + "/" + prefix) ?? []).filter { !$0.hasPrefix(".") }
        let folders = shown.filter { isFolder(root + "/" + prefix + $0) }
        for folder in folders where entering(folder, folders) {
            let place = resolved(root + "/" + prefix + folder)
            guard !within.contains(place) else { continue }
            collect(root, prefix + folder + "/", entering, within: within + [place], into: &found)
        }
        let known = Set(folders)
        for file in shown where !known.contains(file) { found.append(prefix + file) }
    }

    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    /// Makes a folder and those it lies in, unless they are there.
    /// - Throws: `unwritable` where that cannot be done.
    package static func make(_ path: String) throws(BytesError) {
        if isFolder(path) { return }
        if isFile(path) { throw BytesError(.unwritable, file: path, found: "this is a file", expected: "a folder") }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try make(String(path[..<slash])) }
        guard mkdir(path, 0o777) == 0 || isFolder(path) else {
            throw BytesError(
                .unwritable, file: path, found: "the folder cannot be made: \(systemError())")
        }
    }

    /// The absolute path without links; the path itself where there is nothing.
    package static func resolved(_ path: String) -> String {
        let resolved = realpath(path, nil)
        defer { free(resolved) }
        return resolved.map { String(cString: $0) } ?? path
    }
}
