import BBCUPlatform

extension Checkpoint {
    /// Something that a file names and does not have, or does not have whole.
    public struct Missing: Encodable, Sendable, Hashable {
        /// The name: a tensor's, or that of a part of the file.
        public let name: String
        /// Why it is missing, in words.
        public let reason: String
    }

    /// What is missing below a part of the file: keys joined by dots; the empty path is the whole file.
    public func missing(under root: String) -> [Missing] {
        guard !root.isEmpty else { return missing }
        let start = Array((root + ".").utf8)
        return missing.filter { $0.name.utf8.starts(with: start) || $0.name.utf8.elementsEqual(root.utf8) }
    }

    /// Whether a tensor lies beside the state dict: a constant or an example input of an exported program.
    public func isApart(_ entry: TensorEntry) -> Bool {
        guard entry.path.count > 1, let first = entry.path.first else { return false }
        return apart.contains { $0.utf8.elementsEqual(first.utf8) }
    }

    /// The paths of this file and of those beside it that hold its tensors.
    public var paths: [String] {
        let folder = NeighbourFile.folder(of: file)
        return [file] + shards.map { folder + $0.name }
    }

    /// Refuses a checkpoint that does not hold all that it names, for a use that needs all of it.
    ///
    /// - Throws: `incomplete`, with the first thing that is missing.
    public func requireComplete() throws(CheckpointError) {
        guard let first = missing.first else { return }
        let more = missing.count > 1 ? " (and \(missing.count - 1) more)" : ""
        throw CheckpointError(
            .incomplete, file: file, place: first.name, found: first.reason + more, expected: "everything it names",
            advice: .listMissing)
    }
}
