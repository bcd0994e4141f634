import Bytes
import Checkpoints

/// What of a checkpoint is compared: its tensors and the values beside them, by their names under a root.
public struct CheckpointContent: Sendable {
    /// The tensors, in the order of the file.
    public let tensors: ExactDictionary<TensorEntry>
    /// Everything else in Python's notation, in the order of the file; without what only the file's format says.
    public let values: ExactDictionary<String>

    /// Storages that no tensor uses, each under its name.
    public let unlisted: [(name: String, storage: UnlistedStorage)]

    /// The part of a checkpoint under a root, of which only names that match the pattern.
    ///
    /// - Throws: `noRoot`, `tooManyValues`.
    public init(_ checkpoint: Checkpoint, root: String = "", pattern: NamePattern? = nil) throws(DifferenceError) {
        let selection = try Selection(checkpoint, root: root, pattern: pattern)
        let plain = selection.values(without: "")
        tensors = selection.tensors
        unlisted = selection.unlisted.map { ($0.name, $0.storage) }
        values = plain.texts.filter { !plain.metadata.contains(ExactName($0.key)) }
    }
}
