import Bytes

/// An end record as it lies in the bytes, with the numbers of the 64-bit one in front of it.
struct EndRecord {
    let offset: Int
    /// Where the records of the end begin: the 64-bit ones stand before the other.
    let start: Int
    let disk: Int
    let entryCount: Int
    let directorySize: Int
    let directoryOffset: Int
    let comment: Range<Int>

    /// How far from the end readers look for the record.
    static let reach = ZipFormat.endSize + ZipFormat.largestComment

    /// The record at a byte, or nil where it cannot be one: no directory stands where it says, or directly before it.
    init?(_ region: ByteRegion, at offset: Int) {
        guard var cursor = try? ByteCursor(region, at: offset + 4), let disk = try? cursor.integer(UInt16.self),
            (try? cursor.skip(4)) != nil, let count = try? cursor.integer(UInt16.self),
            let size = try? cursor.integer(UInt32.self), let directory = try? cursor.integer(UInt32.self),
            let commentLength = try? cursor.integer(UInt16.self)
        else { return nil }
        self.offset = offset
        let wide = Self.wide(region, before: offset)
        self.disk = wide?.disk ?? Int(disk)
        entryCount = count == .max ? wide?.count ?? Int(count) : Int(count)
        directorySize = size == .max ? wide?.size ?? Int(size) : Int(size)
        directoryOffset = directory == .max ? wide?.directory ?? Int(directory) : Int(directory)
        start = wide?.start ?? offset
        comment = cursor.position..<min(region.count, cursor.position + Int(commentLength))
        guard directorySize <= start, directoryOffset <= start else { return nil }
    }

    /// Where the directory may start: where the record says, and where it would end directly before the record, which
    /// is how readers allow for bytes in front of the archive.
    var directoryStarts: [Int] {
        let before = start - directorySize
        return before == directoryOffset ? [before] : [before, directoryOffset]
    }

    /// The end records from a byte on, the last ones first, and whether there were too many.
    static func all(in region: ByteRegion, from first: Int) -> (records: [EndRecord], isCut: Bool) {
        var records: [EndRecord] = []
        var isCut = false
        var position = first
        while position < region.count,
            let offset = region.firstIndex(of: ZipSurvey.Signature.end, in: position..<region.count)
        {
            position = offset + 4
            guard let record = EndRecord(region, at: offset), record.isPlausible(region) else { continue }
            records.append(record)
            if records.count > ZipSurvey.endLimit {
                records.removeFirst()
                isCut = true
            }
        }
        return (records.reversed(), isCut)
    }

    private func isPlausible(_ region: ByteRegion) -> Bool {
        // An empty archive has nothing but its end record.
        if entryCount == 0, directorySize == 0 { return comment.upperBound == region.count }
        return directoryStarts.contains { start in
            guard var cursor = try? ByteCursor(region, at: start) else { return false }
            return (try? cursor.integer(UInt32.self)) == ZipFormat.directoryHeader
        }
    }

    private static func wide(
        _ region: ByteRegion, before end: Int
    ) -> (start: Int, disk: Int, count: Int, size: Int, directory: Int)? {
        let locatorOffset = end - ZipFormat.zip64LocatorSize
        guard locatorOffset >= 0, var locator = try? ByteCursor(region, at: locatorOffset),
            (try? locator.integer(UInt32.self)) == ZipFormat.zip64Locator, (try? locator.skip(4)) != nil,
            let stated = try? locator.count(UInt64.self)
        else { return nil }
        // Where the archive does not start at byte 0, the record stands directly before its locator.
        for start in [stated, locatorOffset - ZipFormat.zip64EndSize] where start >= 0 && start < locatorOffset {
            guard var cursor = try? ByteCursor(region, at: start),
                (try? cursor.integer(UInt32.self)) == ZipFormat.zip64End, (try? cursor.skip(12)) != nil,
                let disk = try? cursor.integer(UInt32.self), (try? cursor.skip(12)) != nil,
                let count = try? cursor.count(UInt64.self), let size = try? cursor.count(UInt64.self),
                let directory = try? cursor.count(UInt64.self)
            else { continue }
            return (start, Int(disk), count, size, directory)
        }
        return nil
    }
}

extension ZipSurvey {
    /// Reads every directory that no entry's data hold, and returns how many there were.
    mutating func readDirectories() -> Int {
        let (records, isCut) = EndRecord.all(in: region, from: 0)
        if isCut { leftOut.append("end records before the last \(Self.endLimit)") }
        var count = 0
        for record in records {
            // An archive inside a stored entry is the entry's business.
            guard !claimed.contains(where: { $0.contains(record.offset) }) else { continue }
            count += 1
            if count == 2 {
                note("the archive has several end records: readers differ in the one they go by", at: record.offset)
            }
            let first = entries.count
            read(record, isLast: count == 1)
            compareEntries(from: first)
        }
        return count
    }

