extension ImageFile {
    /// The orientation that the file's EXIF block states. A file without one, and a block that breaks the rules, state
    /// none: the picture is upright as it is.
    var orientation: Orientation {
        (jpegBlock ?? pngBlock).flatMap(Orientation.init(tiff:)) ?? .topLeft
    }

    /// The first EXIF block of a JPEG file (CIPA DC-008-2019, 4.7.2).
    private var jpegBlock: ArraySlice<UInt8>? {
        let application1: UInt8 = 0xE1
        let identifier = Array("Exif\0\0".utf8)
        guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
        return (try? JPEGSegments(bytes))?.segments
            .first { $0.marker == application1 && $0.content.starts(with: identifier) }?
            .content.dropFirst(identifier.count)
    }

    /// The chunk eXIf of a PNG file (PNG, third edition, 11.3.4.5).
    private var pngBlock: ArraySlice<UInt8>? {
        let (signatureSize, headerSize, checksumSize) = (8, 8, 4)
        guard bytes.starts(with: [0x89, 0x50]) else { return nil }
        var offset = signatureSize
        while let length = bytes[...].number(at: offset, bytes: 4), offset + headerSize + length <= bytes.count {
            let content = offset + headerSize..<offset + headerSize + length
            if bytes[offset + 4..<offset + headerSize].elementsEqual("eXIf".utf8) { return bytes[content] }
            offset = content.upperBound + checksumSize
        }
        return nil
    }
}

extension Orientation {
    /// The value in the first directory of a TIFF structure, which an EXIF block is (TIFF 6.0, section 2); nil where
    /// there is none or the structure breaks the rules.
    init?(tiff block: ArraySlice<UInt8>) {
        let isLittleEndian: Bool
        if block.starts(with: [0x49, 0x49, 42, 0]) {
            isLittleEndian = true
        } else if block.starts(with: [0x4D, 0x4D, 0, 42]) {
            isLittleEndian = false
        } else {
            return nil
        }
        func number(at offset: Int, bytes: Int) -> Int? {
            block.number(at: offset, bytes: bytes, isLittleEndian: isLittleEndian)
        }
        guard let directory = number(at: 4, bytes: 4), let count = number(at: directory, bytes: 2) else { return nil }
        let (tag, short, entrySize) = (0x0112, 3, 12)
        for index in 0..<count {
            let entry = directory + 2 + entrySize * index
            guard let found = number(at: entry, bytes: 2) else { return nil }
            guard found == tag else { continue }
            guard number(at: entry + 2, bytes: 2) == short, number(at: entry + 4, bytes: 4) == 1,
                let value = number(at: entry + 8, bytes: 2)
            else { return nil }
            self.init(rawValue: UInt16(value))
            return
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// A number of at most seven bytes at an offset from the slice's start, or nil where it would not end within it.
    package func number(at offset: Int, bytes count: Int, isLittleEndian: Bool = false) -> Int? {
        guard offset >= 0, offset <= self.count - count else { return nil }
        let field = self[startIndex + offset..<startIndex + offset + count]
        let ordered = isLittleEndian ? Array(field.reversed()) : Array(field)
        return ordered.reduce(0) { $0 << 8 | Int($1) }
    }
}
