import BBCUPlatform
import Synchronization
import TensorBytes

/// A ZIP archive, read by its central directory. Nothing but the directory is touched until an entry is read.
///
/// Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 (structure), 4.4 (fields), 4.5.3 (zip64).
package struct ZipArchive: Sendable {
    /// The bytes of the whole archive.
    package let region: ByteRegion
    /// The entries, in the directory's order.
    package let entries: [ZipEntry]
    /// The archive's comment.
    package let comment: ByteRegion
    /// Whether the archive's writer computed CRC-32 at all. PyTorch can be told not to, and then writes 0 for every
    /// entry.
    package let hasChecksums: Bool
    /// Bytes that one entry may inflate to.
    package var largestInflated = 1 << 36
    private let indices: [ExactName: Int]
    private let checked = CheckedEntries()

    init(region: ByteRegion, entries: [ZipEntry], comment: ByteRegion) throws(ZipError) {
        self.region = region
        self.entries = entries
        self.comment = comment
        hasChecksums = entries.allSatisfy { $0.size == 0 } || entries.contains { $0.crc32 != 0 }
        var indices: [ExactName: Int] = [:]
        indices.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            guard indices.updateValue(index, forKey: ExactName(entry.name)) == nil else {
                throw ZipError(
                    .duplicateName, place: entry.name, found: "the archive has two entries of this name",
                    expected: "one", advice: "which of them is meant cannot be known: write the file again")
            }
        }
        self.indices = indices
    }

    /// The entry of a name, or nil.
    package func entry(_ name: String) -> ZipEntry? { indices[ExactName(name)].map { entries[$0] } }

    /// The entry of a name, or if there is none the only one whose name differs in the case of ASCII letters alone.
    package func entry(inAnyCase name: String) -> ZipEntry? {
        if let entry = entry(name) { return entry }
        return checked.folded(name, entries).map { entries[$0] }
    }

    /// Entries whose CRC-32 the writer left out, although it computed others: PyTorch does so for storages that are
    /// filled after `torch.save` (`torch.serialization.skip_data`). Their data are not checked.
    package var unchecked: [ZipEntry] { hasChecksums ? entries.filter { $0.crc32 == 0 && $0.size > 0 } : [] }

    /// The data of an entry: for a stored one a part of the archive's own bytes. CRC-32 is checked the first time.
    ///
    /// - Throws: `missingEntry`, `encrypted`, `method`, `headerMismatch`, `malformed`, `inflate` or `checksum`.
    package func contents(of name: String) throws(ZipError) -> ByteRegion {
        guard let index = indices[ExactName(name)] else {
            throw ZipError(.missingEntry, place: name, found: "the archive has no such entry")
        }
        if let inflated = checked.inflated(index) { return inflated }
        let entry = entries[index]
        let raw = try storedBytes(entry)
        let data: ByteRegion
        switch entry.method {
        case .stored: data = raw
        case .deflated:
            guard entry.size <= largestInflated else {
                throw ZipError(
                    .inflate, place: name, found: "an entry that inflates to \(entry.size) bytes",
                    expected: "at most \(largestInflated)", advice: "raise the limit if the file is to be trusted")
            }
            data = try Zlib.inflate(raw, size: entry.size, name: entry.name)
        case .other(let number):
            throw ZipError(
                .method, place: name, found: "the entry is compressed by method \(number)",
                expected: "stored or deflated", advice: "zip it again without that method")
        }
        if hasChecksums, entry.crc32 != 0, !checked.contains(index) { try check(data, of: entry) }
        checked.insert(index, inflated: entry.method == .deflated ? data : nil)
        return data
    }

    /// The first bytes of an entry, at most `count`: no more is inflated. CRC-32 is not checked.
    ///
    /// - Throws: what `contents(of:)` throws, but `checksum`.
    package func beginning(of name: String, count: Int) throws(ZipError) -> ByteRegion {
        guard let entry = entry(name) else {
            throw ZipError(.missingEntry, place: name, found: "the archive has no such entry")
        }
        let raw = try storedBytes(entry)
        let count = min(count, entry.size)
        switch entry.method {
        case .stored:
            return try ZipError.malformed(place: name) { () throws(BytesError) in try raw.slice(at: 0, count: count) }
        case .deflated: return try Zlib.beginning(raw, count: count, name: name)
        case .other: return try contents(of: name)
        }
    }

    private func check(_ data: ByteRegion, of entry: ZipEntry) throws(ZipError) {
        let actual = CRC32.of(data)
        guard actual == entry.crc32 else {
            throw ZipError(
                .checksum, place: entry.name, found: "the data have CRC-32 \(hexadecimal(actual))",
                expected: "\(hexadecimal(entry.crc32)) as the archive says",
                advice: "the file is damaged: download it again")
        }
    }

    /// The entry's bytes as they lie in the archive; where they start only the local header knows.
    private func storedBytes(_ entry: ZipEntry) throws(ZipError) -> ByteRegion {
        guard !entry.isEncrypted else {
            throw ZipError(
                .encrypted, place: entry.name, found: "the entry is encrypted", advice: "decrypt the archive first")
        }
        guard let header = LocalHeader(region, at: entry.headerOffset) else {
            throw ZipError(
                .malformed, place: entry.name, offset: entry.headerOffset, found: "no entry starts here",
                expected: "the header the directory points to", advice: "the file is damaged")
        }
        let (name, dataOffset) = (FileName.text(header.name.bytes), header.end)
        guard name.isExactly(entry.name) else {
            throw ZipError(
                .headerMismatch, place: entry.name, offset: entry.headerOffset,
                found: "the header before the data names the entry '\(name)'", expected: "the directory's name",
                advice: "do not trust this file")
        }
        guard dataOffset <= entry.limit, entry.compressedSize <= entry.limit - dataOffset else {
            throw ZipError(
                .overlap, place: entry.name, offset: dataOffset,
                found: "the next entry starts at byte \(entry.limit)",
                expected: "\(entry.compressedSize) bytes of data",
                advice: "the file is damaged")
        }
        return try ZipError.malformed(place: entry.name) { () throws(BytesError) in
            try region.slice(at: dataOffset, count: entry.compressedSize)
        }
    }
}

/// Which entries' CRC-32 held, and the data of the one inflated last, since several tensors may lie in one entry.
private final class CheckedEntries: Sendable {
    private struct State {
        var indices: Set<Int> = []
        var last: (index: Int, data: ByteRegion)?
        /// The entries by their names in lower case; nil for a name that several have.
        var folded: [[UInt8]: Int?]?
    }

    private let state = Mutex(State())

    func contains(_ index: Int) -> Bool { state.withLock { $0.indices.contains(index) } }

    func inflated(_ index: Int) -> ByteRegion? {
        state.withLock { $0.last?.index == index ? $0.last?.data : nil }
    }

    /// The number of the only entry of a name, whatever the case of its ASCII letters.
    func folded(_ name: String, _ entries: [ZipEntry]) -> Int? {
        func lower(_ name: String) -> [UInt8] { name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }
        return state.withLock { state in
            let folded =
                state.folded
                ?? Dictionary(entries.enumerated().map { (lower($1.name), $0) }, uniquingKeysWith: { _, _ in nil })
            state.folded = folded
            return folded[lower(name)] ?? nil
        }
    }

    func insert(_ index: Int, inflated data: ByteRegion?) {
        state.withLock { state in
            state.indices.insert(index)
            if let data { state.last = (index, data) }
        }
    }
}
