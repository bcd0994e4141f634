#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The images in a folder and in the folders below it, known by their suffix.
///
/// Names that begin with a dot are passed over, and links to folders are not followed.
public struct ImageFolder: Sendable, Hashable {
    /// The folder.
    public let path: String
    /// Paths from the folder on, with "/" between the names, in the order of their UTF-8 bytes.
    public let images: [String]
    /// How many files are no images.
    public let otherCount: Int

    /// Lists a folder.
    ///
    /// - Throws: ``ImageError`` with code `absent` or `unreadable` where it, or a folder below it, cannot be listed.
    public init(_ path: String) throws(ImageError) {
        var images: [String] = []
        var otherCount = 0
        var folders = [""]
        while let folder = folders.popLast() {
            for name in try Self.names(in: path + "/" + folder) where !name.hasPrefix(".") {
                let place = folder + name
                if Self.kind(of: path + "/" + place, followingLinks: false) == S_IFDIR {
                    folders.append(place + "/")
                } else if Self.isImage(name), Self.kind(of: path + "/" + place) != S_IFDIR {
                    images.append(place)
                } else {
                    otherCount += 1
                }
            }
        }
        self.path = path
        self.images = images.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.otherCount = otherCount
    }

    /// Whether a file's name ends in `.png`, `.jpg` or `.jpeg`, in any case.
    public static func isImage(_ name: String) -> Bool {
        let lowercased = name.lowercased()
        return [".png", ".jpg", ".jpeg"].contains { lowercased.hasSuffix($0) }
    }

    /// Whether there is a folder of that path.
    public static func exists(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

    private static func names(in folder: String) throws(ImageError) -> [String] {
        guard let directory = opendir(folder) else {
            let number = errno
            throw ImageError(
                number == ENOENT ? .absent : .unreadable, file: folder, found: FileBytes.words(number),
                expected: "a folder that can be listed")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }

    private static func kind(of path: String, followingLinks: Bool = true) -> mode_t? {
        var status = stat()
        let isFound = (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0
        return isFound ? status.st_mode & S_IFMT : nil
    }
}
