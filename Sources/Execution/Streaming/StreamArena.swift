#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Memory that lives as long as what it is part of, and is handed out as pointers: what is looked at for every row of
/// every stage should cost no more than a load.
///
/// Unchecked: whoever has the pointers sees to it that nobody reads what another thread is writing.
final class StreamArena: @unchecked Sendable {
    /// Memory that is handed out front to back.
    private struct Block {
        let start: UnsafeMutableRawPointer
        let size: Int
        var used = 0
    }

    private var blocks: [Block] = []
    /// The vectors of a kernel may reach so far beyond the last value that counts.
    static let slack = 64
    /// A cache line.
    private static let alignment = 64
    /// Large pages spare the processor the search for thousands of small ones.
    private static let largePage = 2 << 20
    private static let smallBlock = 64 << 10

    deinit { for block in blocks { block.start.deallocate() } }

    /// Room for `count` elements and the slack, all equal.
    func allocate<Element: BitwiseCopyable>(_ count: Int, _ value: Element) -> UnsafeMutablePointer<Element> {
        let count = count + Self.slack
        let size = (count * MemoryLayout<Element>.stride + Self.alignment - 1) / Self.alignment * Self.alignment
        return take(size).initializeMemory(as: Element.self, repeating: value, count: count)
    }

    /// A copy of an array, with the slack behind it.
    func copy<Element: BitwiseCopyable & Numeric>(_ values: [Element]) -> UnsafePointer<Element> {
        let copy = allocate(values.count, Element.zero)
        for index in values.indices { copy[index] = values[index] }
        return UnsafePointer(copy)
    }

    private func take(_ size: Int) -> UnsafeMutableRawPointer {
        if let last = blocks.last, last.size - last.used >= size {
            blocks[blocks.count - 1].used += size
            return last.start + last.used
        }
        let isLarge = size >= Self.largePage
        let page = isLarge ? Self.largePage : Self.smallBlock
        let whole = (size + page - 1) / page * page
        let start = UnsafeMutableRawPointer.allocate(
            byteCount: whole, alignment: isLarge ? Self.largePage : Self.alignment)
        #if os(Linux)
            // Advice: where the system has none, small pages serve.
            if isLarge { _ = madvise(start, whole, MADV_HUGEPAGE) }
        #endif
        blocks.append(Block(start: start, size: whole, used: size))
        return start
    }
}
