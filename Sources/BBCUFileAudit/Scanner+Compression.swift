import BBCUPlatform
import TensorArchives
import TensorBytes

// Compressed streams: gzip, zlib, deflate without a header.
extension Scanner {
    /// Follows the streams that start the bytes; false if there is none.
    @discardableResult
    mutating func lookAtCompressed(
        _ region: ByteRegion, _ wrapper: DeflatedStream.Wrapper, _ place: String, _ depth: Int
    ) -> Bool {
        var parts: [ByteRegion] = []
        var headers: [(offset: Int, stream: ByteRegion)] = []
        var (position, byteCount, isWhole) = (0, 0, true)
        let limit = inflatedLimit
        guard budget >= 0 else {
            notExamined(place, "beyond the limit of work")
            return true
        }
        while let rest = try? region.slice(at: position, count: region.count - position), rest.count > 0 {
            // A second stream of gzip belongs to the first; a second one of zlib does not.
            guard parts.isEmpty || (wrapper == .gzip && rest.starts(with: [0x1F, 0x8B])) else { break }
            guard let stream = DeflatedStream.inflate(rest, wrapper, limit: limit - byteCount) else { break }
            // Inflating costs less than following what comes of it, but even if nothing does.
            let isWithinBudget = spend(stream.data.count / 4 + Self.leastWork)
            guard wrapper != .deflate || Self.isPlausible(stream, of: rest) else { return false }
            if wrapper == .gzip { headers.append((position, rest)) }
            parts.append(stream.data)
            position += stream.consumed
            byteCount += stream.data.count
            isWhole = stream.isWhole
            if stream.reachesLimit {
                notExamined(place, "what is inflated beyond \(limit) bytes")
                break
            }
            guard isWhole, byteCount < limit, isWithinBudget else { break }
        }
        guard !parts.isEmpty else {
            // What has the mark of gzip is that, even if nothing comes of it.
            if wrapper == .gzip { notExamined(place, "a stream of gzip that cannot be inflated") }
            return wrapper == .gzip
        }
        examined(place, 0..<position, "a \(wrapper.rawValue) stream of \(byteCount) bytes inflated")
        if !isWhole { find(.unknown, place, position, "the compressed data are cut off, or cannot be inflated") }
        look(at: Self.joined(parts), place: inside(place, Self.inflatedName), depth: depth + 1)
        for (offset, stream) in headers {
            for part in GzipHeader.slack(of: stream) {
                lookAtSlack(part.bytes, place, part.part, at: offset + part.offset, depth, isLatin: part.isLatin)
            }
        }
        if isWhole { lookBehind(region, position, place, depth, "the compressed data") }
        return true
    }

    /// Bytes by chance begin like a deflate stream that has no header, but do not end with it.
    private static func isPlausible(_ stream: DeflatedStream, of region: ByteRegion) -> Bool {
        stream.isWhole && stream.data.count >= 8 && region.count - stream.consumed <= 8
    }

    private static func joined(_ parts: [ByteRegion]) -> ByteRegion {
        if parts.count == 1 { return parts[0] }
        var bytes: [UInt8] = []
        for part in parts { bytes += part.bytes }
        return ByteRegion(bytes)
    }
}
