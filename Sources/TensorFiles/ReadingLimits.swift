import TensorPickle

/// How much a file may ask for. Every limit is far above what an honest checkpoint needs and can be set by the caller.
///
/// Limits that need no number hold always: entries of an archive may not overlap, a tensor may not reach past its
/// storage, sizes and strides may not be negative or overflow, data may not inflate past their declared size.
public struct ReadingLimits: Sendable {
    /// Opcodes, memo entries, strings and memory of a pickle.
    public var pickle = PickleLimits()
    /// Objects within each other.
    public var nesting = 200
    /// Values a file may name beyond those that its size explains: parts that are shared can be named many times.
    public var sharedValues = 250_000
    /// Entries of an archive, and shards of an index.
    public var entries = 5_000_000
    /// Bytes of a header: a `.npy` file's, a safetensors file's, an index of shards.
    public var headerBytes = 100_000_000
    /// Bytes that one compressed entry may inflate to.
    public var inflatedBytes = 1 << 36
    /// A tensor of more elements than this, and of more than `repetition` times the bytes of its storage, is not
    /// written out: a stride of zero lets a file of one byte describe a tensor of any size.
    public var repeatedElements = 1 << 30
    /// See `repeatedElements`.
    public var repetition = 1000

    /// The limits that every command uses.
    public init() {}
}

/// What a reader is told beside the bytes.
struct Reading {
    /// The path, as it was given.
    var file: String
    var limits = ReadingLimits()
    /// Whether what cannot be read is passed over instead of being an error.
    var isSalvaging = false
    /// Whether the bytes lie within another checkpoint: they may not lead to other files, or to further ones within.
    var isWithin = false

    /// The same for bytes that lie within this file.
    var within: Reading {
        var reading = self
        reading.isWithin = true
        return reading
    }
}
