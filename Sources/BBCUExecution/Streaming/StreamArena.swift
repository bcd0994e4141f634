/// Memory that lives as long as what it is part of, and is handed out as pointers: what is looked at for every row of
/// every stage should cost no more than a load.
final class StreamArena {
    private var blocks: [UnsafeMutableRawPointer] = []
    /// The vectors of a kernel may reach so far beyond the last value that counts.
    static let slack = 64

    deinit { for block in blocks { block.deallocate() } }

    /// Room for `count` elements and the slack, all equal.
    func allocate<Element: BitwiseCopyable>(_ count: Int, _ value: Element) -> UnsafeMutablePointer<Element> {
        let count = count + Self.slack
        let block = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Element>.stride, alignment: 64)
        blocks.append(block)
        return block.initializeMemory(as: Element.self, repeating: value, count: count)
    }

    /// A copy of an array, with the slack behind it.
    func copy<Element: BitwiseCopyable & Numeric>(_ values: [Element]) -> UnsafePointer<Element> {
        let copy = allocate(values.count, Element.zero)
        for index in values.indices { copy[index] = values[index] }
        return UnsafePointer(copy)
    }

    /// A copy of elements that have no zero; nothing behind it.
    func copy<Element: BitwiseCopyable>(elements: [Element]) -> UnsafeBufferPointer<Element> {
        guard let first = elements.first else { return UnsafeBufferPointer(start: nil, count: 0) }
        let copy = allocate(elements.count, first)
        for index in elements.indices { copy[index] = elements[index] }
        return UnsafeBufferPointer(start: copy, count: elements.count)
    }
}
