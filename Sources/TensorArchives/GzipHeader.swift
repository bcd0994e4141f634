import TensorBytes

/// The header of a gzip stream (RFC 1952, section 2.3), as far as it holds more than fixed numbers.
package enum GzipHeader {
    /// The parts of the header that starts a run of bytes: subfields of the extra field, name and comment. A name of one
    /// line and the block sizes of `bgzip` (`BC`, from the SAM format's specification) are left out.
    package static func slack(of region: ByteRegion) -> [SlackBytes] {
        guard region.starts(with: [0x1F, 0x8B]), let flags = region[3] else { return [] }
        var found: [SlackBytes] = []
        var position = 10
        if flags & 4 != 0, let count = region.integer(UInt16.self, at: position).map({ Int($0) }),
            let extra = try? region.slice(at: position + 2, count: count)
        {
            found += subfields(of: extra, at: position + 2)
            position += 2 + count
        }
        for (flag, part): (UInt8, String) in [(8, "name in the gzip header"), (16, "comment in the gzip header")]
        where flags & flag != 0 {
            guard position < region.count,
                let end = region.firstIndex(of: [0], in: position..<region.count),
                let text = try? region.slice(at: position, count: end - position)
            else { return found }
            if flag != 8 || !SlackBytes.isLine(text.bytes) {
                found.append(SlackBytes(part, at: position, text, isLatin: true))
            }
            position = end + 1
        }
        return found
    }

    private static func subfields(of extra: ByteRegion, at start: Int) -> [SlackBytes] {
        var found: [SlackBytes] = []
        var position = 0
        while let mark = try? extra.slice(at: position, count: 2).bytes,
            let count = extra.integer(UInt16.self, at: position + 2).map({ Int($0) }),
            let field = try? extra.slice(at: position + 4, count: count)
        {
            let isBlockSize = mark == Array("BC".utf8) && count == 2
            if !isBlockSize, !SlackBytes.isZero(field.bytes) {
                found.append(SlackBytes("extra field in the gzip header", at: start + position + 4, field))
            }
            position += 4 + count
        }
        if let rest = try? extra.slice(at: position, count: extra.count - position), !SlackBytes.isZero(rest.bytes) {
            found.append(SlackBytes("extra field in the gzip header", at: start + position, rest))
        }
        return found
    }
}
