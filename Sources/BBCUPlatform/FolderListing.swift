#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What folders hold.
///
/// A name is bytes; one that is not UTF-8 is shown as ``FileName`` has it. That text names no file, and opening it
/// fails with an error that says so.
package enum FolderListing {
    /// The names in a folder but `.` and `..`, in no order; nil if the path is not a folder or cannot be read.
    package static func names(in path: String) -> [String]? { entries(in: Array(path.utf8))?.map(FileName.text) }

    /// The same as bytes.
    static func entries(in path: [UInt8]) -> [[UInt8]]? {
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
    package static func isFolder(_ path: String) -> Bool { FileStatus(path)?.kind == .folder }

    /// What lies under a path, links followed. Nothing is opened, so that a pipe or a device is not touched.
    package enum Lying: Sendable, Hashable {
        case file
        case nothing
        case danglingLink
        /// A folder, a device, a pipe, a socket.
        case other
    }

    /// What lies under a path.
    package static func lying(at path: String) -> Lying {
        if let status = FileStatus(path) { return status.kind == .file ? .file : .other }
        return FileStatus(path, followsLinks: false) == nil ? .nothing : .danglingLink
    }

    /// Whether a path names a file, or a link to one.
    package static func isFile(_ path: String) -> Bool { FileStatus(path)?.kind == .file }

    /// The files below a folder, as paths relative to it, ordered by their UTF-8 bytes, which is no order of Swift's
    /// strings. Hidden files and folders are left out; a link to a folder around it is not followed. Everything that is not a
    /// folder is listed, a link to nothing too: reading that one says what is wrong.
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
        let folders = shown.filter { FileStatus(place + $0)?.kind == .folder }
        let siblings = folders.map(FileName.text)
        for (folder, name) in zip(folders, siblings) where entering(name, siblings) {
            let target = resolved(place + folder)
            guard !within.contains(target) else { continue }
            try collect(root, prefix + folder + slash, entering, within: within + [target], into: &found)
        }
        let known = Set(folders)
        for file in shown where !known.contains(file) { found.append(FileName.text(prefix + file)) }
    }

    static let slash = [UInt8(ascii: "/")]

    static func unlisted(_ path: String) -> BytesError {
        let reason = SystemError()
        guard reason.isAbsent || reason.isBelowFile else {
            return BytesError(.unreadable, file: path, found: "the folder cannot be listed: \(reason.text)")
        }
        if lying(at: path) == .file {
            return BytesError(.absent, file: path, found: "found a file", expected: "a folder")
        }
        return FileName.isUTF8(path)
            ? BytesError(.absent, file: path, found: "there is no such folder", advice: "check the path")
            : FileName.error(path)
    }

    static func terminated(_ path: [UInt8]) -> [CChar] { path.map(CChar.init(bitPattern:)) + [0] }

    /// Makes a folder and those it lies in, unless they are there.
    /// - Throws: `unwritable` where that cannot be done.
    package static func make(_ path: String) throws(BytesError) {
        var place = Array(path.utf8)
        while place.count > 1, place.last == slash[0] { place.removeLast() }
        try makeEach(FileName.text(place))
    }

    private static func makeEach(_ path: String) throws(BytesError) {
        guard var reason = refusal(of: path) else { return }
        if reason.isAbsent, let parent = PathText.parent(of: path), !parent.isExactly(path) {
            try makeEach(parent)
            guard let second = refusal(of: path) else { return }
            reason = second
        }
        throw unmade(path, reason)
    }

    /// Tries to make one folder: nil if it is there then, else the system's reason.
    private static func refusal(of path: String) -> SystemError? {
        if mkdir(path, 0o777) == 0 { return nil }
        let reason = SystemError()
        return isFolder(path) ? nil : reason
    }

    private static func unmade(_ path: String, _ reason: SystemError) -> BytesError {
        if let file = firstFile(of: path) {
            return BytesError(.unwritable, file: file, found: "this is a file", expected: "a folder")
        }
        if reason.isPresent {
            return BytesError(
                .unwritable, file: path, found: "this is a link to nothing, or not a folder", expected: "a folder",
                advice: "remove it, or name another folder")
        }
        return BytesError(.unwritable, file: path, found: "the folder cannot be made: \(reason.text)")
    }

    /// The path, or the shortest beginning of it, that is a file; nil if none is.
    static func firstFile(of path: String) -> String? {
        let bytes = Array(path.utf8)
        for end in bytes.indices.dropFirst() where bytes[end] == slash[0] {
            let part = Array(bytes[..<end])
            if FileStatus(part)?.kind == .file { return FileName.text(part) }
        }
        return isFile(path) ? path : nil
    }

    /// Removes a folder and all that is in it. Links are removed, and not followed; what cannot be removed stays.
    package static func remove(_ path: String) { remove(Array(path.utf8)) }

    private static func remove(_ path: [UInt8]) {
        guard FileStatus(path, followsLinks: false)?.kind == .folder else {
            unlink(terminated(path))
            return
        }
        for name in entries(in: path) ?? [] { remove(path + slash + name) }
        rmdir(terminated(path))
    }

    /// The absolute path without links; the path itself where there is nothing.
    package static func resolved(_ path: String) -> String { FileName.text(resolved(Array(path.utf8))) }

    static func resolved(_ path: [UInt8]) -> [UInt8] { absolute(path) ?? path }

    /// The same; nil where there is nothing.
    package static func absolute(_ path: String) -> String? { absolute(Array(path.utf8)).map(FileName.text) }

    private static func absolute(_ path: [UInt8]) -> [UInt8]? {
        guard let resolved = realpath(terminated(path), nil) else { return nil }
        defer { free(resolved) }
        return (0..<strlen(resolved)).map { UInt8(bitPattern: resolved[$0]) }
    }
}
