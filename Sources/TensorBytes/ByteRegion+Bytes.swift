import BBCUPlatform

extension ByteRegion {
    /// A region of `count` new bytes that `fill` writes, or nil where it returns false.
    package init?(count: Int, fill: (UnsafeMutableRawBufferPointer) -> Bool) {
        guard count >= 0, let memory = ByteMemory(count: count, fill: fill) else { return nil }
        self.init(memory: memory, range: 0..<count)
    }

    /// A copy of the bytes.
    public init(_ bytes: [UInt8]) {
        let memory = ByteMemory(count: bytes.count) { destination in
            destination.copyBytes(from: bytes)
            return true
        }
        self.init(memory: memory, range: 0..<bytes.count)
    }

    /// The bytes, copied.
    public var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

    /// The little-endian integer at an offset, or nil where it does not lie inside the region.
    package func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type, at offset: Int) -> Integer?
    {
        guard offset >= 0, let end = offset.adding(MemoryLayout<Integer>.size), end <= count else { return nil }
        return withUnsafeBytes { Integer(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Integer.self)) }
    }

    /// Whether a byte of the region fulfils a condition.
    package func contains(where isSought: (UInt8) -> Bool) -> Bool {
        withUnsafeBytes { $0.contains(where: isSought) }
    }

    /// Where a byte first occurs in a range, or nil; the range is cut to the region.
    package func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        let range = range.clamped(to: 0..<count)
        return withUnsafeBytes { bytes in bytes[range].firstIndex(of: byte) }
    }

    /// The bytes as memory, for C; valid only inside `body`.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let memory else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return try memory.withBytes(range, body)
    }

    /// The bytes as a span, whose accesses are checked; valid only inside `body`.
    package func withSpan<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBytes { (bytes) throws(Failure) -> Result in try body(bytes.bytes) }
    }
}

extension ByteRegion {
    /// Where the given bytes first stand whole within a range; nil where they do not.
    package func firstIndex(of needle: [UInt8], in range: Range<Int>) -> Int? {
        guard let first = needle.first else { return nil }
        let limit = Swift.min(range.upperBound, count) - needle.count
        return withUnsafeBytes { bytes in
            var position = Swift.max(0, range.lowerBound)
            while position <= limit {
                let starts = UnsafeRawBufferPointer(rebasing: bytes[...limit])
                guard let found = starts.firstIndex(of: first, from: position) else { return nil }
                if bytes[found..<found + needle.count].elementsEqual(needle) { return found }
                position = found + 1
            }
            return nil
        }
    }
}
