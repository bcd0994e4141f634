import BBCUPlatform
import TensorBytes

/// What is left of a ZIP archive whose directory is damaged or cut off, found by the headers in front of the data.
///
/// Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.9 (data descriptor), 4.5.3 (zip64).
package struct ZipSalvage: Sendable {
    /// The entries whose data are all there; whether they are right only their CRC-32 says.
    package let archive: ZipArchive
    /// Entries of which only a part is there, and why that is known.
    package let lost: [(name: String, reason: String)]

    /// Looks for entries, reading the bytes once.
    ///
    /// - Throws: `notZip` where there is no entry at all.
    package static func read(_ region: ByteRegion, largestCount: Int = 1_000_000) throws(ZipError) -> ZipSalvage {
        let (headers, ends) = signatures(in: region, largestCount: largestCount)
        var entries: [ZipEntry] = []
        var lost: [(name: String, reason: String)] = []
        var names: Set<ExactName> = []
        var position = 0
        for offset in headers where offset >= position {
            guard let header = LocalHeader(region, at: offset) else { continue }
            guard let entry = header.entry(at: offset, ends, limit: region.count) else {
                lost.append(
                    (FileName.text(header.name.bytes), "its data are cut off, or do not end"))
                continue
            }
            position = entry.limit
            guard names.insert(ExactName(entry.name)).inserted else {
                lost.append((entry.name, "an entry of this name comes before it"))
                continue
            }
            entries.append(entry)
        }
        guard !entries.isEmpty || !lost.isEmpty else {
            throw ZipError(
                .notZip, found: "no entry of a ZIP archive", expected: "at least one",
                advice: "nothing can be saved from this file: download it again")
        }
        return ZipSalvage(
            archive: try ZipArchive(region: region, entries: entries, comment: ByteRegion([])), lost: lost)
    }

    /// Where local headers may start, and where data may end: a descriptor says how long the data before it are.
    private static func signatures(
        in region: ByteRegion, largestCount: Int
    ) -> (headers: [Int], ends: [Int: DataEnd]) {
        var headers: [Int] = []
        var ends: [Int: DataEnd] = [:]
        var position = 0
        while let offset = region.firstIndex(of: 0x50, in: position..<max(position, region.count)),
            headers.count < largestCount, ends.count < 2 * largestCount
        {
            position = offset + 1
            switch region.integer(UInt32.self, at: offset) {
            case ZipFormat.localHeader: headers.append(offset)
            case ZipFormat.descriptor:
                guard let crc32 = region.integer(UInt32.self, at: offset + 4),
                    let narrow = region.integer(UInt32.self, at: offset + 8),
                    let narrowSize = region.integer(UInt32.self, at: offset + 12)
                else { continue }
                let end = DataEnd(offset: offset, crc32: crc32, size: Int(narrowSize))
                if Int(narrow) <= offset { ends[offset - Int(narrow)] = end }
                guard let wide = region.integer(UInt64.self, at: offset + 8), wide <= UInt64(offset),
                    let wideSize = region.integer(UInt64.self, at: offset + 16), let size = Int(exactly: wideSize),
                    wide > UInt64(UInt32.max) || ends[offset - Int(wide)] == nil
                else { continue }
                ends[offset - Int(wide)] = DataEnd(offset: offset, crc32: crc32, size: size)
            default: break
            }
        }
        return (headers, ends)
    }
}

/// Where data end, and what the descriptor behind them says of them.
private struct DataEnd {
    let offset: Int
    let crc32: UInt32
    let size: Int
}

extension LocalHeader {
    /// The entry, or nil where its end is not in the file. A writer that streams, as PyTorch does, leaves the sizes to
    /// the descriptor behind the data.
    fileprivate func entry(at offset: Int, _ ends: [Int: DataEnd], limit: Int) -> ZipEntry? {
        guard name.count > 0 else { return nil }
        let (size, compressedSize) = sizes
        let isStreamed = isDescribedLater && compressedSize == 0
        let described = isStreamed ? ends[end] : nil
        if isStreamed, described == nil { return nil }
        let compressed = described.map { $0.offset - end } ?? compressedSize
        guard compressed <= limit - end else { return nil }
        return ZipEntry(
            name: FileName.text(name.bytes), flags: fields.flags, method: ZipEntry.Method(fields.method),
            crc32: described?.crc32 ?? fields.crc32,
            compressedSize: compressed, size: described?.size ?? size, headerOffset: offset,
            nameByteCount: name.count, limit: end + compressed)
    }
}
