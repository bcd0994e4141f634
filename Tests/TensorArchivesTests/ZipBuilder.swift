/// Writes archives field by field, so that tests can make the ones no tool would.
struct ZipBuilder {
    struct Entry {
        var name: String
        var data: [UInt8]
        var size: UInt32?
        var crc32: UInt32 = 0
        var flags: UInt16 = 0
        var method: UInt16 = 0
        var localName: String?
        var extra: [UInt8] = []
        var localExtra: [UInt8] = []
        var offset: UInt32?
        /// Writes the sizes and the offset into a zip64 field.
        var isWide = false
    }

    var entries: [Entry] = []
    var comment: [UInt8] = []
    var disk: UInt16 = 0
    var isWide = false
    var directorySizeError = 0

    var bytes: [UInt8] {
        var output: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let offset = entry.offset ?? UInt32(output.count)
            directory += directoryHeader(entry, offset)
            output += localHeader(entry) + entry.data
        }
        let start = output.count
        output += directory
        if isWide { output += wideEnd(start: start, end: output.count) }
        let count = isWide ? UInt16.max : UInt16(entries.count)
        output += number(UInt32(0x0605_4B50)) + number(disk) + number(disk) + number(count) + number(count)
        output += number(isWide ? UInt32.max : UInt32(directory.count + directorySizeError))
        output += number(isWide ? UInt32.max : UInt32(start))
        return output + number(UInt16(comment.count)) + comment
    }

    private func directoryHeader(_ entry: Entry, _ offset: UInt32) -> [UInt8] {
        let name = Array(entry.name.utf8)
        let size = entry.size ?? UInt32(entry.data.count)
        var extra = entry.extra
        if entry.isWide {
            extra += number(UInt16(1)) + number(UInt16(24)) + number(UInt64(size))
            extra += number(UInt64(entry.data.count)) + number(UInt64(offset))
        }
        var header = number(UInt32(0x0201_4B50)) + number(UInt16(20)) + number(UInt16(20)) + number(entry.flags)
        header += number(entry.method) + number(UInt32(0)) + number(entry.crc32)
        header += number(entry.isWide ? .max : UInt32(entry.data.count)) + number(entry.isWide ? .max : size)
        header += number(UInt16(name.count)) + number(UInt16(extra.count)) + [UInt8](repeating: 0, count: 10)
        return header + number(entry.isWide ? .max : offset) + name + extra
    }

    private func localHeader(_ entry: Entry) -> [UInt8] {
        let name = Array((entry.localName ?? entry.name).utf8)
        var header = number(UInt32(0x0403_4B50)) + number(UInt16(20)) + number(entry.flags) + number(entry.method)
        // No sizes and checksum, as PyTorch writes it under flag bit 3.
        header += [UInt8](repeating: 0, count: 16)
        return header + number(UInt16(name.count)) + number(UInt16(entry.localExtra.count)) + name + entry.localExtra
    }

    private func wideEnd(start: Int, end: Int) -> [UInt8] {
        var record = number(UInt32(0x0606_4B50)) + number(UInt64(44)) + number(UInt32(0)) + number(UInt64(0))
        record += number(UInt64(entries.count)) + number(UInt64(entries.count)) + number(UInt64(end - start))
        record += number(UInt64(start)) + number(UInt32(0x0706_4B50)) + number(UInt32(0))
        return record + number(UInt64(end)) + number(UInt32(1))
    }

    private func number<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
        stride(from: 0, to: Number.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> Number($0)) }
    }
}
