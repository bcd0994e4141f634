import BBCUPlatform
import TensorBytes

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
        let numbers: EndNumbers

        /// Where the directory may start: where the record says, and where it would end directly before the record,
        /// which is how readers allow for bytes in front of the archive.
        var directoryStarts: [Int] {
            let before = start - numbers.directorySize
            return before == numbers.directoryOffset ? [before] : [before, numbers.directoryOffset]
        }
    }

    /// How far from the end readers look for the record.
    static let reach = ZipFormat.endSize + ZipFormat.largestComment

    /// The record at a byte, or nil where it cannot be one.
    init?(_ region: ByteRegion, at offset: Int) {
        guard var cursor = try? ByteCursor(region, at: offset + 4), let narrow = try? EndNumbers(narrow: &cursor),
            let commentLength = try? cursor.integer(UInt16.self)
        else { return nil }
        self.offset = offset
        comment = cursor.position..<min(region.count, cursor.position + Int(commentLength))
        let wide = Self.wide(region, before: offset)
        wideRanges =
            wide.map { $0.start..<min(offset, $0.start + ZipFormat.zip64EndSize) }
            + (wide.isEmpty ? [] : [offset - ZipFormat.zip64LocatorSize..<offset])
        let readings =
            wide.isEmpty
            ? [Reading(start: offset, numbers: narrow)]
            : wide.flatMap { [Reading(start: $0.start, numbers: narrow.filled(from: $0.numbers)), $0] }
        var known: Set<Reading> = []
        self.readings = readings.filter {
            $0.numbers.directorySize <= $0.start && $0.numbers.directoryOffset <= offset && known.insert($0).inserted
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
            if reading.numbers.entryCount == 0, reading.numbers.directorySize == 0 {
                return comment.upperBound == region.count
            }
            return reading.directoryStarts.contains {
                region.integer(UInt32.self, at: $0) == ZipFormat.directoryHeader
            }
        }
    }

    /// The 64-bit records in front of an end record: the one that the locator points to, and the one that stands
    /// directly in front of the locator, where readers look that allow for bytes in front of the archive.
    private static func wide(_ region: ByteRegion, before end: Int) -> [Reading] {
        let locatorOffset = end - ZipFormat.zip64LocatorSize
        guard region.integer(UInt32.self, at: locatorOffset) == ZipFormat.zip64Locator,
            var locator = try? ByteCursor(region, at: locatorOffset + 8), let stated = try? locator.count(UInt64.self)
        else { return [] }
        let nearest = locatorOffset - ZipFormat.zip64EndSize
        let places = stated == nearest ? [nearest] : [stated, nearest]
        return places.filter { $0 >= 0 && $0 < locatorOffset }.compactMap { start in
            guard region.integer(UInt32.self, at: start) == ZipFormat.zip64End,
                var cursor = try? ByteCursor(region, at: start + 4), let numbers = try? EndNumbers(wide: &cursor)
            else { return nil }
            return Reading(start: start, numbers: numbers)
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
        if record.readings.contains(where: { $0.numbers.disk != 0 }) || !isOnePart(record) {
            note("the archive says it is one part of several", at: record.offset)
        }
        if record.readings.count > 1 {
            note("the end records of 32 and of 64 bits differ: so do readers in which they go by", at: record.offset)
        }
        for reading in record.readings {
            let starts = reading.directoryStarts
            if starts.count > 1, reading.numbers.entryCount > 0 {
                note(
                    "the directory is not where the end record says: readers differ in where they look",
                    at: record.offset)
            }
            for start in starts { readDirectory(at: start, reading, shift: start - reading.numbers.directoryOffset) }
        }
    }

    /// Whether the record says that the directory starts in this part, and that all of its entries are in it.
    private func isOnePart(_ record: EndRecord) -> Bool {
        let (start, here, all) = (record.offset + 6, record.offset + 8, record.offset + 10)
        return [0, .max].contains(region.integer(UInt16.self, at: start))
            && region.integer(UInt16.self, at: here) == region.integer(UInt16.self, at: all)
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
                if count < record.numbers.entryCount { note("the directory breaks off", at: position) }
                break
            }
            count += 1
            takeSlack(header, at: position)
            append(header, at: position, shift: shift)
        }
        guard entries.count > first || count > 0 else { return }
        claimed.append(start..<cursor.position)
        if count != record.numbers.entryCount {
            note("the directory has \(count) entries, the end record says \(record.numbers.entryCount)", at: start)
        }
    }

    private mutating func append(_ header: DirectoryHeader, at position: Int, shift: Int) {
        guard let numbers = header.numbers else {
            note("an entry of the directory lacks its 64-bit numbers", entry: header.name, at: position)
            return
        }
        if let name = header.otherName, !name.isExactly(header.name) {
            note("an extra field gives the entry the name '\(name)' too", entry: header.name, at: position)
        }
        if header.disk != 0, header.disk != .max {
            note("the entry says it lies in another part of the archive", entry: header.name, at: position)
        }
        let offsets = shift == 0 ? [numbers.offset] : [numbers.offset, numbers.offset.adding(shift) ?? -1]
        var isFound = false
        for offset in offsets where isHeader(at: offset) {
            isFound = true
            let entry = Entry(
                name: header.name, flags: header.fields.flags, method: header.fields.method, crc32: header.fields.crc32,
                compressedSize: numbers.compressed, size: numbers.size, headerOffset: offset, fileType: header.fileType)
            if known[ExactName(entry.name), default: []].insert(entry).inserted { entries.append(entry) }
        }
        if !isFound {
            note(
                "no entry starts at byte \(numbers.offset), where the directory says", entry: header.name, at: position)
        }
    }

    private func isHeader(at offset: Int) -> Bool {
        region.integer(UInt32.self, at: offset) == ZipFormat.localHeader
    }
}
