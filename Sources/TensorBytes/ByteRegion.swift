import BBCUPlatform

/// A run of bytes that nobody changes: all or part of a mapped file, or of memory. Slicing copies nothing.
public struct ByteRegion: Sendable {
    let memory: ByteMemory?
    let range: Range<Int>

    init(memory: ByteMemory?, range: Range<Int>) {
        self.memory = memory
        self.range = range
    }

    /// The number of bytes.
    public var count: Int { range.count }

    /// Where the region starts in the file or memory that it is part of.
    public var start: Int { range.lowerBound }

    /// The byte at an index, or nil outside the region.
    public subscript(index: Int) -> UInt8? {
        guard let memory, index >= 0, index < count else { return nil }
        return memory[range.lowerBound + index]
    }

    /// The part of `count` bytes from `offset`, sharing the memory.
    ///
    /// - Throws: `pastEnd` where the part does not lie inside the region.
    public func slice(at offset: Int, count: Int) throws(BytesError) -> ByteRegion {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
            throw BytesError(
                .pastEnd, offset: offset, found: "the data end at byte \(self.count)",
                expected: "\(count) more bytes", advice: "the file is cut off or damaged: download it again")
        }
        let start = range.lowerBound + offset
        return ByteRegion(memory: memory, range: start..<start + count)
    }

    /// Whether the region starts with the given bytes.
    public func starts(with prefix: [UInt8]) -> Bool {
        prefix.count <= count && prefix.indices.allSatisfy { self[$0] == prefix[$0] }
    }
}

extension ByteRegion {
    /// Maps a whole file, read only. Nothing is read until it is asked for.
    ///
    /// The file must not be cut shorter while the region lives: the system then ends the process with SIGBUS. Where that
    /// can happen, on a network's file system for example, use ``reading(_:)``.
    /// - Throws: `absent`, `isDirectory`, `unreadable` or `empty`.
    public static func mapping(_ path: String) throws(BytesError) -> ByteRegion {
        let file = try FileHandle.reading(path)
        guard
            let memory = ByteMemory(mapping: file, name: path.printable(atMost: 300))
        else {
            throw BytesError(
                .unreadable, file: path, found: "the file cannot be mapped into memory: \(systemError())",
                advice: "raise the limit on memory (ulimit -v), or copy the file to a local disk")
        }
        return ByteRegion(memory: memory, range: 0..<file.byteCount)
    }

    /// Reads a whole file into memory. What happens to the file then is no matter.
    ///
    /// - Throws: what `mapping(_:)` throws; `unreadable` also if the file becomes shorter while it is read.
    public static func reading(_ path: String) throws(BytesError) -> ByteRegion {
        let file = try FileHandle.reading(path)
        guard let region = ByteRegion(count: file.byteCount, fill: file.fill) else {
            throw BytesError(
                .unreadable, file: path, found: "the file became shorter, or could not be read on, while it was read",
                expected: "\(file.byteCount.counted("byte"))", advice: "wait until it is written or copied")
        }
        return region
    }
}
