import TensorBytes

/// Bytes of an archive that no reader of it needs: comments, extra fields, padding. Those that are plainly harmless are
/// left out: zeros, the filling that a writer is known for, fields whose shape holds.
package struct SlackBytes: Sendable {
    /// The entry that they belong to, or nil for the archive as a whole.
    package let entry: String?
    /// Which part of the archive they are, in words.
    package let part: String
    /// The byte they start at, counted from the start of the archive.
    package let offset: Int
    /// The bytes.
    package let bytes: ByteRegion
    /// Whether the format says that the part is text in Latin-1.
    package let isLatin: Bool

    init(entry: String? = nil, _ part: String, at offset: Int, _ bytes: ByteRegion, isLatin: Bool = false) {
        (self.entry, self.part, self.offset, self.bytes, self.isLatin) = (entry, part, offset, bytes, isLatin)
    }

    /// Parts that are kept; what is beyond is left out, and said to be.
    static let limit = 10_000

    /// Whether bytes are one line of printable ASCII. No pickle can name anything in it: names end in line feeds, or have
    /// opcodes beyond ASCII.
    static func isLine(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { (0x20...0x7E).contains($0) } }

    static func isZero(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { $0 == 0 } }
}
