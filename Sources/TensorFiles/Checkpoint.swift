import BBCUPlatform
import TensorBytes

/// A checkpoint: what is in the file, and its tensors, whose values are read only when they are asked for.
///
/// The file stays mapped into memory while the value lives.
public struct Checkpoint: Sendable {
    /// The path as it was given; of a folder, the file in it that was opened.
    public let file: String
    /// The file's format.
    public let format: CheckpointFormat
    /// Who wrote the file, as far as its structure shows: `PyTorch 2.8 or later`. Nil for formats that many write.
    public var writer: String?
    /// Bytes of the file.
    public var byteCount: Int { region.count }
    /// What a reader should know and what is no error, such as checksums that the writer left out.
    public var notes: [String] = []
    /// Everything in the file, tensors and other values, as an inert tree.
    public let root: CheckpointNode
    /// The tensors in the order of the file. A tensor that has two names is listed under both.
    public internal(set) var tensors: [TensorEntry]
    /// The files beside this one that hold its tensors: those of an index of shards.
    public var shards: [Shard] = []
    /// What the file names and does not have, or does not have whole. The listing is complete where this is empty.
    public var missing: [Missing] = []
    /// The keys at the root below which lies what is no part of the state dict: constants and example inputs of an
    /// exported program.
    public var apart: [String] = []
    /// The names of source files that a TorchScript archive carries; nothing reads them.
    public var code: [String] = []
    /// What comes behind the first object of the file: a second `torch.save`, a second `numpy.save`.
    public internal(set) var later: [LaterObject] = []

    /// One of the files that an index names.
    public struct Shard: Encodable, Sendable, Hashable {
        /// The file's name, without a folder.
        public let name: String
        /// The file's format.
        public let format: CheckpointFormat
        /// Bytes of the file.
        public let byteCount: Int

        private enum CodingKeys: String, CodingKey {
            case name = "file"
            case format
            case byteCount = "bytes"
        }
    }

    /// Why the storages of some keys cannot be read, though the file names them.
    var unreadable: ExactDictionary<String> = [:]
    /// What stands before the names of source files in their entries' names.
    var codeFolder = ""
    /// Where the first object ends; nil if the format has nothing behind it.
    var end: Int?
    var region: ByteRegion
    var storages: any StorageSource
    var limits = ReadingLimits()

    init(
        _ reading: Reading, format: CheckpointFormat, root: CheckpointNode, tensors: [TensorEntry],
        region: ByteRegion, storages: any StorageSource
    ) {
        file = reading.file
        self.format = format
        self.root = root
        self.tensors = tensors
        self.region = region
        self.storages = storages
        limits = reading.limits
    }

    /// Opens a checkpoint; the format is recognised by the content, never by the name. Of a folder, the one checkpoint
    /// in it is opened: the plan of a distributed checkpoint, an index of shards, or a single file.
    ///
    /// Nothing in the file is executed, and no tensor is read: a large file opens as fast as a small one.
    /// - Throws: a `CheckpointError` that says which file, where in it, what was found and what was expected.
    public static func open(
        _ path: String, limits: ReadingLimits = ReadingLimits()
    ) throws(CheckpointError) -> Checkpoint {
        guard !DistributedCheckpoint.isPart(path) || FolderListing.lying(at: path) != .file else {
            throw CheckpointError(
                .distributed, file: path, found: "pieces of a distributed checkpoint, whose names its plan has",
                expected: "the plan", advice: "name the folder, or the .metadata in it")
        }
        let place = try CheckpointFolder.locate(path)
        var checkpoint = try open(try map(place.path), file: place.path, limits: limits)
        checkpoint.notes = place.notes(of: checkpoint) + checkpoint.notes
        if checkpoint.metadata["DCP_SHARDING_INFO"] != nil {
            checkpoint.notes.append(
                "A rank's file of a distributed checkpoint (DCP_SHARDING_INFO): its tensors may be parts of larger ones."
            )
        }
        return checkpoint
    }

    /// Opens a checkpoint that lies in memory, under the name `file`.
    ///
    /// - Throws: what `open(_:limits:)` throws.
    public static func open(
        _ region: ByteRegion, file: String, limits: ReadingLimits = ReadingLimits()
    ) throws(CheckpointError) -> Checkpoint {
        try open(region, Reading(file: file, limits: limits))
    }

    package static func map(_ path: String) throws(CheckpointError) -> ByteRegion {
        do throws(BytesError) {
            return try ByteRegion.mapping(path)
        } catch { throw error.recoded(.file(error.code), file: path) }
    }

    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        var checkpoint = try openFirst(region, reading)
        checkpoint.findLater(reading)
        return checkpoint
    }

    /// The first object of a file; where it ends it says itself.
    static func openFirst(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        do throws(CheckpointError) {
            let kind = FileKind(region)
            guard let open = kind.reader else {
                throw CheckpointError(
                    .notCheckpoint, found: kind.description,
                    expected: "a checkpoint of PyTorch, safetensors or NumPy", advice: kind.advice)
            }
            return try open(region, reading)
        } catch { throw error.inFile(reading.file) }
    }

    /// The texts of a safetensors file's `__metadata__`; empty for every other format.
    public var metadata: [String: String] {
        Dictionary(texts.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The same in the file's order, under names that may differ only in their Unicode form.
    public var texts: ExactDictionary<String> {
        guard format == .safetensors, case .dictionary(let items)? = root["__metadata__"] else { return [:] }
        var texts: ExactDictionary<String> = [:]
        for item in items { if case .string(let text) = item.value { texts[item.name] = text } }
        return texts
    }

    /// The SHA-256 of the whole file, as 64 lower-case hexadecimal digits.
    public func sha256() throws(CheckpointError) -> String { region.sha256() }
}
