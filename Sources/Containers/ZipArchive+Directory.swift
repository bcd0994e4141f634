import Bytes

extension ZipArchive {
    /// Reads the directory of an archive.
    ///
    /// - Throws: `notZip` where no directory ends the bytes, and `malformed`, `multipart`, `duplicateName` or `overlap`.
    package static func read(_ region: ByteRegion, largestCount: Int = .max) throws(ZipError) -> ZipArchive {
        let end = try ZipEnd.read(region)
        guard end.entryCount <= largestCount else {
            throw ZipError(
                .malformed, offset: end.directoryOffset, found: "\(end.entryCount) entries",
                expected: "at most \(largestCount)", advice: "raise the limit if the file is to be trusted")
        }
        var entries = try directory(region, end)
        try confine(&entries, before: end.directoryOffset)
        return try ZipArchive(region: region, entries: entries, comment: end.comment)
    }

    private static func directory(_ region: ByteRegion, _ end: ZipEnd) throws(ZipError) -> [ZipEntry] {
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
            let smallest = ZipFormat.localHeaderSize + entry.name.utf8.count
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

/// One entry of the directory as it lies in the file (APPNOTE 4.3.12).
struct DirectoryHeader {
    let signature: UInt32
    let flags: UInt16
    let method: UInt16
    let crc32: UInt32
    let compressedSize: UInt32
    let size: UInt32
    let disk: UInt16
    let headerOffset: UInt32
    let name: String
    let extra: ByteRegion

    init(_ cursor: inout ByteCursor) throws(BytesError) {
        signature = try cursor.integer(UInt32.self)
        try cursor.skip(4)
        flags = try cursor.integer(UInt16.self)
        method = try cursor.integer(UInt16.self)
        try cursor.skip(4)
        crc32 = try cursor.integer(UInt32.self)
        compressedSize = try cursor.integer(UInt32.self)
        size = try cursor.integer(UInt32.self)
        let nameLength = Int(try cursor.integer(UInt16.self))
        let extraLength = Int(try cursor.integer(UInt16.self))
        let commentLength = Int(try cursor.integer(UInt16.self))
        disk = try cursor.integer(UInt16.self)
        try cursor.skip(6)
        headerOffset = try cursor.integer(UInt32.self)
        name = String(decoding: try cursor.bytes(nameLength).bytes, as: UTF8.self)
        extra = try cursor.bytes(extraLength)
        try cursor.skip(commentLength)
    }

    /// The entry, with the 64-bit numbers of the extra field where the others are full (APPNOTE 4.5.3); nil where the
    /// header is none, misses such a number, or belongs to another part.
    var entry: ZipEntry? {
        guard signature == ZipFormat.directoryHeader, disk == 0 || disk == .max else { return nil }
        guard var wide = try? wideNumbers() else { return nil }
        func number(_ narrow: UInt32) -> Int? {
            guard narrow == .max else { return Int(narrow) }
            return try? wide.count(UInt64.self)
        }
        guard let size = number(size), let compressedSize = number(compressedSize),
            let headerOffset = number(headerOffset)
        else { return nil }
        let method = ZipEntry.Method(method)
        guard method != .stored || size == compressedSize || flags & 1 != 0 else { return nil }
        return ZipEntry(
            name: name, flags: flags, method: method, crc32: crc32, compressedSize: compressedSize, size: size,
            headerOffset: headerOffset, limit: headerOffset)
    }

    /// A cursor on the zip64 field, or on nothing where there is none.
    private func wideNumbers() throws(BytesError) -> ByteCursor {
        var cursor = try ByteCursor(extra)
        while cursor.remaining >= 4 {
            let identifier = try cursor.integer(UInt16.self)
            let field = try cursor.bytes(Int(try cursor.integer(UInt16.self)))
            if identifier == ZipFormat.zip64Extra { return try ByteCursor(field) }
        }
        return try ByteCursor(ByteRegion([]))
    }
}
