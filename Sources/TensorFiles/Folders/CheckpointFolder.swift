import BBCUPlatform

/// The checkpoint in a folder: the plan of a distributed checkpoint, an index of shards, or a file of its own.
enum CheckpointFolder {
    private static let mostNames = 12

    /// The file that a path means.
    struct Place {
        var path: String
        /// The file's name, where it was chosen in a folder.
        var name: String?
        /// The folder's other checkpoint files.
        var others: [String] = []

        /// What a reader should know of the choice.
        func notes(of checkpoint: Checkpoint) -> [String] {
            guard let name else { return [] }
            let read = Set(checkpoint.shards.map { ExactName($0.name) })
            let unread = others.filter { !read.contains(ExactName($0)) }
            return ["The folder's \(name.printable(atMost: 160)) was opened."]
                + (unread.isEmpty ? [] : ["The folder also holds \(listed(unread)), which was not opened."])
        }
    }

    /// The file that a path means. A path of anything but a folder means itself.
    ///
    /// - Throws: `folder` if a folder holds no checkpoint, or several.
    static func locate(_ path: String) throws(CheckpointError) -> Place {
        guard FolderListing.isFolder(path) else { return Place(path: path) }
        guard let all = FolderListing.names(in: path)?.sorted(by: precedes) else {
            throw CheckpointError(
                .file(.unreadable), file: path, found: "the folder cannot be listed", advice: "check its permissions")
        }
        let folder = path.utf8.last == UInt8(ascii: "/") ? path : path + "/"
        let names = all.filter { [.file, .danglingLink].contains(FolderListing.lying(at: folder + $0)) }
        let indices = names.filter { ends($0, ".index.json") }
        let others = names.filter { name in FileKind.suffixes.contains { ends(name, $0) } }
        let plans = names.filter { $0.utf8.elementsEqual(DistributedCheckpoint.planName.utf8) }
        for candidates in [plans, indices, others] {
            guard let name = candidates.first else { continue }
            guard candidates.count == 1 else {
                throw CheckpointError(
                    .folder, file: path,
                    found: "a folder with \(candidates.count) checkpoints: \(listed(candidates))", expected: "one",
                    advice: "name the file that is meant")
            }
            return Place(
                path: folder + name, name: name,
                others: (indices + others).filter { !$0.utf8.elementsEqual(name.utf8) })
        }
        throw nothing(path, folder, all)
    }

    private static func nothing(_ path: String, _ folder: String, _ names: [String]) -> CheckpointError {
        if names.contains(where: DistributedCheckpoint.isPart) {
            return CheckpointError(
                .folder, file: path, found: "files of a distributed checkpoint without their plan",
                expected: "\(DistributedCheckpoint.planName) beside them",
                advice: "get it from where the files are from; a save that was broken off has written none")
        }
        let snapshots = names.contains { $0.utf8.elementsEqual("snapshots".utf8) }
        return CheckpointError(
            .folder, file: path, found: names.isEmpty ? "an empty folder" : "a folder without a checkpoint",
            expected: ".metadata of a distributed checkpoint, one *.index.json, or one checkpoint file",
            advice: snapshots && FolderListing.isFolder(folder + "snapshots")
                ? "name a folder in its snapshots" : "name the checkpoint file")
    }

    private static func listed(_ names: [String]) -> String {
        names.prefix(mostNames).map { $0.printable(atMost: 80) }.joined(separator: ", ")
            + (names.count > mostNames ? ", …" : "")
    }

    private static func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }

    private static func ends(_ name: String, _ suffix: String) -> Bool {
        name.utf8.count > suffix.utf8.count && name.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
}
