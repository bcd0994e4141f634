extension FolderListing {
    /// What lies below a folder.
    package enum Found: Sendable, Equatable {
        /// A file, by its path.
        case file(String)
        /// What is not opened, and why.
        case left(String, reason: String)

        fileprivate var path: String {
            switch self {
            case .file(let path), .left(let path, _): path
            }
        }
    }

    /// Every file below a folder, hidden ones too, as paths that begin with the folder's, ordered by their bytes.
    ///
    /// A link that leads to what lies below the folder is left out, because that is found under its own name; any other
    /// link, and what is neither a file nor a folder, is named and not opened.
    /// - Throws: `absent` or `unreadable` if the folder cannot be listed. A folder below it that cannot be listed is
    ///   named.
    package static func everything(below path: String) throws(BytesError) -> [Found] {
        var root = Array(path.utf8)
        while root.count > 1, root.last == UInt8(ascii: "/") { root.removeLast() }
        let inside = resolved(root) + (resolved(root) == slash ? [] : slash)
        guard entries(in: root) != nil else { throw unlisted(path) }
        var found: [Found] = []
        var folders = [root]
        while let folder = folders.popLast() {
            guard let names = entries(in: folder) else {
                found.append(.left(FileName.text(folder), reason: "the folder cannot be listed: \(systemError())"))
                continue
            }
            for name in names {
                let place = folder + (folder == slash ? [] : slash) + name
                switch FileStatus(place, followsLinks: false)?.kind {
                case .folder: folders.append(place)
                case .file: found.append(.file(FileName.text(place)))
                case .link: if let reason = outside(place, inside) { found.append(reason) }
                case let kind: found.append(.left(FileName.text(place), reason: words(kind)))
                }
            }
        }
        return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private static func outside(_ link: [UInt8], _ inside: [UInt8]) -> Found? {
        let text = FileName.text(link)
        switch FileStatus(link)?.kind {
        case nil: return .left(text, reason: "a link that leads to nothing")
        case .file, .folder:
            let target = resolved(link)
            if (target + slash).starts(with: inside) { return nil }
            return .left(text, reason: "a link out of the folder, to \(FileName.text(target)): name that to examine it")
        case let kind?: return .left(text, reason: words(kind))
        }
    }

    private static func words(_ kind: FileStatus.Kind?) -> String {
        switch kind {
        case .pipe: "a named pipe, which is not opened"
        case .socket: "a socket, which is not opened"
        case .device: "a device, which is not opened"
        default: "neither a file nor a folder"
        }
    }
}
