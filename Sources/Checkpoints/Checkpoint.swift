import Bytes
import Tensors

/// A file's format, as reports name it.
public enum CheckpointFormat: String, Sendable, Hashable, CaseIterable {
    /// PyTorch's ZIP archive, its default since version 1.6.
    case pyTorchZip = "pytorch-zip"
    /// safetensors: a JSON header and the tensors' bytes.
    case safetensors
}

/// A checkpoint: what is in the file, and its tensors, whose values are read only when they are asked for.
///
/// The file stays mapped into memory while the value lives.
public struct Checkpoint: Sendable {
    /// The path as it was given.
    public let file: String
    /// The file's format.
    public let format: CheckpointFormat
    /// Bytes of the file.
    public var byteCount: Int { region.count }
    /// What a reader should know and what is no error, such as checksums that the writer left out.
    public let notes: [String]
    /// Everything in the file, tensors and other values, as an inert tree.
    public let root: CheckpointNode
    /// The tensors in the order of the file. A tensor that has two names is listed under both.
    public let tensors: [TensorEntry]

    let region: ByteRegion
    let storages: any StorageSource

    /// Opens a checkpoint; the format is recognised by the content, never by the name.
    ///
    /// Nothing in the file is executed, and no tensor is read: a large file opens as fast as a small one.
    /// - Throws: a `CheckpointError` that says which file, where in it, what was found and what was expected.
    public static func open(_ path: String) throws(CheckpointError) -> Checkpoint {
        let region: ByteRegion
        do throws(BytesError) {
            region = try ByteRegion.mapping(path)
        } catch { throw error.recoded(.file(error.code), file: path) }
        do throws(CheckpointError) { return try open(region, file: path) } catch { throw error.inFile(path) }
    }

    /// Opens a checkpoint that lies in memory, under the name `file`.
    ///
    /// - Throws: what `open(_:)` throws.
    public static func open(_ region: ByteRegion, file: String) throws(CheckpointError) -> Checkpoint {
        switch FileKind(region) {
        case .zip: return try PyTorchZip.open(region, file: file)
        case .safetensors: return try Safetensors.open(region, file: file)
        case let kind:
            throw CheckpointError(
                .notCheckpoint, file: file, found: kind.description,
                expected: "a PyTorch checkpoint (a ZIP archive) or a safetensors file",
                advice: kind.advice)
        }
    }

    /// The SHA-256 of the whole file, as 64 lower-case hexadecimal digits.
    public func sha256() throws(CheckpointError) -> String { region.sha256() }
}

/// Where a checkpoint's storages lie.
protocol StorageSource: Sendable {
    /// Bytes of a storage, or nil where there is none of that key. Reads nothing.
    func byteCount(of key: String) -> Int?
    /// The bytes of a storage.
    func bytes(of key: String) throws(CheckpointError) -> ByteRegion
    /// Whether numbers are stored with the most significant byte first.
    var isBigEndian: Bool { get }
}
