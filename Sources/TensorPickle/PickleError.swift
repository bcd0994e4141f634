import BBCUPlatform

/// What can be wrong with a pickle.
public enum PickleCode: Hashable, Sendable {
    /// The pickle ends before its STOP.
    case truncated
    /// A byte is no opcode.
    case opcode
    /// The protocol is newer than 5.
    case version
    /// An opcode takes more from the stack, or another kind of value, than lies there.
    case stack
    /// An opcode asks the memo for what was never put there.
    case memo
    /// An opcode's argument is not what it must be.
    case argument
    /// A limit is exceeded.
    case limit
}

/// An error of pickles.
public typealias PickleError = ReadingError<PickleCode>
