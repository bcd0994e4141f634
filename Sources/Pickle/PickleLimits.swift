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
