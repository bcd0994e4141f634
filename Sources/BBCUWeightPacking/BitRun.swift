/// Bits in order, eight to a byte.
struct BitRun: Sendable, Hashable {
    /// The first bit is the lowest of the first byte; what fills the last one up is 0.
    private var bytes: [UInt8]
    private(set) var count: Int

    /// No bits.
    init() { (bytes, count) = ([], 0) }

    /// The bits of bytes, the lowest of each first.
    init(bytes: [UInt8]) { (self.bytes, count) = (bytes, bytes.count * 8) }

    /// Bits of one byte each: 0 or 1.
    init(_ bits: [UInt8]) {
        self.init()
        bytes.reserveCapacity((bits.count + 7) / 8)
        for bit in bits { append(bit) }
    }

    /// A bit: 0 or 1.
    @inline(__always) subscript(index: Int) -> UInt8 { bytes[index >> 3] >> UInt8(index & 7) & 1 }

    mutating func append(_ bit: UInt8) {
        if count & 7 == 0 { bytes.append(0) }
        bytes[count >> 3] |= (bit & 1) << UInt8(count & 7)
        count += 1
    }

    /// Appends the lowest bits of a number, the lowest first.
    mutating func append(_ value: UInt64, bits: Int) {
        for bit in 0..<bits { append(UInt8(truncatingIfNeeded: value >> UInt64(bit) & 1)) }
    }

    /// 64 bits from one on, the first lowest; 0 past the end.
    @inline(__always) func window(_ start: Int) -> UInt64 {
        let (first, shift) = (start >> 3, UInt64(start & 7))
        let low = word(first)
        return shift == 0 ? low : low >> shift | word(first + 8) << (64 - shift)
    }

    @inline(__always) private func word(_ first: Int) -> UInt64 {
        if first + 8 <= bytes.count {
            return bytes.withUnsafeBytes {
                UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: first, as: UInt64.self))
            }
        }
        return (first..<max(first, bytes.count)).reduce(0) { $0 | UInt64(bytes[$1]) << UInt64(8 * ($1 - first)) }
    }

    /// A byte for each bit.
    var unpacked: [UInt8] { (0..<count).map { self[$0] } }
}
