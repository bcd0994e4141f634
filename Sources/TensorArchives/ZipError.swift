import BBCUPlatform

/// What can be wrong with a ZIP archive.
public enum ZipCode: Hashable, Sendable {
    /// The bytes are not a ZIP archive: no directory at their end.
    case notZip
    /// The directory, or a header, contradicts itself or points outside the file.
    case malformed
    /// The file ends before the archive does.
    case truncated
    /// A limit is exceeded.
    case limit
    /// The archive spans several files.
    case multipart
    /// Two entries have one name.
    case duplicateName
    /// Two entries use the same bytes.
    case overlap
    /// There is no entry of that name.
    case missingEntry
    /// The entry is encrypted.
    case encrypted
    /// The entry is compressed by a method other than deflate.
    case method
    /// A header in front of the data says otherwise than the directory.
    case headerMismatch
    /// The compressed data cannot be inflated, or to another size than the directory says.
    case inflate
    /// The data are not those that the archive's CRC-32 was computed of.
    case checksum
    /// The archive cannot be written.
    case unwritable
}

/// An error of ZIP archives.
public typealias ZipError = ReadingError<ZipCode>

extension ReadingError where Code == ZipCode {
    /// Runs what reads with a cursor; where that runs past an end, the archive is malformed.
    static func malformed<Result>(
        place: String? = nil, _ body: () throws(BytesError) -> Result
    ) throws(ZipError) -> Result {
        do throws(BytesError) { return try body() } catch { throw error.recoded(.malformed, place: place) }
    }
}
