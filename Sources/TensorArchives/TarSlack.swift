import BBCUPlatform
import TensorBytes

/// The bytes of a tar archive that say nothing about its files, one function for each place where they can be.
///
/// Sources: POSIX.1-2017, `pax`, "ustar Interchange Format" and "pax Header Block"; GNU tar's manual, "Basic Tar
/// Format", for its own header; star(5) for the mark `tar` at the end of a header.
struct TarSlack {
    private(set) var found: [SlackBytes] = []
    private(set) var isCut = false

    /// The padding up to the end of the last block, from a byte on.
    mutating func takePadding(_ region: ByteRegion, _ range: Range<Int>, of name: String) {
        add("padding behind the file", region, range, of: name)
    }

    /// The bytes of a header that are in no field, or not of the form that the field has. They are one part from the first
    /// to the last: what is hidden there may reach over several fields.
    mutating func takeHeader(_ block: [UInt8], at start: Int, of name: String) {
        var fields = TarFields(block)
        fields.check()
        if let range = fields.unknown { add("header", ByteRegion(block), range, of: name, at: start) }
        for range in fields.texts { add("header", ByteRegion(block), range, of: name, at: start) }
    }

    /// The bytes behind the end of a long name of GNU tar.
    mutating func takeLongName(_ data: ByteRegion, at start: Int, of name: String) {
        let count = data.bytes.prefix { $0 != 0 }.count
        add("bytes behind a long name", data, count..<data.count, of: name, at: start)
    }

    /// Values of records that are neither numbers nor one line of text, and what is no record.
    mutating func takeRecords(_ data: ByteRegion, at start: Int, of name: String) {
        let bytes = data.bytes
        let (records, end) = PaxRecord.all(in: bytes)
        for record in records {
            let isPlain = SlackBytes.isLine(bytes[record.key]) && SlackBytes.isLine(bytes[record.value])
            if !isPlain || record.value.count > Self.longestLine {
                let key = FileName.text(Array(bytes[record.key].prefix(80)))
                add("record \(key) of an extended header", data, record.value, of: name, at: start)
            }
            if !SlackBytes.isLine(bytes[record.key]) {
                add("key of an extended header", data, record.key, of: name, at: start)
            }
        }
        add("bytes behind the records of an extended header", data, end..<bytes.count, of: name, at: start)
    }

    private static let longestLine = 4096

    private mutating func add(
        _ part: String, _ region: ByteRegion, _ range: Range<Int>, of name: String, at start: Int = 0
    ) {
        guard !range.isEmpty, let bytes = try? region.slice(at: range.lowerBound, count: range.count),
            !SlackBytes.isZero(bytes.bytes)
        else { return }
        guard found.count < SlackBytes.limit else {
            isCut = true
            return
        }
        found.append(SlackBytes(entry: name, part, at: start + range.lowerBound, bytes))
    }
}

/// The fields of a header, held against the form that each has.
private struct TarFields {
    let block: [UInt8]
    /// From the first byte to the last that is not of its field's form, or in no field.
    var unknown: Range<Int>?
    /// Fields that hold text other than one line of ASCII.
    var texts: [Range<Int>] = []

    init(_ block: [UInt8]) { self.block = block }

    mutating func check() {
        let isLink = [UInt8(ascii: "1"), UInt8(ascii: "2")].contains(block[156])
        checkText(0..<100, isRead: true)
        checkText(157..<257, isRead: isLink)
        checkNumbers([100..<108, 108..<116, 116..<124, 124..<136, 136..<148, 148..<156, 329..<337, 337..<345])
        let mark = block[257..<265]
        guard mark.starts(with: Array("ustar".utf8)) else {
            checkZeros(257..<329)
            return checkZeros(345..<512)
        }
        checkText(265..<297, isRead: false)
        checkText(297..<329, isRead: false)
        if mark.elementsEqual("ustar  \0".utf8) { return checkGNU() }
        if mark[262] != 0 || !mark[263...].allSatisfy({ [0x20, 0x30, 0].contains($0) }) { add(262..<265) }
        let isStar = block[508...].elementsEqual("tar\0".utf8)
        checkText(345..<(isStar ? 476 : 500), isRead: true)
        if isStar { checkNumbers([476..<488, 488..<500]) }
        checkZeros(500..<(isStar ? 508 : 512))
    }

    /// Times, the place in a file of several volumes, eight numbers of a sparse file, a mark and its size.
    private mutating func checkGNU() {
        checkNumbers([345..<357, 357..<369, 369..<381, 386..<482, 483..<495])
        checkZeros(381..<386)
        if block[482] > 1, block[482] != UInt8(ascii: "1") { add(482..<483) }
        checkZeros(495..<512)
    }

    private mutating func checkText(_ range: Range<Int>, isRead: Bool) {
        let text = block[range].prefix { $0 != 0 }
        if !SlackBytes.isZero(block[text.endIndex..<range.upperBound]) || (!isRead && text.count == range.count) {
            return add((isRead ? text.endIndex : range.lowerBound)..<range.upperBound)
        }
        // The target of what is no link is read by nothing.
        let isTarget = range.lowerBound == 157
        if !isRead, !text.isEmpty, isTarget || !SlackBytes.isLine(text) { texts.append(range) }
    }

    /// Octal digits with blanks and zeros, or a binary number with the mark of one. Each has a size in which little fits.
    private mutating func checkNumbers(_ ranges: [Range<Int>]) {
        for range in ranges {
            let isOctal = block[range].allSatisfy { $0 == 0 || $0 == 0x20 || (0x30...0x37).contains($0) }
            let isBinary = range.count <= 12 && [0x80, 0xFF].contains(block[range.lowerBound])
            if !isOctal, !isBinary { add(range) }
        }
    }

    private mutating func checkZeros(_ range: Range<Int>) {
        if !SlackBytes.isZero(block[range]) { add(range) }
    }

    private mutating func add(_ range: Range<Int>) {
        guard let known = unknown else {
            unknown = range
            return
        }
        unknown = min(known.lowerBound, range.lowerBound)..<max(known.upperBound, range.upperBound)
    }
}

/// A record of an extended header: `LENGTH KEY=VALUE` and a line feed. The value may hold line feeds, so the length counts.
struct PaxRecord {
    let key: Range<Int>
    let value: Range<Int>

    /// The records that start the bytes, and the byte behind the last.
    static func all(in bytes: [UInt8]) -> (records: [PaxRecord], end: Int) {
        var records: [PaxRecord] = []
        var start = 0
        while start < bytes.count {
            let digits = bytes[start...].prefix(20).prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty, let length = Int(String(decoding: digits, as: UTF8.self)),
                length <= bytes.count - start, digits.endIndex < start + length, bytes[digits.endIndex] == 0x20,
                bytes[start + length - 1] == 0x0A,
                let equals = bytes[digits.endIndex..<(start + length)].firstIndex(of: UInt8(ascii: "="))
            else { break }
            records.append(
                PaxRecord(key: (digits.endIndex + 1)..<equals, value: (equals + 1)..<(start + length - 1)))
            start += length
        }
        return (records, start)
    }
}
