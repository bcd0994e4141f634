import BBCUPlatform

/// Reads little-endian numbers and runs of bytes one after the other. The cursor owns the bounds and the position:
/// nothing is read, and no arithmetic done on a number of the file, without a check.
public struct ByteCursor: Sendable {
    /// What is read.
    public let region: ByteRegion
    /// The byte that is read next, counted from the region's start.
    public private(set) var position: Int

    /// A cursor at the given position.
    ///
    /// - Throws: `pastEnd` where the position lies outside the region.
    public init(_ region: ByteRegion, at position: Int = 0) throws(BytesError) {
        _ = try region.slice(at: position, count: 0)
        self.region = region
        self.position = position
    }

    /// The bytes left.
    public var remaining: Int { region.count - position }

    /// The next byte. Throws `pastEnd`.
    public mutating func byte() throws(BytesError) -> UInt8 {
        guard let byte = region[position] else { throw pastEnd(needed: 1) }
        position += 1
        return byte
    }

    /// The next integer, little-endian. Throws `pastEnd`.
    public mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ type: Integer.Type
    ) throws(BytesError) -> Integer {
        guard let value = region.integer(type, at: position) else { throw pastEnd(needed: MemoryLayout<Integer>.size) }
        position += MemoryLayout<Integer>.size
        return value
    }

    /// The next integer as an `Int`. Throws `pastEnd`, or `overflow` where it does not fit.
    public mutating func count<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ type: Integer.Type
    ) throws(BytesError) -> Int {
        let start = position
        let value = try integer(type)
        guard let count = Int(exactly: value), count >= 0 else {
            throw BytesError(
                .overflow, offset: start, found: "the number \(value)", expected: "a number from 0 to \(Int.max)")
        }
        return count
    }

    /// The next `count` bytes, sharing the memory. Throws `pastEnd`.
    public mutating func bytes(_ count: Int) throws(BytesError) -> ByteRegion {
        let slice = try region.slice(at: position, count: count)
        position += count
        return slice
    }

    /// The bytes up to the next `delimiter`, which is consumed and not returned; at most `limit` of them.
    ///
    /// - Throws: `pastEnd` where there is no delimiter.
    public mutating func bytes(upTo delimiter: UInt8, limit: Int = .max) throws(BytesError) -> ByteRegion {
        let start = position
        let end = min(region.count, start + min(limit, remaining))
        let found = region.firstIndex(of: delimiter, in: start..<end)
        guard let found else { throw pastEnd(needed: remaining + 1) }
        position = found + 1
        return try region.slice(at: start, count: found - start)
    }

    /// Passes over `count` bytes. Throws `pastEnd`.
    public mutating func skip(_ count: Int) throws(BytesError) { _ = try bytes(count) }

    private func pastEnd(needed: Int) -> BytesError {
        BytesError(
            .pastEnd, offset: position, found: "the data end after \(remaining) more bytes",
            expected: "\(needed)", advice: "the file is cut off or damaged: download it again")
    }
}
