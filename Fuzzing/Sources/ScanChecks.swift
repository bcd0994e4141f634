import BBCUFileAudit
import BBCUKit

/// What an audit follows within other bytes: compressed streams, values one after the other, graphs of `.pt2` archives.
enum ScanChecks {
    /// The first byte says how the rest is wrapped, so that changes reach what lies inside without right checksums and
    /// lengths around it.
    static func look(at bytes: [UInt8]) {
        guard let kind = bytes.first else { return }
        let content = Array(bytes.dropFirst())
        let wrapped: [UInt8] =
            switch kind % 8 {
            case 0: content
            case 1: zlib(content)
            case 2: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + stored(content) + content.suffix(8)
            case 3: stored(content)
            case 4: array + content
            case 5: save + content
            case 6: archive([("m/models/m.json", content), ("m/archive_format", Array("pt2".utf8))])
            default: archive([("a/data.pkl", pickle), ("a/data/0", content), ("a/data/1", content)])
            }
        let scan = Scan(ByteRegion(wrapped), file: "fuzz")
        _ = scan.document.text
        _ = scan.json.text
        // Nothing behind a part that has an end may be called examined without being looked at.
        if kind % 8 == 4, !content.isEmpty, scan.verdict == .expected, !content.starts(with: array.prefix(6)) {
            fatalError("bytes behind an array are called clean")
        }
    }

    /// `numpy.save` of three bytes.
    private static let array: [UInt8] = {
        let header = Array("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n".utf8)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + [1, 2, 3]
    }()

    /// The pickles of an old file without storages.
    private static let save: [UInt8] =
        [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2, 0x4D, 0xE9, 3]
        + [0x2E, 0x80, 2, 0x7D, 0x2E, 0x80, 2, 0x7D, 0x2E, 0x80, 2, 0x5D, 0x2E]

    /// A pickle that names a storage of eight bytes.
    private static let pickle =
        [0x80, 2] + Array("(U\u{7}storagectorch\nByteStorage\nU\u{1}0U\u{3}cpuK\u{8}tQ.".utf8)

    /// A deflate stream of stored blocks (RFC 1951, 3.2.4).
    private static func stored(_ content: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = []
        var rest = content[...]
        repeat {
            let block = rest.prefix(0xFFFF)
            rest = rest.dropFirst(block.count)
            let length = UInt16(block.count)
            stream.append(rest.isEmpty ? 1 : 0)
            for number in [length, ~length] { stream += [UInt8(number & 0xFF), UInt8(number >> 8)] }
            stream += block
        } while !rest.isEmpty
        return stream
    }

    /// A zlib stream with its checksum (RFC 1950).
    private static func zlib(_ content: [UInt8]) -> [UInt8] {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in content {
            low = (low + UInt32(byte)) % 65521
            high = (high + low) % 65521
        }
        let sum = high << 16 | low
        return [0x78, 0x01] + stored(content) + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) }
    }

    /// A ZIP archive of stored entries without checksums, without a directory: an audit finds entries by their headers.
    private static func archive(_ entries: [(String, [UInt8])]) -> [UInt8] {
        var archive: [UInt8] = []
        for (name, data) in entries {
            archive += [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            for _ in 0..<2 { archive += (0..<4).map { UInt8(truncatingIfNeeded: data.count >> (8 * $0)) } }
            archive += [UInt8(name.utf8.count), 0, 0, 0] + name.utf8 + data
        }
        return archive
    }
}
