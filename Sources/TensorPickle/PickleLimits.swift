/// How much a pickle may ask for. The number of objects needs no limit of its own: each takes an opcode.
public struct PickleLimits: Sendable {
    /// Opcodes that are run.
    public var opcodes: Int
    /// Entries of the memo.
    public var memoEntries: Int
    /// Bytes of one string, or of one number as text.
    public var stringBytes: Int
    /// Marks open at the same time.
    public var marks: Int
    /// Memory that the pickle's objects may take, in proportion to its bytes: an opcode of one byte makes an object of
    /// a hundred. What PyTorch writes takes about 20 for each byte.
    public var memoryPerByte = 64
    /// Memory that even a small pickle may take, in bytes.
    public var leastMemory = 64 << 20

    /// Limits far above what PyTorch writes for its largest models.
    public init(
        opcodes: Int = 200_000_000, memoEntries: Int = 50_000_000, stringBytes: Int = 1 << 30, marks: Int = 1_000_000
    ) {
        self.opcodes = opcodes
        self.memoEntries = memoEntries
        self.stringBytes = stringBytes
        self.marks = marks
    }
}
