import BBCUPlatform
import TensorBytes

/// An original with everything that is measured on it.
public struct EvaluationItem: Sendable, Hashable {
    /// The path relative to the folder that was given, with its suffix.
    public var name: String
    /// The set it belongs to.
    public var set: String
    /// Where the file is.
    public var path: String

    /// Describes an original.
    public init(name: String, set: String, path: String) {
        self.name = name
        self.set = set
        self.path = path
    }

    /// The order of items: by the UTF-8 bytes of the name, then of the set.
    static func precedes(_ first: (name: String, set: String), _ second: (name: String, set: String)) -> Bool {
        if !first.name.isExactly(second.name) { return first.name.utf8.lexicographicallyPrecedes(second.name.utf8) }
        return first.set.utf8.lexicographicallyPrecedes(second.set.utf8)
    }

    /// Finds the images of folders, in order.
    ///
    /// Every folder that holds images is a set (``PublishedSet/name(ofFolder:)``). Beside a folder `HR`, as the authors
    /// arrange their sets, no other folder is looked into.
    ///
    /// - Parameter set: the set of them all, in place of what the paths say.
    /// - Throws: ``EvaluationError`` for a path that is no folder, folders without images, and two images of one name and
    ///   set, whose rows could not be told apart.
    public static func find(in folders: [String], set: String? = nil) throws(EvaluationError) -> [EvaluationItem] {
        var items: [EvaluationItem] = []
        for folder in folders {
            let files: [String]
            do throws(BytesError) { files = try FolderListing.files(under: folder, entering: entersOriginals) } catch {
                throw error.recoded(.folder)
            }
            let root = FolderListing.resolved(folder)
            items += files.filter(ImageName.isImage).map { name in
                let place = root + "/" + ImageName.folder(of: name)
                let set = set.map { PublishedSet(ignoringCase: $0)?.rawValue ?? $0 }
                return EvaluationItem(
                    name: name, set: set ?? PublishedSet.name(ofFolder: place), path: folder + "/" + name)
            }
        }
        guard !items.isEmpty else {
            throw EvaluationError(
                .folder, file: folders.joined(separator: ", "), found: "found no image",
                expected: "PNG or JPEG files in it or its folders")
        }
        try requireOnce(items)
        items.sort { precedes(($0.name, $0.set), ($1.name, $1.set)) }
        for (first, second) in zip(items, items.dropFirst())
        where first.name.isExactly(second.name) && first.set.isExactly(second.set) {
            throw EvaluationError(
                .twice, file: second.path, found: "found the name and set of \(first.path)",
                expected: "images that differ in one of them; give their parent folder, or evaluate them apart")
        }
        return items
    }

    /// - Throws: ``EvaluationError`` for an image that two of the folders hold, which would count twice.
    private static func requireOnce(_ items: [EvaluationItem]) throws(EvaluationError) {
        var places: Set<ExactName> = []
        for item in items {
            let folder = FolderListing.resolved(ImageName.folder(of: item.path))
            let name = PathText.name(of: item.path)
            guard places.insert(ExactName(folder + "/" + name)).inserted else {
                throw EvaluationError(
                    .twice, file: item.path, found: "found an image that another of the folders holds too",
                    expected: "folders that are not within each other, each given once")
            }
        }
    }

    private static func entersOriginals(_ name: String, _ siblings: [String]) -> Bool {
        func isOriginals(_ name: String) -> Bool { name.lowercasedASCII == "hr" }
        return isOriginals(name) || !siblings.contains(where: isOriginals)
    }
}
