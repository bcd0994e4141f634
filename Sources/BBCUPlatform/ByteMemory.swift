import CBBCUSystem

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Memory that never changes after it was filled, and is given back with its last user. Whoever uses it checks ranges.
///
/// Unchecked because the pointer is not `Sendable` by itself: nothing writes through it once the initialiser is done.
package final class ByteMemory: @unchecked Sendable {
    private let pointer: UnsafeMutableRawBufferPointer
    /// The slot under which a mapping is noted for the command's signal handler; nil for memory.
    private let mapping: Int32?

    /// Maps an open file, read only; nil where the system refuses.
    /// - Parameter name: the name in the message if the file is cut while it is mapped.
    package init?(mapping file: FileHandle, name: String) {
        let count = file.byteCount
        guard count > 0, let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.descriptor, 0),
            address != MAP_FAILED
        else { return nil }
        pointer = UnsafeMutableRawBufferPointer(start: address, count: count)
        mapping = bbcu_mapping_add(address, count, name)
    }

    /// Allocates `count` bytes and lets `fill` write them; nil if `fill` returns false.
    package init?(count: Int, fill: (UnsafeMutableRawBufferPointer) -> Bool) {
        pointer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
        mapping = nil
        guard fill(pointer) else { return nil }
    }

    deinit {
        if let mapping {
            bbcu_mapping_done(mapping)
            munmap(pointer.baseAddress, pointer.count)
        } else {
            pointer.deallocate()
        }
    }

    /// The bytes of a range that the caller has checked.
    package func withBytes<Result, Failure: Error>(
        _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: pointer[range]))
    }

    package subscript(index: Int) -> UInt8 { pointer[index] }
}

extension UnsafeRawBufferPointer {
    /// The first place from `start` on that holds a byte; nil without one.
    package func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard let base = baseAddress, start < count else { return nil }
        return memchr(base + start, Int32(byte), count - start).map { UnsafeRawPointer($0) - base }
    }
}

/// Memory for numbers, all bits 0, which the system hands out when it is first written; freed by ``freeZeros(_:)``.
/// The process ends where there is none.
package func allocateZeros<Element: BinaryFloatingPoint>(_ count: Int, of type: Element.Type)
    -> UnsafeMutableBufferPointer<Element>
{
    guard let memory = calloc(count, MemoryLayout<Element>.stride) else { bbcu_out_of_memory() }
    return UnsafeMutableBufferPointer(start: memory.bindMemory(to: type, capacity: count), count: count)
}

/// Gives back what ``allocateZeros(_:of:)`` made.
package func freeZeros<Element>(_ memory: UnsafeMutableBufferPointer<Element>) { free(memory.baseAddress) }
