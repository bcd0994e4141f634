import BBCUImages

/// What is done with the bytes of an image.
enum ImageChecks {
    static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private static let byteLimit = 1 << 24

    /// Asks for everything that a file can tell; what could be decoded is written and read again.
    static func look(at bytes: [UInt8]) {
        let file = ImageFile(bytes: bytes)
        let size = file.size
        for components in JPEG.Components.allCases {
            _ = try? JPEG.decode(bytes, components, byteLimit: byteLimit)
        }
        guard let image = try? file.decode(byteLimit: byteLimit) else { return }
        guard let size, size == (image.width, image.height) else { fatalError("the header states \(size as Any)") }
        let colours = image.separatingAlpha().colours
        guard colours.bitDepth == 8, colours.samples.count < 1 << 16, let again = try? JPEG.encode(colours, quality: 50)
        else { return }
        guard let back = try? JPEG.decode(again), (back.width, back.height) == size else {
            fatalError("what was written cannot be read")
        }
    }

    /// The file with the checksum of every chunk as it should be (PNG, third edition, annex D).
    static func withRightChecksums(_ file: [UInt8]) -> [UInt8] {
        var bytes = file
        var offset = pngSignature.count
        while offset + 12 <= bytes.count {
            let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            let end = offset + 8 + length
            guard end + 4 <= bytes.count else { break }
            let sum = checksum(bytes[offset + 4..<end])
            for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * index)) }
            offset = end + 4
        }
        return bytes
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(UInt32.max) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }

    private static let table = (UInt32(0)..<256).map { start in
        (0..<8).reduce(start) { value, _ in value & 1 == 0 ? value >> 1 : 0xEDB8_8320 ^ value >> 1 }
    }
}
