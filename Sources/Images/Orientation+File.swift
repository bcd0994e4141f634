extension Orientation {
    /// The orientation that a PNG or JPEG file states in its EXIF block. A file without one, and a block that breaks
    /// the rules, states none: the picture is then upright as it is.
    init(ofFile file: [UInt8]) {
        let block = file.starts(with: [0xFF, 0xD8]) ? Self.jpegBlock(file) : Self.pngBlock(file)
        self = block.flatMap(Self.init(tiff:)) ?? .topLeft
    }

    /// The value in the first directory of a TIFF structure, which EXIF blocks are (TIFF 6.0, section 2).
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
            Self.number(block, at: offset, bytes: bytes, isLittleEndian: isLittleEndian)
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

    /// The EXIF block before the first scan of a JPEG file (ITU-T T.81, annex B; CIPA DC-008-2019, 4.7).
    private static func jpegBlock(_ file: [UInt8]) -> ArraySlice<UInt8>? {
        let (application1, startOfScan, fill) = (0xE1, 0xDA, 0xFF)
        let identifier = Array("Exif\0\0".utf8)
        var offset = 2
        while number(file[...], at: offset, bytes: 1) == fill,
            let marker = number(file[...], at: offset + 1, bytes: 1)
        {
            if marker == fill {
                offset += 1
                continue
            }
            guard marker != startOfScan, let length = number(file[...], at: offset + 2, bytes: 2),
                length >= 2, offset + 2 + length <= file.count
            else { return nil }
            let content = file[offset + 4..<offset + 2 + length]
            if marker == application1, content.starts(with: identifier) { return content.dropFirst(identifier.count) }
            offset += 2 + length
        }
        return nil
    }

    /// The chunk eXIf of a PNG file (PNG, third edition, 11.3.4.5).
    private static func pngBlock(_ file: [UInt8]) -> ArraySlice<UInt8>? {
        let (signatureSize, headerSize, checksumSize) = (8, 8, 4)
        var offset = signatureSize
        while let length = number(file[...], at: offset, bytes: 4), offset + headerSize + length <= file.count {
            let content = offset + headerSize..<offset + headerSize + length
            if file[offset + 4..<offset + headerSize].elementsEqual("eXIf".utf8) { return file[content] }
            offset = content.upperBound + checksumSize
        }
        return nil
    }

    /// A number of so many bytes at an offset from the slice's start, or nil beyond its end.
    private static func number(
        _ bytes: ArraySlice<UInt8>, at offset: Int, bytes count: Int, isLittleEndian: Bool = false
    ) -> Int? {
        guard offset >= 0, offset <= bytes.count - count else { return nil }
        let field = bytes[bytes.startIndex + offset..<bytes.startIndex + offset + count]
        let ordered = isLittleEndian ? Array(field.reversed()) : Array(field)
        return ordered.reduce(0) { $0 << 8 | Int($1) }
    }
}
