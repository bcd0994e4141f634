/// An entry of a ZIP archive, as the central directory describes it.
package struct ZipEntry: Sendable {
    /// The name, folders included, separated by `/`.
    package let name: String
    /// The general-purpose flags.
    let flags: UInt16
    /// How the data are compressed.
    package let method: Method
    /// CRC-32 of the data.
    package let crc32: UInt32
    /// Bytes of the data in the archive.
    package let compressedSize: Int
    /// Bytes of the data.
    package let size: Int
    /// Where the entry's local header starts in the archive.
    package let headerOffset: Int
    /// Bytes of the name in the archive.
    let nameByteCount: Int
    /// The byte before which the entry's data must end: the next header, or the directory.
    package internal(set) var limit: Int

    /// How an entry's data are compressed, under the numbers of the format.
    package enum Method: Sendable, Hashable {
        case stored
        case deflated
        case other(UInt16)

        init(_ number: UInt16) {
            switch number {
            case 0: self = .stored
            case 8: self = .deflated
            default: self = .other(number)
            }
        }
    }

    /// Whether the data cannot be read without a password.
    package var isEncrypted: Bool { flags & ZipFormat.encryptionFlags != 0 }
}
