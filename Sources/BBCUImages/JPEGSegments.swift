import BBCUPlatform

/// The marker segments of a JPEG file before its first scan (ITU-T T.81, annex B.1.1).
struct JPEGSegments {
    /// A marker's second byte, and what follows its length.
    struct Segment {
        let marker: UInt8
        let content: ArraySlice<UInt8>
    }

    /// The markers without a length: TEM and the restarts.
    private static let standalone: Set<UInt8> = [0x01, 0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7]

    /// The segments in the file's order.
    private(set) var segments: [Segment] = []

    /// Walks over the segments as far as the file follows the rules. libjpeg judges what they hold, but passes over
    /// some whose length is none.
    ///
    /// - Throws: ``ImageError`` with code `damaged` for a length that does not count its own two bytes.
    init(_ file: [UInt8]) throws(ImageError) {
        let (fill, startOfImage, endOfImage, startOfScan): (UInt8, UInt8, UInt8, UInt8) = (0xFF, 0xD8, 0xD9, 0xDA)
        var offset = 2
        while offset + 4 <= file.count, file[offset] == fill {
            let marker = file[offset + 1]
            if marker == fill {
                offset += 1
                continue
            }
            guard !Self.standalone.contains(marker) else {
                offset += 2
                continue
            }
            guard ![startOfImage, endOfImage, startOfScan].contains(marker) else { return }
            let length = Int(file[offset + 2]) << 8 | Int(file[offset + 3])
            guard length >= 2 else {
                throw ImageError(
                    .damaged, found: "found a segment of length \(length) at byte \(offset)",
                    expected: "an intact JPEG file",
                    advice: "fetch it again")
            }
            let end = offset + 2 + length
            guard end <= file.count else { return }
            segments.append(Segment(marker: marker, content: file[offset + 4..<end]))
            offset = end
        }
    }
}
