import BBCUPlatform

/// Writes a ZIP archive of stored entries, one after the other, whose data start at multiples of 64 bytes so that a
/// mapped archive can be used in place. The same entries give the same file: the time is always 1 January 1980.
///
/// The archive appears under its name when it is finished, and not at all if it never is.
/// Source: PKWARE's APPNOTE.TXT 6.3.10; zip64 fields are written only where a number needs them.
package struct ZipWriter {
    /// Where data start.
    package static let alignment = 64
    private let file: AtomicFile
    private let path: String
    private var entries: [Entry] = []
    private var names: Set<ExactName> = []

    private struct Entry {
        let name: [UInt8]
        let crc32: UInt32
        let size: Int
        let offset: Int
    }

    /// Begins an archive. Throws `unwritable`.
    package init(_ path: String) throws(ZipError) {
        self.path = path
        do throws(BytesError) { file = try AtomicFile(path) } catch { throw error.recoded(.unwritable) }
    }

    /// Writes an entry.
    ///
    /// - Throws: `duplicateName`, or `unwritable`, also for a name longer than the 65535 bytes the format allows.
    package mutating func add(_ name: String, _ data: [UInt8]) throws(ZipError) {
        guard names.insert(ExactName(name)).inserted else {
            throw ZipError(.duplicateName, file: path, place: name, found: "a second entry of this name")
        }
        let entry = Entry(name: Array(name.utf8), crc32: CRC32.of(data), size: data.count, offset: file.byteCount)
        guard entry.name.count <= UInt16.max else {
            throw ZipError(.unwritable, file: path, place: name, found: "a name of \(entry.name.count) bytes")
        }
        entries.append(entry)
        try write(Self.localHeader(entry))
        try write(data)
    }

    /// Writes the directory and puts the archive in its place. Throws `unwritable`.
    package mutating func finish() throws(ZipError) {
        let start = file.byteCount
        for entry in entries { try write(Self.directoryHeader(entry)) }
        try write(Self.end(count: entries.count, start: start, end: file.byteCount))
        do throws(BytesError) { try file.commit() } catch { throw error.recoded(.unwritable) }
    }

    private func write(_ bytes: [UInt8]) throws(ZipError) {
        do throws(BytesError) { try file.write(bytes) } catch { throw error.recoded(.unwritable) }
    }
}

// The records, as bytes.
extension ZipWriter {
    private static let utf8Names: UInt16 = 0x0800
    private static let firstOf1980: UInt16 = 0x0021
    private static let paddingField: UInt16 = 0x4246

    private static func localHeader(_ entry: Entry) -> [UInt8] {
        let isWide = entry.size >= UInt32.max
        var extra = Record()
        if isWide {
            extra.append(ZipFormat.zip64Extra, UInt16(16))
            extra.append(UInt64(entry.size), UInt64(entry.size))
        }
        let unpadded = entry.offset + ZipFormat.localHeaderSize + entry.name.count + extra.bytes.count + 4
        let padding = (alignment - unpadded % alignment) % alignment
        extra.append(paddingField, UInt16(padding))
        extra.bytes += [UInt8](repeating: 0, count: padding)
        var header = Record()
        header.append(ZipFormat.localHeader)
        append(entry, narrowSize: isWide ? .max : UInt32(entry.size), version: isWide ? 45 : 20, to: &header)
        header.append(UInt16(entry.name.count), UInt16(extra.bytes.count))
        return header.bytes + entry.name + extra.bytes
    }

    private static func directoryHeader(_ entry: Entry) -> [UInt8] {
        let isWide = entry.size >= UInt32.max
        let isFar = entry.offset >= UInt32.max
        var extra = Record()
        if isWide || isFar {
            extra.append(ZipFormat.zip64Extra, UInt16((isWide ? 16 : 0) + (isFar ? 8 : 0)))
            if isWide { extra.append(UInt64(entry.size), UInt64(entry.size)) }
            if isFar { extra.append(UInt64(entry.offset)) }
        }
        let version: UInt16 = isWide || isFar ? 45 : 20
        var header = Record()
        header.append(ZipFormat.directoryHeader)
        header.append(version)
        append(entry, narrowSize: isWide ? .max : UInt32(entry.size), version: version, to: &header)
        header.append(UInt16(entry.name.count), UInt16(extra.bytes.count), UInt16(0), UInt16(0), UInt16(0))
        header.append(UInt32(0), isFar ? .max : UInt32(entry.offset))
        return header.bytes + entry.name + extra.bytes
    }

    /// The fields that both headers share, from the version needed to the sizes.
    private static func append(_ entry: Entry, narrowSize: UInt32, version: UInt16, to header: inout Record) {
        header.append(version, utf8Names, UInt16(0), UInt16(0), firstOf1980)
        header.append(entry.crc32, narrowSize, narrowSize)
    }

    private static func end(count: Int, start: Int, end: Int) -> [UInt8] {
        let size = end - start
        var record = Record()
        if count >= UInt16.max || size >= UInt32.max || start >= UInt32.max {
            record.append(ZipFormat.zip64End)
            record.append(UInt64(ZipFormat.zip64EndSize - 12))
            record.append(UInt16(45), UInt16(45))
            record.append(UInt32(0), UInt32(0))
            record.append(UInt64(count), UInt64(count), UInt64(size), UInt64(start))
            record.append(ZipFormat.zip64Locator, UInt32(0))
            record.append(UInt64(end))
            record.append(UInt32(1))
        }
        let narrowCount = UInt16(min(count, Int(UInt16.max)))
        record.append(ZipFormat.end)
        record.append(UInt16(0), UInt16(0), narrowCount, narrowCount)
        record.append(UInt32(min(size, Int(UInt32.max))), UInt32(min(start, Int(UInt32.max))))
        record.append(UInt16(0))
        return record.bytes
    }

    /// Little-endian numbers, one after the other.
    private struct Record {
        var bytes: [UInt8] = []

        mutating func append<Number: FixedWidthInteger>(_ numbers: Number...) {
            for number in numbers {
                for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
                    bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
                }
            }
        }
    }
}
