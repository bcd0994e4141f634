import BBCUPlatform
import TensorBytes

// Directory entries against the headers in front of the data.
extension ZipSurvey {
    mutating func compareEntries(from first: Int) {
        for index in entries.indices.dropFirst(first) {
            let entry = entries[index]
            guard let local = LocalHeader(region, at: entry.headerOffset) else {
                note("the header in front of the data is cut off", entry: entry.name, at: entry.headerOffset)
                continue
            }
            entries[index].dataOffset = local.end
            checkName(entry.name, at: entry.headerOffset)
            compare(entry, local)
            takeSlack(local, of: entry)
            let end = min(region.count, local.end.adding(entry.compressedSize) ?? region.count)
            if local.end > region.count - entry.compressedSize {
                note("the data are cut off", entry: entry.name, at: local.end)
            }
            claimed.append(entry.headerOffset..<max(local.end, end + descriptorSize(at: end, entry)))
        }
    }

    private mutating func compare(_ entry: Entry, _ local: LocalHeader) {
        let name = FileName.text(local.name.bytes)
        var differences: [String] = []
        if Array(name.utf8) != Array(entry.name.utf8) { differences.append("the name '\(name)'") }
        if local.fields.method != entry.method { differences.append("compression method \(local.fields.method)") }
        if (local.fields.flags ^ entry.flags) & ZipFormat.encryptionFlags != 0 {
            differences.append("another encryption flag")
        }
        let sizes = local.sizes
        // Where they are written behind the data, or only in the directory, zeros stand here.
        let isBlank = local.isDescribedLater || local.fields.size == .max
        if sizes.size != entry.size, !(isBlank && sizes.size == 0) { differences.append("\(sizes.size) bytes") }
        if sizes.compressed != entry.compressedSize, !(isBlank && sizes.compressed == 0) {
            differences.append("\(sizes.compressed) compressed bytes")
        }
        if local.fields.crc32 != entry.crc32, !(local.isDescribedLater && local.fields.crc32 == 0) {
            differences.append("CRC-32 \(hexadecimal(local.fields.crc32))")
        }
        guard !differences.isEmpty else { return }
        note(
            "the header in front of the data says otherwise than the directory: " + differences.joined(separator: ", "),
            entry: entry.name, at: entry.headerOffset)
        // A reader that goes by this header sees another entry; it is looked into as well.
        var other = entry
        (other.name, other.method, other.flags) = (name, local.fields.method, local.fields.flags)
        if !(isBlank && sizes.compressed == 0) { (other.size, other.compressedSize) = sizes }
        other.dataOffset = local.end
        guard entries.count < Self.entryLimit else { return }
        if known[ExactName(other.name), default: []].insert(other).inserted { entries.append(other) }
    }

    /// Bytes of the record behind the data that repeats sizes and checksum, or 0 where there is none.
    private func descriptorSize(at offset: Int, _ entry: Entry) -> Int {
        guard entry.flags & ZipFormat.descriptorFlag != 0, var cursor = try? ByteCursor(region, at: offset),
            let first = try? cursor.integer(UInt32.self)
        else { return 0 }
        let hasSignature = first == ZipFormat.descriptor
        guard hasSignature || first == entry.crc32 else { return 0 }
        let start = hasSignature ? 8 : 4
        let checksum = region.integer(UInt32.self, at: offset + start - 4) ?? 0
        // PyTorch may leave it out in one of the places.
        guard checksum == entry.crc32 || checksum == 0 || entry.isUnlisted else { return 0 }
        for width in [8, 4] {
            guard var sizes = try? ByteCursor(region, at: offset + start) else { continue }
            func next() -> Int? {
                width == 8 ? try? sizes.count(UInt64.self) : (try? sizes.integer(UInt32.self)).map { Int($0) }
            }
            if next() == entry.compressedSize, entry.isUnlisted || next() == entry.size { return start + 2 * width }
        }
        return 0
    }

    private mutating func checkName(_ name: String, at offset: Int) {
        let bytes = Array(name.utf8)
        var faults: [String] = []
        if let escape = PathText.escape(bytes) { faults.append(escape.text) }
        if bytes.contains(0x5C) { faults.append("holds a backslash") }
        if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { faults.append("holds control characters") }
        if bytes.isEmpty { faults.append("is empty") }
        if name.unicodeScalars.contains("\u{FFFD}") { faults.append("is not UTF-8") }
        if !faults.isEmpty { note("the name " + faults.joined(separator: " and "), entry: name, at: offset) }
    }
}

