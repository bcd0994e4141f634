import TensorBytes

/// Several whole ZIP archives one after the other, as `torch.distributed.checkpoint` writes a rank's tensors into one
/// file. Each begins with a header and its directory ends where its end record says, counted from its own start.
package enum ZipSeries {
    /// The archives that fill the region from its first byte to its last; nil for fewer than two, or where anything else
    /// stands between them.
    package static func pieces(of region: ByteRegion) -> [Range<Int>]? {
        guard region.starts(with: ZipSurvey.Signature.local), !isOne(region) else { return nil }
        var pieces: [Range<Int>] = []
        var (start, position) = (0, 0)
        while let offset = region.firstIndex(of: ZipSurvey.Signature.end, in: position..<region.count) {
            position = offset + 4
            guard let end = end(of: region, from: start, record: offset) else { continue }
            pieces.append(start..<end)
            (start, position) = (end, end)
            if end == region.count { return pieces.count > 1 ? pieces : nil }
        }
        return nil
    }

    /// Whether the last end record speaks of a directory in front of it, counted from the region's start.
    private static func isOne(_ region: ByteRegion) -> Bool {
        guard let last = records(region, 0..<region.count).last else { return true }
        // A locator that counts from another start leads to the 64-bit record of another archive.
        let nearest = last.offset - ZipFormat.zip64LocatorSize - ZipFormat.zip64EndSize
        return last.readings.contains { reading in
            reading.numbers.directoryOffset.adding(reading.numbers.directorySize) == reading.start
                && (reading.start == last.offset || reading.start == nearest)
        }
    }

    /// Where an archive ends whose end record stands at a byte, and behind which nothing or another archive stands; nil
    /// where the record speaks of another directory.
    private static func end(of region: ByteRegion, from start: Int, record: Int) -> Int? {
        // An end record's comment is looked for in what follows, so the piece is not cut behind it yet.
        guard let rest = try? region.slice(at: start, count: region.count - start),
            let found = EndRecord(rest, at: record - start),
            found.readings.allSatisfy({ $0.numbers.directoryOffset.adding($0.numbers.directorySize) == $0.start }),
            let reading = found.readings.first, reading.numbers.entryCount > 0
        else { return nil }
        let end = start + found.comment.upperBound
        guard end < region.count else { return end == region.count ? end : nil }
        let next = try? region.slice(at: end, count: min(4, region.count - end))
        return next?.starts(with: ZipSurvey.Signature.local) == true ? end : nil
    }

    /// Whether a reader that counts from the start of all of them finds a directory by the last end record that is not
    /// the first archive's own.
    package static func misleads(_ region: ByteRegion, pieces: [Range<Int>]) -> Bool {
        guard let first = pieces.first, let last = pieces.last,
            let own = records(region, first).last, let other = records(region, last).last
        else { return true }
        let starts = Set(own.readings.map(\.numbers.directoryOffset))
        return other.readings.contains { reading in
            let stated = reading.numbers.directoryOffset
            return !starts.contains(stated)
                && region.integer(UInt32.self, at: stated) == ZipFormat.directoryHeader
        }
    }

    /// The end records of a piece, the last one last.
    private static func records(_ region: ByteRegion, _ piece: Range<Int>) -> [EndRecord] {
        guard let bytes = try? region.slice(at: piece.lowerBound, count: piece.count) else { return [] }
        return EndRecord.all(in: bytes, from: max(0, bytes.count - EndRecord.reach)).records.reversed()
    }
}
