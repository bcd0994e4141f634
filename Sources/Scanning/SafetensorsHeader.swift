import Bytes
import JSON

/// Where the tensors of a safetensors file lie, as its header says.
///
/// Source: the format's own README (huggingface/safetensors): no holes, no overlap, nothing behind the last tensor.
struct SafetensorsHeader {
    /// The byte behind the last tensor.
    let end: Int
    /// Whether tensors leave bytes between them, or share some.
    let isTiled: Bool

    private static let longestHeader = 100_000_000

    /// Whether the bytes start with the length of a header that lies in them and looks like JSON.
    static func looksLikeOne(_ region: ByteRegion) -> Bool {
        guard let header = text(region), header[0] == UInt8(ascii: "{") else { return false }
        var last = header.count - 1
        while header[last] == 0x20 { last -= 1 }
        return header[last] == UInt8(ascii: "}")
    }

    private static func text(_ region: ByteRegion) -> ByteRegion? {
        guard var cursor = try? ByteCursor(region), let length = try? cursor.count(UInt64.self),
            length <= longestHeader
        else { return nil }
        return try? cursor.bytes(length)
    }

    /// Reads the offsets; nil if the header is no JSON, or a tensor says nothing of where it lies.
    init?(_ region: ByteRegion) {
        guard let text = Self.text(region), case .object(let members)? = try? StrictJSON.parse(text.bytes) else {
            return nil
        }
        var ranges: [(start: Int, end: Int)] = []
        for (key, value) in members where key != "__metadata__" {
            guard case .array(let offsets)? = value["data_offsets"], offsets.count == 2,
                case .number(let first) = offsets[0], case .number(let second) = offsets[1],
                let start = Int(first), let end = Int(second), start >= 0, start <= end
            else { return nil }
            ranges.append((start, end))
        }
        ranges.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        var (position, isTiled) = (0, true)
        for range in ranges {
            if range.start != position { isTiled = false }
            position = max(position, range.end)
        }
        self.isTiled = isTiled
        end = (text.count + 8).adding(position) ?? .max
    }
}
