import BBCUPlatform
import TensorBytes

/// The signatures and sizes of the ZIP format.
enum ZipFormat {
    static let localHeader: UInt32 = 0x0403_4B50
    static let directoryHeader: UInt32 = 0x0201_4B50
    static let end: UInt32 = 0x0605_4B50
    static let zip64End: UInt32 = 0x0606_4B50
    static let zip64Locator: UInt32 = 0x0706_4B50
    static let descriptor: UInt32 = 0x0807_4B50
    static let zip64Extra: UInt16 = 1
    static let unicodePathExtra: UInt16 = 0x7075
    static let unicodeCommentExtra: UInt16 = 0x6375
    /// The flags of data that need a password, and of a directory that does (APPNOTE 4.4.4, bits 0, 6 and 13).
    static let encryptionFlags: UInt16 = 0x2041
    /// The flag of sizes and checksum that stand behind the data (bit 3).
    static let descriptorFlag: UInt16 = 8
    static let localHeaderSize = 30
    static let directoryHeaderSize = 46
    static let endSize = 22
    static let zip64EndSize = 56
    static let zip64LocatorSize = 20
    static let largestComment = 0xFFFF
}

/// The fields that an entry's two headers have in common, from the flags to the lengths.
struct HeaderFields {
    let flags: UInt16
    let method: UInt16
    let crc32: UInt32
    let compressedSize: UInt32
    let size: UInt32
    let nameLength: Int
    let extraLength: Int

    init(_ cursor: inout ByteCursor) throws(BytesError) {
        flags = try cursor.integer(UInt16.self)
        method = try cursor.integer(UInt16.self)
        try cursor.skip(4)
        crc32 = try cursor.integer(UInt32.self)
        compressedSize = try cursor.integer(UInt32.self)
        size = try cursor.integer(UInt32.self)
        nameLength = Int(try cursor.integer(UInt16.self))
        extraLength = Int(try cursor.integer(UInt16.self))
    }
}

/// One entry of the directory as it lies in the file (APPNOTE 4.3.12).
struct DirectoryHeader {
    let signature: UInt32
    let fields: HeaderFields
    let disk: UInt16
    let headerOffset: UInt32
    /// The upper four bits of a Unix mode in the external attributes: the kind of file.
    let fileType: UInt8
    let name: String
    /// The name as it lies in the file.
    let rawName: ByteRegion
    let extra: ByteRegion
    let comment: ByteRegion

    init(_ cursor: inout ByteCursor) throws(BytesError) {
        signature = try cursor.integer(UInt32.self)
        try cursor.skip(4)
        fields = try HeaderFields(&cursor)
        let commentLength = Int(try cursor.integer(UInt16.self))
        disk = try cursor.integer(UInt16.self)
        try cursor.skip(2)
        fileType = UInt8(try cursor.integer(UInt32.self) >> 28)
        headerOffset = try cursor.integer(UInt32.self)
        rawName = try cursor.bytes(fields.nameLength)
        name = FileName.text(rawName.bytes)
        extra = try cursor.bytes(fields.extraLength)
        comment = try cursor.bytes(commentLength)
    }

    /// The entry; nil where the header is none, misses a number, or belongs to another part.
    var entry: ZipEntry? {
        guard signature == ZipFormat.directoryHeader, disk == 0 || disk == .max else { return nil }
        let wide: ByteRegion?
        do throws(BytesError) { wide = try ExtraField.find(ZipFormat.zip64Extra, in: extra) } catch { return nil }
        guard let (size, compressedSize, headerOffset) = numbers(wide) else { return nil }
        let method = ZipEntry.Method(fields.method)
        guard method != .stored || size == compressedSize || fields.flags & 1 != 0 else { return nil }
        return ZipEntry(
            name: name, flags: fields.flags, method: method, crc32: fields.crc32, compressedSize: compressedSize,
            size: size, headerOffset: headerOffset, nameByteCount: fields.nameLength, limit: headerOffset)
    }

    /// The sizes and the offset, as far as a broken extra field still tells them; nil where it lacks one.
    var numbers: (size: Int, compressed: Int, offset: Int)? {
        numbers(try? ExtraField.find(ZipFormat.zip64Extra, in: extra))
    }

    private func numbers(_ wide: ByteRegion?) -> (size: Int, compressed: Int, offset: Int)? {
        var wide = WideNumbers(wide)
        guard let size = wide.next(fields.size), let compressed = wide.next(fields.compressedSize),
            let offset = wide.next(headerOffset)
        else { return nil }
        return (size, compressed, offset)
    }

    /// The name that Info-ZIP's Unicode path field gives the entry, which some readers prefer.
    var otherName: String? { ExtraField.otherName(in: extra) }
}

/// The header in front of an entry's data (APPNOTE 4.3.7).
struct LocalHeader {
    let fields: HeaderFields
    let name: ByteRegion
    let extra: ByteRegion
    /// Where the data start.
    let end: Int

    init?(_ region: ByteRegion, at offset: Int) {
        do throws(BytesError) {
            var cursor = try ByteCursor(region, at: offset)
            guard try cursor.integer(UInt32.self) == ZipFormat.localHeader else { return nil }
            try cursor.skip(2)
            fields = try HeaderFields(&cursor)
            name = try cursor.bytes(fields.nameLength)
            extra = try cursor.bytes(fields.extraLength)
            end = cursor.position
        } catch { return nil }
    }

    /// The sizes, with those of the 64-bit field where the others are full.
    var sizes: (size: Int, compressed: Int) {
        var wide = WideNumbers(try? ExtraField.find(ZipFormat.zip64Extra, in: extra))
        let size = wide.next(fields.size) ?? 0
        return (size, wide.next(fields.compressedSize) ?? 0)
    }

    /// The name that Info-ZIP's Unicode path field gives the entry.
    var otherName: String? { ExtraField.otherName(in: extra) }

    /// Whether the sizes and the checksum may stand behind the data instead.
    var isDescribedLater: Bool { fields.flags & ZipFormat.descriptorFlag != 0 }
}

/// The fields behind an entry's name.
enum ExtraField {
    /// The first field of an identifier, or nil where there is none before the end.
    ///
    /// - Throws: `pastEnd` where a field before it does not end.
    static func find(_ identifier: UInt16, in extra: ByteRegion) throws(BytesError) -> ByteRegion? {
        var cursor = try ByteCursor(extra)
        while cursor.remaining >= 4 {
            let found = try cursor.integer(UInt16.self)
            let field = try cursor.bytes(Int(try cursor.integer(UInt16.self)))
            if found == identifier { return field }
        }
        return nil
    }

    /// The name in Info-ZIP's Unicode path field.
    static func otherName(in extra: ByteRegion) -> String? {
        guard let field = try? find(ZipFormat.unicodePathExtra, in: extra), field.count > 5,
            let name = try? field.slice(at: 5, count: field.count - 5)
        else { return nil }
        return FileName.text(name.bytes)
    }
}

/// The 64-bit numbers of an extra field, which stand there only for those that are full elsewhere, in their order
/// (APPNOTE 4.5.3).
private struct WideNumbers {
    private var cursor: ByteCursor?

    init(_ field: ByteRegion?) { cursor = field.flatMap { try? ByteCursor($0) } }

    /// The narrow number, or the next wide one where it is full; nil where that is missing.
    mutating func next(_ narrow: UInt32) -> Int? {
        guard narrow == .max else { return Int(narrow) }
        return try? cursor?.count(UInt64.self)
    }
}
