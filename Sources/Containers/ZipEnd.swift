import Bytes

/// The signatures and sizes of the ZIP format.
enum ZipFormat {
    static let localHeader: UInt32 = 0x0403_4B50
    static let directoryHeader: UInt32 = 0x0201_4B50
    static let end: UInt32 = 0x0605_4B50
    static let zip64End: UInt32 = 0x0606_4B50
    static let zip64Locator: UInt32 = 0x0706_4B50
    static let zip64Extra: UInt16 = 1
    static let localHeaderSize = 30
    static let directoryHeaderSize = 46
    static let endSize = 22
    static let zip64EndSize = 56
    static let zip64LocatorSize = 20
    static let largestComment = 0xFFFF
}

/// What the end of an archive says of its directory (APPNOTE 4.3.14 to 4.3.16).
struct ZipEnd {
    var disk: Int
    var entryCount: Int
    var directorySize: Int
    var directoryOffset: Int
    var comment: ByteRegion

    /// Finds the end record, and the 64-bit one before it.
    static func read(_ region: ByteRegion) throws(ZipError) -> ZipEnd {
        guard let offset = find(in: region) else {
            throw ZipError(
                .notZip, found: "no ZIP directory at its end", expected: "a whole ZIP archive",
                advice: "the file is cut off, or is not an archive")
        }
        let (end, recordOffset) = try ZipError.malformed { () throws(BytesError) in
            let narrow = try narrowRecord(region, at: offset)
            guard let wide = try wideRecord(region, before: offset) else { return (narrow, offset) }
            // Some readers go by one record and some by the other: where both speak they have to agree.
            guard wide.agrees(with: narrow) else {
                throw BytesError(
                    .unreadable, offset: wide.offset, found: "a zip64 end record that contradicts the one behind it",
                    expected: "the same directory", advice: "do not trust this file")
            }
            return (wide.filling(narrow), wide.offset)
        }
        guard end.disk == 0 else {
            throw ZipError(
                .multipart, offset: offset, found: "the archive is one part of several", expected: "a whole archive",
                advice: "join the parts first")
        }
        guard end.directoryOffset.adding(end.directorySize) == recordOffset else {
            throw ZipError(
                .malformed, offset: recordOffset,
                found: "a directory of \(end.directorySize) bytes from byte \(end.directoryOffset)",
                expected: "a directory that ends here", advice: "the file is damaged, or something was put before it")
        }
        return end
    }

    /// The end record is the last whose comment reaches exactly to the end.
    private static func find(in region: ByteRegion) -> Int? {
        let last = region.count - ZipFormat.endSize
        guard last >= 0 else { return nil }
        let first = max(0, last - ZipFormat.largestComment)
        var offset = last
        while offset >= first {
            if region.integer(UInt32.self, at: offset) == ZipFormat.end,
                region.integer(UInt16.self, at: offset + 20).map({ Int($0) }) == last - offset
            {
                return offset
            }
            offset -= 1
        }
        return nil
    }

    private static func narrowRecord(_ region: ByteRegion, at offset: Int) throws(BytesError) -> ZipEnd {
        var cursor = try ByteCursor(region, at: offset + 4)
        let disk = Int(try cursor.integer(UInt16.self))
        try cursor.skip(4)
        let entryCount = Int(try cursor.integer(UInt16.self))
        let size = Int(try cursor.integer(UInt32.self))
        let directory = Int(try cursor.integer(UInt32.self))
        let comment = try cursor.bytes(Int(try cursor.integer(UInt16.self)))
        return ZipEnd(
            disk: disk, entryCount: entryCount, directorySize: size, directoryOffset: directory, comment: comment)
    }

    private struct Wide {
        let offset: Int
        let disk: Int
        let entryCount: Int
        let directorySize: Int
        let directoryOffset: Int

        /// Whether every number of the narrow record is full or the same.
        func agrees(with narrow: ZipEnd) -> Bool {
            (narrow.disk == 0xFFFF || narrow.disk == disk)
                && (narrow.entryCount == 0xFFFF || narrow.entryCount == entryCount)
                && (narrow.directorySize == 0xFFFF_FFFF || narrow.directorySize == directorySize)
                && (narrow.directoryOffset == 0xFFFF_FFFF || narrow.directoryOffset == directoryOffset)
        }

        /// A number of the narrow record counts unless it is full.
        func filling(_ narrow: ZipEnd) -> ZipEnd {
            var end = narrow
            if narrow.disk == 0xFFFF { end.disk = disk }
            if narrow.entryCount == 0xFFFF { end.entryCount = entryCount }
            if narrow.directorySize == 0xFFFF_FFFF { end.directorySize = directorySize }
            if narrow.directoryOffset == 0xFFFF_FFFF { end.directoryOffset = directoryOffset }
            return end
        }
    }

    /// The zip64 end record that the locator before the end record points to, or nil where there is no locator.
    private static func wideRecord(_ region: ByteRegion, before end: Int) throws(BytesError) -> Wide? {
        let locatorOffset = end - ZipFormat.zip64LocatorSize
        guard locatorOffset >= 0 else { return nil }
        var locator = try ByteCursor(region, at: locatorOffset)
        guard try locator.integer(UInt32.self) == ZipFormat.zip64Locator else { return nil }
        try locator.skip(4)
        let offset = try locator.count(UInt64.self)
        var cursor = try ByteCursor(region, at: offset)
        guard try cursor.integer(UInt32.self) == ZipFormat.zip64End else {
            throw BytesError(
                .unreadable, offset: offset, found: "no zip64 directory end here",
                expected: "the record that byte \(locatorOffset) points to", advice: "the file is damaged")
        }
        try cursor.skip(12)
        let disk = Int(try cursor.integer(UInt32.self))
        try cursor.skip(12)
        return Wide(
            offset: offset, disk: disk, entryCount: try cursor.count(UInt64.self),
            directorySize: try cursor.count(UInt64.self), directoryOffset: try cursor.count(UInt64.self))
    }
}
