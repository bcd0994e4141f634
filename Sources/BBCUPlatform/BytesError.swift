/// What can go wrong with a file or a run of bytes, before any format is looked at.
public enum BytesCode: Hashable, Sendable {
    /// There is no such file.
    case absent
    /// The path names a directory.
    case isDirectory
    /// The file exists and cannot be read: permissions, a device, an input error.
    case unreadable
    /// The file holds no bytes.
    case empty
    /// More bytes are needed than there are.
    case pastEnd
    /// A number in the file does not fit the machine's integers.
    case overflow
    /// A file could not be written.
    case unwritable
}

extension BytesCode: WritingCode {
    package var isUnwritable: Bool { self == .unwritable }
}

/// An error of files and cursors.
public typealias BytesError = ReadingError<BytesCode>
