import BBCUPlatform
import TensorBytes

/// The extra fields of a ZIP entry as far as an audit cares: which of their bytes are not known to be harmless.
///
/// Sources: PKWARE's APPNOTE.TXT 6.3.10, section 4.5 (0x0001, 0x000A, 0x000D); Info-ZIP's `proginfo/extrafld.txt` (0x5455,
/// 0x5855, 0x7855, 0x7875, 0x7075, 0x6375); `caffe2/serialize/inline_container.cc` of PyTorch (`FB`, filled with `Z`);
/// the JDK's `JarOutputStream` (0xCAFE); Android's `zipalign` (0xD935).
struct ZipExtra {
    /// What the entry's headers say: numbers that a 64-bit field may repeat.
    let numbers: [Int]
    /// How many of the header's own numbers are full, and stand in the 64-bit field instead.
    let wideCount: Int
    /// The CRC-32 of the name and of the comment, by which fields of Unicode text refer to them.
    let checksums: (name: UInt32, comment: UInt32)

    private var hasWide = false

    init(numbers: [Int], narrow: [UInt32], name: ByteRegion, comment: ByteRegion) {
        self.numbers = numbers
        wideCount = narrow.filter { $0 == .max }.count
        checksums = (CRC32.of(name), CRC32.of(comment))
    }

    /// The parts of the fields that are not known to be harmless, and where they start.
    mutating func slack(in extra: ByteRegion) -> [(part: String, offset: Int, bytes: ByteRegion)] {
        var found: [(part: String, offset: Int, bytes: ByteRegion)] = []
        func add(_ part: String, _ start: Int, _ end: Int) {
            guard start < end, let bytes = try? extra.slice(at: start, count: end - start),
                !SlackBytes.isZero(bytes.bytes)
            else { return }
            found.append((part, start, bytes))
        }
        var position = 0
        while let identifier = extra.integer(UInt16.self, at: position),
            let count = extra.integer(UInt16.self, at: position + 2).map({ Int($0) }),
            let field = try? extra.slice(at: position + 4, count: count)
        {
            let start = position + 4
            position = start + count
            let digits = String(identifier, radix: 16)
            let part = "extra field 0x" + String(repeating: "0", count: 4 - digits.count) + digits
            add(part, start + known(identifier, field.bytes), position)
        }
        add("bytes behind the extra fields", position, extra.count)
        return found
    }

    /// How many bytes of a field are known, from its start.
    private mutating func known(_ identifier: UInt16, _ field: [UInt8]) -> Int {
        switch identifier {
        case ZipFormat.zip64Extra: return knownNumbers(field)
        case 0x4246: return field.allSatisfy { $0 == UInt8(ascii: "Z") } ? field.count : 0
        case ZipFormat.unicodePathExtra, ZipFormat.unicodeCommentExtra:
            // The text behind is looked at as such.
            let checksum = identifier == ZipFormat.unicodePathExtra ? checksums.name : checksums.comment
            return field.first == 1 && field.count >= 5 && Self.number(field[1..<5]) == UInt64(checksum) ? 5 : 0
        case 0xD935: return SlackBytes.isZero(field.dropFirst(2)) ? field.count : 0
        default: return Self.hasShape(identifier, field) ? field.count : 0
        }
    }

    /// The numbers that are full elsewhere, and those that repeat what a header says.
    private mutating func knownNumbers(_ field: [UInt8]) -> Int {
        guard !hasWide else { return 0 }
        hasWide = true
        var count = min(field.count, wideCount * 8)
        while count + 8 <= field.count, let number = Int(exactly: Self.number(field[count..<count + 8])),
            number == 0 || numbers.contains(number)
        {
            count += 8
        }
        return count
    }

