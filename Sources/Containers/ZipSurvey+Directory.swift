import Bytes

/// An end record as it lies in the bytes, and all that readers may take it to say.
struct EndRecord {
    let offset: Int
    let comment: Range<Int>
    /// What the record says, alone and together with the 64-bit records that readers may find in front of it. Some
    /// take the 64-bit numbers always, others only where the narrow ones are full.
    let readings: [Reading]
    /// Where 64-bit records and their locator lie.
    let wideRanges: [Range<Int>]

    /// One reading of the end.
    struct Reading: Hashable {
        /// The byte that a directory in front of the end reaches to.
        let start: Int
        let disk: Int
        let entryCount: Int
        let directorySize: Int
        let directoryOffset: Int

        /// Where the directory may start: where the record says, and where it would end directly before the record,
        /// which is how readers allow for bytes in front of the archive.
        var directoryStarts: [Int] {
            let before = start - directorySize
            return before == directoryOffset ? [before] : [before, directoryOffset]
        }
    }

    /// How far from the end readers look for the record.
    static let reach = ZipFormat.endSize + ZipFormat.largestComment

    /// The record at a byte, or nil where it cannot be one.
    init?(_ region: ByteRegion, at offset: Int) {
        guard var cursor = try? ByteCursor(region, at: offset + 4), let disk = try? cursor.integer(UInt16.self),
            (try? cursor.skip(4)) != nil, let count = try? cursor.integer(UInt16.self),
            let size = try? cursor.integer(UInt32.self), let directory = try? cursor.integer(UInt32.self),
            let commentLength = try? cursor.integer(UInt16.self)
        else { return nil }
        self.offset = offset
        comment = cursor.position..<min(region.count, cursor.position + Int(commentLength))
        let wide = Self.wide(region, before: offset)
        wideRanges =
            wide.map { $0.start..<min(offset, $0.start + ZipFormat.zip64EndSize) }
            + (wide.isEmpty ? [] : [offset - ZipFormat.zip64LocatorSize..<offset])
        var readings: [Reading] = []
        for record in wide {
            readings.append(
                Reading(
                    start: record.start, disk: record.disk, entryCount: count == .max ? record.entryCount : Int(count),
                    directorySize: size == .max ? record.directorySize : Int(size),
                    directoryOffset: directory == .max ? record.directoryOffset : Int(directory)))
            readings.append(record)
        }
        if wide.isEmpty {
            readings = [
                Reading(
                    start: offset, disk: Int(disk), entryCount: Int(count), directorySize: Int(size),
                    directoryOffset: Int(directory))
            ]
        }
        var known: Set<Reading> = []
        self.readings = readings.filter {
            $0.directorySize <= $0.start && $0.directoryOffset <= offset && known.insert($0).inserted
        }
        guard !self.readings.isEmpty else { return nil }
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

    /// Whether a directory stands where one of the readings says, or the archive is an empty one.
    private func isPlausible(_ region: ByteRegion) -> Bool {
        readings.contains { reading in
            if reading.entryCount == 0, reading.directorySize == 0 { return comment.upperBound == region.count }
            return reading.directoryStarts.contains { start in
                guard var cursor = try? ByteCursor(region, at: start) else { return false }
                return (try? cursor.integer(UInt32.self)) == ZipFormat.directoryHeader
            }
        }
    }

    /// The 64-bit records in front of an end record: the one that the locator points to, and the one that stands
    /// directly in front of the locator, where readers look that allow for bytes in front of the archive.
    private static func wide(_ region: ByteRegion, before end: Int) -> [Reading] {
        let locatorOffset = end - ZipFormat.zip64LocatorSize
        guard locatorOffset >= 0, var locator = try? ByteCursor(region, at: locatorOffset),
            (try? locator.integer(UInt32.self)) == ZipFormat.zip64Locator, (try? locator.skip(4)) != nil,
            let stated = try? locator.count(UInt64.self)
        else { return [] }
        let nearest = locatorOffset - ZipFormat.zip64EndSize
        let places = stated == nearest ? [nearest] : [stated, nearest]
        return places.filter { $0 >= 0 && $0 < locatorOffset }.compactMap { start in
            guard var cursor = try? ByteCursor(region, at: start),
                (try? cursor.integer(UInt32.self)) == ZipFormat.zip64End, (try? cursor.skip(12)) != nil,
                let disk = try? cursor.integer(UInt32.self), (try? cursor.skip(12)) != nil,
                let count = try? cursor.count(UInt64.self), let size = try? cursor.count(UInt64.self),
                let directory = try? cursor.count(UInt64.self)
            else { return nil }
            return Reading(
                start: start, disk: Int(disk), entryCount: count, directorySize: size, directoryOffset: directory)
        }
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
        claimed.append(record.offset..<min(region.count, record.offset + ZipFormat.endSize))
        claimed += record.wideRanges
        if !record.comment.isEmpty { comments.append(record.comment) }
        if isLast, record.comment.upperBound < region.count {
            note("the archive's end record is not at the end of the file", at: record.offset)
        }
        if record.readings.contains(where: { $0.disk != 0 }) {
            note("the archive says it is one part of several", at: record.offset)
        }
        if record.readings.count > 1 {
            note("the end records of 32 and of 64 bits differ: so do readers in which they go by", at: record.offset)
        }
        for reading in record.readings {
            let starts = reading.directoryStarts
            if starts.count > 1, reading.entryCount > 0 {
                note(
                    "the directory is not where the end record says: readers differ in where they look",
                    at: record.offset)
            }
            for start in starts { readDirectory(at: start, reading, shift: start - reading.directoryOffset) }
        }
    }

    /// Reads a directory up to the end record. Where it does not start where the record says, the offsets of its
    /// entries are taken both ways.
    private mutating func readDirectory(at start: Int, _ record: EndRecord.Reading, shift: Int) {
        guard directories.insert([start, shift]).inserted, var cursor = try? ByteCursor(region, at: start) else {
            return
        }
        let first = entries.count
        var count = 0
        while cursor.position < record.start {
            headerCount += 1
            guard entries.count < Self.entryLimit, headerCount < 4 * Self.entryLimit else {
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
            note("the directory has \(count) entries, the end record says \(record.entryCount)", at: start)
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
