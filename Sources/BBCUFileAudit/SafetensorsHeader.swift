import BBCUPlatform
import TensorBytes

/// How a safetensors file begins.
///
/// Source: the format's own README (huggingface/safetensors).
enum SafetensorsHeader {
    private static let longestHeader = 100_000_000

    /// Whether the bytes start with the length of a header that lies in them and looks like JSON.
    static func looksLikeOne(_ region: ByteRegion) -> Bool {
        guard let header = text(region), header[0] == UInt8(ascii: "{") else { return false }
        var last = header.count - 1
        while header[last] == 0x20 { last -= 1 }
        return header[last] == UInt8(ascii: "}")
    }

    /// The JSON of the header; nil if its length is not that of bytes in the file.
    static func text(_ region: ByteRegion) -> ByteRegion? {
        guard var cursor = try? ByteCursor(region), let length = try? cursor.count(UInt64.self),
            length <= longestHeader
        else { return nil }
        return try? cursor.bytes(length)
    }
}
