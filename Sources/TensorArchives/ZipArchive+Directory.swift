import BBCUPlatform
import TensorBytes

extension ZipArchive {
    /// Reads the directory of an archive.
    ///
    /// - Throws: `notZip` where no directory ends the bytes, and `malformed`, `multipart`, `duplicateName` or `overlap`.
    package static func read(_ region: ByteRegion, largestCount: Int = .max) throws(ZipError) -> ZipArchive {
        let zipEnd = try ZipEnd.read(region)
        let end = zipEnd.numbers
        guard end.entryCount <= largestCount else {
            throw ZipError(
                .limit, offset: end.directoryOffset, found: "\(end.entryCount) entries",
                expected: "at most \(largestCount)",
                advice: "that is a limit of this reader; raise it with ReadingLimits")
        }
        var entries = try directory(region, end)
        try confine(&entries, before: end.directoryOffset)
        return try ZipArchive(region: region, entries: entries, comment: zipEnd.comment)
    }

    private static func directory(_ region: ByteRegion, _ end: EndNumbers) throws(ZipError) -> [ZipEntry] {
        let bytes = try ZipError.malformed { () throws(BytesError) in
            try region.slice(at: end.directoryOffset, count: end.directorySize)
        }
        guard end.entryCount <= end.directorySize / ZipFormat.directoryHeaderSize else {
            throw ZipError(
                .malformed, offset: end.directoryOffset,
                found: "a directory of \(end.directorySize) bytes for \(end.entryCount) entries",
                expected: "at least \(ZipFormat.directoryHeaderSize) bytes an entry", advice: "the file is damaged")
        }
        var entries: [ZipEntry] = []
        entries.reserveCapacity(end.entryCount)
        var cursor = try ZipError.malformed { () throws(BytesError) in try ByteCursor(bytes) }
        for _ in 0..<end.entryCount {
            let start = cursor.position
            let header = try ZipError.malformed { () throws(BytesError) in try DirectoryHeader(&cursor) }
            guard let entry = header.entry else {
                throw ZipError(
                    .malformed, place: header.name, offset: end.directoryOffset + start,
                    found: "an entry of the directory contradicts itself", expected: "an entry of this one file",
                    advice: "the file is damaged")
            }
            entries.append(entry)
        }
        guard cursor.remaining == 0 else {
            throw ZipError(
                .malformed, offset: end.directoryOffset + cursor.position,
                found: "\(cursor.remaining) bytes after the directory's last entry", expected: "its end",
                advice: "the file is damaged")
        }
        return entries
    }

    /// Gives every entry the bytes up to the next one, so that no two can share any.
    private static func confine(_ entries: inout [ZipEntry], before directory: Int) throws(ZipError) {
        var limit = directory
        for index in entries.indices.sorted(by: { entries[$0].headerOffset > entries[$1].headerOffset }) {
            let entry = entries[index]
            let smallest = ZipFormat.localHeaderSize + entry.nameByteCount
            guard entry.headerOffset < limit, smallest <= limit - entry.headerOffset,
                entry.compressedSize <= limit - entry.headerOffset - smallest
            else {
                throw ZipError(
                    .overlap, place: entry.name, offset: entry.headerOffset,
                    found: "the entry's \(entry.compressedSize) bytes run into what follows at byte \(limit)",
                    expected: "entries that do not overlap", advice: "the file is damaged")
            }
            entries[index].limit = limit
            limit = entry.headerOffset
        }
    }
}