    /// Whether a field of times, owners or nothing has the size and the marks that its definition gives it.
    private static func hasShape(_ identifier: UInt16, _ field: [UInt8]) -> Bool {
        switch identifier {
        case 0x5455:
            // Flags, and a time for each; the directory has only the first.
            guard let flags = field.first, flags <= 7 else { return false }
            return field.count == 1 + 4 * flags.nonzeroBitCount || field.count == 5
        case 0x7875:
            // A version, and two numbers with their sizes in front.
            guard field.count >= 3, field[0] == 1, field[1] <= 8, field.count > 2 + Int(field[1]) else { return false }
            let second = field[2 + Int(field[1])]
            return second <= 8 && field.count == 3 + Int(field[1]) + Int(second)
        case 0x7855: return field.count == 4 || field.isEmpty
        case 0x5855: return field.count == 8 || field.count == 12
        case 0x000D: return field.count == 12
        case 0x000A:
            guard field.count == 32, SlackBytes.isZero(field[..<4]), field[4...].starts(with: [1, 0, 24, 0]) else {
                return false
            }
            // Windows' times are below 2^58 until the year 2514.
            return stride(from: 8, to: 32, by: 8).allSatisfy { number(field[$0..<$0 + 8]) < 1 << 58 }
        default: return false
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension ZipSurvey {
    /// Takes down what a header of the directory holds besides its fields.
    mutating func takeSlack(_ header: DirectoryHeader, at position: Int) {
        let numbers = header.numbers.map { [$0.size, $0.compressed, $0.offset] } ?? []
        var extra = ZipExtra(
            numbers: numbers, narrow: [header.fields.size, header.fields.compressedSize, header.headerOffset],
            name: header.rawName, comment: header.comment)
        let start = position + ZipFormat.directoryHeaderSize + header.rawName.count
        for (part, offset, bytes) in extra.slack(in: header.extra) {
            addSlack(SlackBytes(entry: header.name, part + " of the directory", at: start + offset, bytes))
        }
        if !SlackBytes.isZero(header.comment.bytes) {
            addSlack(SlackBytes(entry: header.name, "comment", at: start + header.extra.count, header.comment))
        }
    }

    /// Takes down what the header in front of an entry's data holds besides its fields.
    mutating func takeSlack(_ local: LocalHeader, of entry: Entry) {
        guard slackHeaders.insert(entry.headerOffset).inserted else { return }
        var extra = ZipExtra(
            numbers: [entry.size, entry.compressedSize, local.sizes.size, local.sizes.compressed],
            narrow: [local.fields.size, local.fields.compressedSize], name: local.name, comment: ByteRegion([]))
        for (part, offset, bytes) in extra.slack(in: local.extra) {
            addSlack(SlackBytes(entry: entry.name, part, at: local.end - local.extra.count + offset, bytes))
        }
        if let name = local.otherName, !name.isExactly(FileName.text(local.name.bytes)) {
            note("an extra field gives the entry the name '\(name)' too", entry: entry.name, at: entry.headerOffset)
        }
    }

    private mutating func addSlack(_ bytes: SlackBytes) {
        guard slack.count < SlackBytes.limit else {
            if slack.count == SlackBytes.limit, !leftOut.contains(Self.slackLeftOut) {
                leftOut.append(Self.slackLeftOut)
            }
            return
        }
        slack.append(bytes)
    }

    private static let slackLeftOut = "comments and extra fields beyond the first \(SlackBytes.limit)"

    /// Entries that are no files: links, which may lead out of the folder they are unpacked in, devices, pipes, sockets.
    ///
    /// Info-ZIP and others take the upper half of the external attributes for a Unix mode; the data of a link are its
    /// target.
    mutating func findLinks() {
        guard entries.contains(where: { $0.isLink || $0.isDevice }) else { return }
        var links = ArchiveLinks()
        for entry in entries {
            if entry.isDevice { note("the entry is a device or socket", entry: entry.name, at: entry.headerOffset) }
            guard entry.isLink else {
                links.add(entry.name, at: entry.headerOffset)
                continue
            }
            guard let (data, isWhole) = contents(of: entry, limit: ArchiveLinks.longestTarget), isWhole else {
                note("a link whose target cannot be read", entry: entry.name, at: entry.headerOffset)
                continue
            }
            links.add(link: entry.name, to: data.bytes, isSymbolic: true, at: entry.headerOffset)
        }
        for fault in links.faults { note(fault.text, entry: fault.name, at: fault.offset) }
    }
}

extension ZipSurvey.Entry {
    /// Whether the entry is a symbolic link.
    package var isLink: Bool { fileType == 0xA }

    /// Whether the entry is neither a file nor a folder nor a link. Without a type it is a file, and so is what zip(1) reads
    /// from a pipe, whose mode it keeps.
    var isDevice: Bool { ![0, 1, 4, 8, 0xA].contains(fileType) }
}
