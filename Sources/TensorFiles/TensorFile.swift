// What this API names comes along with it: element types, tensors, and the properties of an error.
import BBCUPlatform
@_exported import TensorBytes

/// The tensors of a checkpoint by their names: PyTorch's files of every generation, safetensors, NumPy's.
///
/// ```swift
/// let file = try TensorFile("BBCUM_x4.pth")
/// for tensor in file.tensors { print(tensor.name, tensor.dtype.rawValue, tensor.shape) }
/// let weights = try file["params.conv_first.weight"]?.floats
/// ```
///
/// The format is recognised by the content. Nothing in the file is executed, the file stays mapped into memory, and values
/// are read only when they are asked for. What else is known of the file is in ``checkpoint``.
public struct TensorFile: Sendable {
    /// The file in full: its tree of values, its format and writer, its notes, and what is missing in it.
    public let checkpoint: Checkpoint
    private let entries: [TensorEntry]
    private let places: [ExactName: Int]

    /// Opens a file, or the one checkpoint in a folder.
    ///
    /// - Throws: a `CheckpointError` that says which file, where in it, what was found and what was expected.
    public init(_ path: String, limits: ReadingLimits = ReadingLimits()) throws(CheckpointError) {
        self.init(try Checkpoint.open(path, limits: limits))
    }

    /// The tensors of a checkpoint that is open, such as one in memory.
    public init(_ checkpoint: Checkpoint) {
        self.checkpoint = checkpoint
        entries = checkpoint.allTensors
        places = Dictionary(
            entries.enumerated().map { (ExactName($1.name), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The tensors in the order of the file. A tensor that has two names is there under both.
    public var tensors: [FileTensor] { entries.map { FileTensor($0, in: checkpoint) } }

    /// The names of the tensors, in the same order: the keys that lead to each, joined by dots.
    public var names: [String] { entries.map(\.name) }

    /// The tensor of a name, or nil if there is none.
    ///
    /// Names are the same where their Unicode scalars are, so that the two spellings of `é` are two names. Where the keys
    /// of two tensors make one name, as `a`, `b` and `a.b` do, it is the first in the file; ``tensors`` has both.
    public subscript(name: String) -> FileTensor? {
        places[ExactName(name)].map { FileTensor(entries[$0], in: checkpoint) }
    }

    /// What the file names and does not have, or does not have whole, such as shards that are not there. The file holds
    /// all that it names where this is empty.
    public var missing: [Checkpoint.Missing] { checkpoint.missing }
}

/// A tensor in a ``TensorFile``. Its values are read from the file whenever they are asked for.
public struct FileTensor: Sendable {
    /// How the tensor lies in the file.
    public let entry: TensorEntry
    private let checkpoint: Checkpoint

    init(_ entry: TensorEntry, in checkpoint: Checkpoint) {
        self.entry = entry
        self.checkpoint = checkpoint
    }

    /// The keys that lead to the tensor, joined by dots; empty for a tensor that was saved bare.
    public var name: String { entry.name }
    /// The element type.
    public var dtype: DType { entry.dtype }
    /// The sizes, outermost first; empty for a scalar.
    public var shape: [Int] { entry.shape }

    /// The values as float32 in row-major order, or nil for a dtype that is not a real floating-point type. float64 is
    /// rounded to nearest; every other type converts exactly.
    ///
    /// - Throws: a `CheckpointError` where the values cannot be read: a wrong CRC-32, a shard that is not there.
    public var floats: [Float]? {
        get throws(CheckpointError) { dtype.hasFloats ? try read().floats() : nil }
    }

    /// The values in memory, with what converts them: `floats()`, `doubles()`.
    ///
    /// - Throws: a `CheckpointError` where the values cannot be read.
    public func read() throws(CheckpointError) -> Tensor { try checkpoint.tensor(entry) }

    /// Calls `body` with the values, row-major and little-endian; where they lie in the file like that they are not
    /// copied. The memory is valid within `body` only. Of a dtype that this version does not know it is the bytes in the
    /// file.
    ///
    /// - Throws: a `CheckpointError` where the values cannot be read, and what `body` throws.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        try checkpoint.values(entry).withUnsafeBytes(body)
    }
}
