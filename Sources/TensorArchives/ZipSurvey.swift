import BBCUPlatform
import TensorBytes

/// Everything in a run of bytes that some reader of ZIP archives could take for an entry, and everything odd about it.
///
/// Readers differ: one goes by the last end record, another by the first, a third follows the headers in front of the
/// data. Where they can disagree, an archive can show each of them something else. The survey never throws: it takes
/// every end record and every directory it can find, holds each directory entry against the header in front of its
/// data, and looks for headers in the bytes that no directory speaks of.
///
/// Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 (structure), 4.4 (fields), 4.5.3 (zip64).
package struct ZipSurvey: Sendable {
    /// An entry as one header describes it.
    package struct Entry: Sendable, Hashable {
        /// The name, decoded as UTF-8.
        package internal(set) var name: String
        /// The general-purpose flags.
        package internal(set) var flags: UInt16
        /// The number of the compression method.
        package internal(set) var method: UInt16
        /// CRC-32 of the data.
        package internal(set) var crc32: UInt32
        /// Bytes of the data in the archive.
        package internal(set) var compressedSize: Int
        /// Bytes of the data.
        package internal(set) var size: Int
        /// Where the header in front of the data starts.
        package internal(set) var headerOffset: Int
        /// Where the data start; nil where no header stands in front of them.
        package internal(set) var dataOffset: Int?
        /// The upper four bits of the Unix mode that the directory gives; 0 where it gives none.
        package internal(set) var fileType: UInt8 = 0
        /// Whether no directory lists the entry: it is known by the header in front of its data alone.
        package internal(set) var isUnlisted = false

        /// Whether the data cannot be read without a password.
        package var isEncrypted: Bool { flags & ZipFormat.encryptionFlags != 0 }
    }

    /// Something that an honest writer does not do, or that a reader should know.
    package struct Oddity: Sendable {
        /// The entry's name, or nil for the archive as a whole.
        package let entry: String?
        /// The byte it was found at, counted from the region's start.
        package let offset: Int
        /// What it is, in words.
        package let text: String
        /// Whether it is harmless.
        package let isHarmless: Bool
    }

    /// The bytes that were surveyed.
    package let region: ByteRegion
    /// The entries: those of the directories first.
    package internal(set) var entries: [Entry] = []
    /// What is odd about them.
    package internal(set) var oddities: [Oddity] = []
    /// Oddities beyond the limit, which are only counted.
    package internal(set) var furtherOddities = 0
    /// The bytes that belong to no entry, directory or end record, in order.
    package internal(set) var gaps: [Range<Int>] = []
    /// Comments of end records that are not empty.
    package internal(set) var comments: [Range<Int>] = []
    /// Bytes of headers that no reader needs, as far as they are not known to be harmless.
    package internal(set) var slack: [SlackBytes] = []
    /// Whether an end record with a directory was found.
    package internal(set) var hasDirectory = false
    /// What was left out because there is too much of it, in words.
    package internal(set) var leftOut: [String] = []

    var claimed: [Range<Int>] = []
    var known: [ExactName: Set<Entry>] = [:]
    /// Where directories were read, and by how much their offsets were shifted.
    var directories: Set<[Int]> = []
    var headerCount = 0
    /// Headers in front of data whose extra fields were looked at.
    var slackHeaders: Set<Int> = []

    static let entryLimit = 200_000
    static let oddityLimit = 200
    static let endLimit = 64

    /// Surveys a run of bytes.
    package init(_ region: ByteRegion) {
        self.region = region
        hasDirectory = readDirectories() > 0
        findUnlisted()
        findOverlaps()
        findDuplicates()
        findBlankChecksums()
        findLinks()
        gaps = unclaimed()
        claimed = []
        known = [:]
        directories = []
        slackHeaders = []
    }

    /// Whether the bytes start as an archive, or end as one.
    package static func looksLikeArchive(_ region: ByteRegion) -> Bool {
        if region.starts(with: Signature.local) { return true }
        return !EndRecord.all(in: region, from: max(0, region.count - EndRecord.reach)).records.isEmpty
    }

    /// The entry's data: as much of them as there are, at most `limit` bytes, and whether that is all.
    ///
    /// - Returns: nil for an entry that is encrypted, compressed by another method than deflate, or whose data lie
    ///   outside the region.
    package func contents(of entry: Entry, limit: Int) -> (data: ByteRegion, isWhole: Bool)? {
        guard !entry.isEncrypted, let start = entry.dataOffset, start <= region.count else { return nil }
        let available = min(entry.compressedSize, region.count - start)
        guard let raw = try? region.slice(at: start, count: available) else { return nil }
        switch entry.method {
        case 0: return (raw, available == entry.compressedSize)
        case 8: return Zlib.inflatePrefix(raw, limit: limit)
        default: return nil
        }
    }

    mutating func note(_ text: String, entry: String? = nil, at offset: Int, isHarmless: Bool = false) {
        guard oddities.count < Self.oddityLimit else {
            furtherOddities += 1
            return
        }
        oddities.append(Oddity(entry: entry, offset: offset, text: text, isHarmless: isHarmless))
    }

    /// The first bytes of the records.
    enum Signature {
        static let local: [UInt8] = [0x50, 0x4B, 3, 4]
        static let end: [UInt8] = [0x50, 0x4B, 5, 6]
    }
}
