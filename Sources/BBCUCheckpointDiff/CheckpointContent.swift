import BBCUPlatform
import TensorBytes
import TensorFiles

/// What of a checkpoint is compared: its tensors and the values beside them, by their names under a root.
public struct CheckpointContent: Sendable {
    /// The tensors, in the order of the file.
    public let tensors: ExactDictionary<TensorEntry>
    /// Everything else in Python's notation, in the order of the file; without what only the file's format says.
    public let values: ExactDictionary<String>

    /// Values that cannot be compared, each with the reason.
    public let unknown: ExactDictionary<String>
    private let selection: Selection

    /// What the source files of a TorchScript archive are, in words that are equal if their bytes are; empty for a part.
    ///
    /// - Throws: what reading them throws.
    public func code() throws(DifferenceError) -> ExactDictionary<String> { try selection.code() }

    private let rest: [UnlistedDifference.Named]

    /// The names of what no tensor uses: storages, and the rest of storages that tensors use in part.
    public var unlisted: [String] { rest.map(\.name) }

    /// The bytes under one of the names in ``unlisted``, by its index.
    ///
    /// - Throws: what is wrong with them in the file.
    public func bytes(ofUnlisted index: Int) throws(CheckpointError) -> ByteRegion { try rest[index].bytes() }

    /// The part of a checkpoint under a root, of which only names that match the pattern.
    ///
    /// - Throws: `noRoot`, `tooManyValues`.
    public init(_ checkpoint: Checkpoint, root: String = "", pattern: NamePattern? = nil) throws(DifferenceError) {
        let selection = try Selection(checkpoint, root: root, pattern: pattern)
        let plain = selection.values(without: "")
        tensors = selection.tensors
        self.selection = selection
        unknown = plain.unknown
        rest = selection.unlisted
        values = plain.texts.filter { !plain.metadata.contains(ExactName($0.key)) }
    }
}