    private mutating func read(_ record: EndRecord, isLast: Bool) {
        claimed.append(record.start..<min(region.count, record.offset + ZipFormat.endSize))
        if !record.comment.isEmpty { comments.append(record.comment) }
        if isLast, record.comment.upperBound < region.count {
            note("the archive's end record is not at the end of the file", at: record.offset)
        }
        if record.disk != 0 { note("the archive says it is one part of several", at: record.offset) }
        let starts = record.directoryStarts
        if starts.count > 1, record.entryCount > 0 {
            note("the directory is not where the end record says: readers differ in where they look", at: record.offset)
        }
        for start in starts { readDirectory(at: start, record, shift: start - record.directoryOffset) }
    }

    /// Reads a directory up to the end record. Where it does not start where the record says, the offsets of its
    /// entries are taken both ways.
    private mutating func readDirectory(at start: Int, _ record: EndRecord, shift: Int) {
        guard var cursor = try? ByteCursor(region, at: start) else { return }
        let first = entries.count
        var count = 0
        while cursor.position < record.start {
            guard entries.count < Self.entryLimit else {
                leftOut.append("entries beyond the first \(Self.entryLimit)")
                break
            }
            let position = cursor.position
            guard let header = try? DirectoryHeader(&cursor), header.signature == ZipFormat.directoryHeader else {
                if count < record.entryCount { note("the directory breaks off", at: position) }
                break
            }
            count += 1
            append(header, at: position, shift: shift)
        }
        guard entries.count > first || count > 0 else { return }
        claimed.append(start..<cursor.position)
        if count != record.entryCount {
            note("the directory has \(count) entries, the end record says \(record.entryCount)", at: record.offset)
        }
    }

    private mutating func append(_ header: DirectoryHeader, at position: Int, shift: Int) {
        guard let numbers = header.numbers else {
            note("an entry of the directory lacks its 64-bit numbers", entry: header.name, at: position)
            return
        }
        if let name = header.otherName, name != header.name {
            note("an extra field gives the entry the name '\(name)' too", entry: header.name, at: position)
        }
        let offsets = shift == 0 ? [numbers.offset] : [numbers.offset, numbers.offset.adding(shift) ?? -1]
        var isFound = false
        for offset in offsets where isHeader(at: offset) {
            isFound = true
            let entry = Entry(
                name: header.name, flags: header.flags, method: header.method, crc32: header.crc32,
                compressedSize: numbers.compressed, size: numbers.size, headerOffset: offset)
            if known.insert(entry).inserted { entries.append(entry) }
        }
        if !isFound {
            note(
                "no entry starts at byte \(numbers.offset), where the directory says", entry: header.name, at: position)
        }
    }

    private func isHeader(at offset: Int) -> Bool {
        guard var cursor = try? ByteCursor(region, at: offset) else { return false }
        return (try? cursor.integer(UInt32.self)) == ZipFormat.localHeader
    }
}

extension DirectoryHeader {
    /// The sizes and the offset, with those of the 64-bit field where the others are full; nil where it lacks one.
    var numbers: (size: Int, compressed: Int, offset: Int)? {
        var wide = ExtraField.find(ZipFormat.zip64Extra, in: extra).flatMap { try? ByteCursor($0) }
        func number(_ narrow: UInt32) -> Int? {
            guard narrow == .max else { return Int(narrow) }
            return try? wide?.count(UInt64.self)
        }
        guard let size = number(size), let compressed = number(compressedSize), let offset = number(headerOffset) else {
            return nil
        }
        return (size, compressed, offset)
    }

    /// The name that Info-ZIP's Unicode path field gives the entry, which some readers prefer.
    var otherName: String? {
        guard let field = ExtraField.find(0x7075, in: extra), field.count > 5,
            let name = try? field.slice(at: 5, count: field.count - 5)
        else { return nil }
        return String(decoding: name.bytes, as: UTF8.self)
    }
}

/// The fields behind an entry's name.
enum ExtraField {
    static func find(_ identifier: UInt16, in extra: ByteRegion) -> ByteRegion? {
        guard var cursor = try? ByteCursor(extra) else { return nil }
        while cursor.remaining >= 4 {
            guard let found = try? cursor.integer(UInt16.self), let count = try? cursor.integer(UInt16.self),
                let field = try? cursor.bytes(Int(count))
            else { return nil }
            if found == identifier { return field }
        }
        return nil
    }
}
