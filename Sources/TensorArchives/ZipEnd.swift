import BBCUPlatform
import TensorBytes

/// What the end of an archive says of its directory (APPNOTE 4.3.14 to 4.3.16).
struct ZipEnd {
    let numbers: EndNumbers
    let comment: ByteRegion

    /// Finds the end record, and the 64-bit one before it.
    static func read(_ region: ByteRegion) throws(ZipError) -> ZipEnd {
        guard let offset = find(in: region) else {
            throw ZipError(
                .notZip, found: missingEnd(region), expected: "a whole ZIP archive",
                advice: "download it again")
        }
        if let missing = missingBytes(region, before: offset) {
            throw ZipError(
                .truncated, offset: offset, found: "\(missing) bytes are missing before the archive's directory ends",
                expected: "the directory's end where the archive says", advice: "download it again")
        }
        let (end, recordOffset) = try ZipError.malformed { () throws(BytesError) in
            var cursor = try ByteCursor(region, at: offset + 4)
            let narrow = try EndNumbers(narrow: &cursor)
            let comment = try cursor.bytes(Int(try cursor.integer(UInt16.self)))
            guard let (wide, wideOffset) = try wideRecord(region, before: offset) else {
                return (ZipEnd(numbers: narrow, comment: comment), offset)
            }
            // Some readers go by one record and some by the other: where both speak they have to agree.
            guard narrow.filled(from: wide) == wide else {
                throw BytesError(
                    .unreadable, offset: wideOffset, found: "a zip64 end record that contradicts the one behind it",
                    expected: "the same directory", advice: "do not trust this file")
            }
            return (ZipEnd(numbers: wide, comment: comment), wideOffset)
        }
        let numbers = end.numbers
        guard numbers.disk == 0 else {
            throw ZipError(
                .multipart, offset: offset, found: "the archive is one part of several", expected: "a whole archive",
                advice: "join the parts first")
        }
        if let stated = numbers.directoryOffset.adding(numbers.directorySize), stated > recordOffset {
            throw ZipError(
                .truncated, offset: recordOffset,
                found: "\(stated - recordOffset) bytes are missing before the archive's directory ends",
                expected: "the directory's end at byte \(stated)", advice: "download it again")
        }
        guard numbers.directoryOffset.adding(numbers.directorySize) == recordOffset else {
            throw ZipError(
                .malformed, offset: recordOffset,
                found: "a directory of \(numbers.directorySize) bytes from byte \(numbers.directoryOffset)",
                expected: "a directory that ends here",
                advice: "something was put before the archive, or the file is damaged")
        }
        return end
    }

    /// Bytes at the end that are looked at for a download that reserved its room.
    private static let tail = 4096

    /// What a file without a directory looks like. How much of it is missing only the directory would say.
    private static func missingEnd(_ region: ByteRegion) -> String {
        guard region.starts(with: [0x50, 0x4B, 0x03, 0x04]) else { return "no ZIP directory at its end" }
        let zeros = (0..<min(tail, region.count)).prefix { region[region.count - 1 - $0] == 0 }.count
        if zeros >= min(tail, region.count) / 2 {
            return "the file ends in zero bytes instead of its ZIP directory: the download was not finished"
        }
        return "the file ends early: the ZIP directory at its end is missing"
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

    /// How many bytes closer to the start than stated the zip64 end record lies; nil if it lies where it should, or
    /// there is none.
    private static func missingBytes(_ region: ByteRegion, before end: Int) -> Int? {
        let locator = end - ZipFormat.zip64LocatorSize
        let record = locator - ZipFormat.zip64EndSize
        guard region.integer(UInt32.self, at: locator) == ZipFormat.zip64Locator,
            region.integer(UInt32.self, at: record) == ZipFormat.zip64End,
            let stated = region.integer(UInt64.self, at: locator + 8).flatMap({ Int(exactly: $0) }), stated > record
        else { return nil }
        return stated - record
    }

    /// The zip64 end record that the locator before the end record points to, or nil where there is no locator.
    private static func wideRecord(
        _ region: ByteRegion, before end: Int
    ) throws(BytesError) -> (EndNumbers, offset: Int)? {
        let locatorOffset = end - ZipFormat.zip64LocatorSize
        guard region.integer(UInt32.self, at: locatorOffset) == ZipFormat.zip64Locator else { return nil }
        var locator = try ByteCursor(region, at: locatorOffset + 8)
        let offset = try locator.count(UInt64.self)
        var cursor = try ByteCursor(region, at: offset)
        guard try cursor.integer(UInt32.self) == ZipFormat.zip64End else {
            throw BytesError(
                .unreadable, offset: offset, found: "no zip64 directory end here",
                expected: "the record that byte \(locatorOffset) points to", advice: "the file is damaged")
        }
        return (try EndNumbers(wide: &cursor), offset)
    }
}

/// The numbers of an end record, of 32 or of 64 bits.
struct EndNumbers: Hashable {
    var disk: Int
    var entryCount: Int
    var directorySize: Int
    var directoryOffset: Int

    /// Those behind the signature of the narrow record; the length of the comment follows.
    init(narrow cursor: inout ByteCursor) throws(BytesError) {
        disk = Int(try cursor.integer(UInt16.self))
        try cursor.skip(4)
        entryCount = Int(try cursor.integer(UInt16.self))
        directorySize = Int(try cursor.integer(UInt32.self))
        directoryOffset = Int(try cursor.integer(UInt32.self))
    }

    /// Those behind the signature of the 64-bit record.
    init(wide cursor: inout ByteCursor) throws(BytesError) {
        try cursor.skip(12)
        disk = Int(try cursor.integer(UInt32.self))
        try cursor.skip(12)
        entryCount = try cursor.count(UInt64.self)
        directorySize = try cursor.count(UInt64.self)
        directoryOffset = try cursor.count(UInt64.self)
    }

    /// The narrow record's numbers, but those of the 64-bit record where they are full.
    func filled(from wide: EndNumbers) -> EndNumbers {
        var filled = self
        if disk == 0xFFFF { filled.disk = wide.disk }
        if entryCount == 0xFFFF { filled.entryCount = wide.entryCount }
        if directorySize == 0xFFFF_FFFF { filled.directorySize = wide.directorySize }
        if directoryOffset == 0xFFFF_FFFF { filled.directoryOffset = wide.directoryOffset }
        return filled
    }
}