// What no directory says, and what holds of the archive as a whole.
extension ZipSurvey {
    /// Looks for headers in the bytes that no directory speaks of.
    mutating func findUnlisted() {
        var found = 0
        for gap in unclaimed() {
            var position = gap.lowerBound
            while position < gap.upperBound,
                let offset = region.firstIndex(of: Signature.local, in: position..<gap.upperBound)
            {
                position = offset + 4
                guard let local = LocalHeader(region, at: offset), Self.isPlausible(local) else { continue }
                guard entries.count < Self.entryLimit else {
                    leftOut.append("entries beyond the first \(Self.entryLimit)")
                    return
                }
                position = addUnlisted(local, at: offset, before: gap.upperBound)
                found += 1
            }
        }
        guard found > 0 else { return }
        if hasDirectory {
            note("\(found) entries that no directory lists lie between the others", at: 0)
        } else {
            note("the archive has no directory: its \(found) entries were found by their own headers", at: 0)
        }
    }

    private static func isPlausible(_ local: LocalHeader) -> Bool {
        guard local.fields.method <= 99, (1...1024).contains(local.name.count),
            let name = String(validating: local.name.bytes, as: UTF8.self)
        else { return false }
        return name.unicodeScalars.allSatisfy { $0.value >= 0x20 }
    }

    /// Adds an entry and returns the byte after it. Where its header does not say how long the data are, they reach to
    /// the next record.
    private mutating func addUnlisted(_ local: LocalHeader, at offset: Int, before limit: Int) -> Int {
        var (size, compressed) = local.sizes
        if local.isDescribedLater, compressed == 0 {
            let next = nextRecord(after: local.end, before: limit)
            compressed = next - local.end
            size = local.fields.method == 0 ? compressed : 0
        }
        compressed = max(0, min(compressed, region.count - local.end))
        let name = FileName.text(local.name.bytes)
        let entry = Entry(
            name: name, flags: local.fields.flags, method: local.fields.method,
            crc32: local.isDescribedLater ? 0 : local.fields.crc32,
            compressedSize: compressed, size: size, headerOffset: offset, dataOffset: local.end, isUnlisted: true)
        entries.append(entry)
        checkName(name, at: offset)
        takeSlack(local, of: entry)
        let end = local.end + compressed
        let after = end + descriptorSize(at: end, entry)
        claimed.append(offset..<after)
        return after
    }

    private func nextRecord(after start: Int, before limit: Int) -> Int {
        var position = start
        while position < limit, let offset = region.firstIndex(of: [0x50, 0x4B], in: position..<limit) {
            if let second = region[offset + 2], let third = region[offset + 3],
                [[1, 2], [3, 4], [5, 6], [6, 6], [7, 8]].contains([second, third])
            {
                return offset
            }
            position = offset + 2
        }
        return limit
    }

    mutating func findOverlaps() {
        var furthest = 0
        let listed = entries.filter { $0.dataOffset != nil }.sorted { $0.headerOffset < $1.headerOffset }
        var last: Entry?
        for entry in listed {
            let isSame = last.map { $0.headerOffset == entry.headerOffset && !$0.name.isExactly(entry.name) } ?? false
            if isSame || (entry.headerOffset < furthest && last?.headerOffset != entry.headerOffset) {
                note("the entry shares bytes with another", entry: entry.name, at: entry.headerOffset)
            }
            let end = (entry.dataOffset ?? 0).adding(entry.compressedSize) ?? region.count
            furthest = max(furthest, min(end, region.count))
            last = entry
        }
    }

    mutating func findDuplicates() {
        var first: [[UInt8]: Int] = [:]
        for entry in entries {
            let name = Array(entry.name.utf8)
            if let offset = first[name], offset != entry.headerOffset {
                note(
                    "a second entry of this name: readers differ in the one they take", entry: entry.name,
                    at: entry.headerOffset)
            }
            first[name] = entry.headerOffset
        }
    }

    mutating func findBlankChecksums() {
        let listed = entries.filter { !$0.isUnlisted && $0.size > 0 }
        guard !listed.isEmpty, listed.allSatisfy({ $0.crc32 == 0 }) else { return }
        note("no entry has a checksum: PyTorch can be told to write none", at: 0, isHarmless: true)
    }

    /// The bytes that nothing claims, in order.
    func unclaimed() -> [Range<Int>] {
        var gaps: [Range<Int>] = []
        var position = 0
        for range in claimed.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > position { gaps.append(position..<range.lowerBound) }
            position = max(position, range.upperBound)
        }
        if position < region.count { gaps.append(position..<region.count) }
        // A comment belongs to its end record.
        return gaps.filter { gap in
            !comments.contains { $0.lowerBound <= gap.lowerBound && gap.upperBound <= $0.upperBound }
        }
    }
}
