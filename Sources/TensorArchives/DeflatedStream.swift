import TensorBytes

/// What the compressed stream that starts a run of bytes inflates to.
package struct DeflatedStream: Sendable {
    /// How a deflate stream (RFC 1951) is wrapped.
    package enum Wrapper: String, Sendable, CaseIterable {
        /// RFC 1952: a header, the stream, CRC-32 and length.
        case gzip
        /// RFC 1950: two bytes, the stream, Adler-32.
        case zlib
        /// Nothing around it.
        case deflate

        fileprivate var windowBits: Int32 {
            switch self {
            case .gzip: 16 + 15
            case .zlib: 15
            case .deflate: -15
            }
        }
    }

    /// The inflated bytes, as far as the limit allows.
    package let data: ByteRegion
    /// Bytes that the stream takes, its wrapper included.
    package let consumed: Int
    /// Whether the stream reaches its end, checksum included, within the limit.
    package let isWhole: Bool
    /// Whether there is more than the limit.
    package let reachesLimit: Bool

    /// Inflates one stream; nil if there is none.
    package static func inflate(_ region: ByteRegion, _ wrapper: Wrapper, limit: Int) -> DeflatedStream? {
        guard let stream = Zlib.stream(region, windowBits: wrapper.windowBits, limit: limit),
            stream.isWhole || stream.data.count > 0
        else { return nil }
        return stream
    }

    /// Whether the bytes begin with a header of zlib: deflate, a window of at most 32 KiB, a sum that 31 divides.
    package static func looksLikeZlib(_ region: ByteRegion) -> Bool {
        guard let method = region[0], let flags = region[1], method & 0x0F == 8, method >> 4 <= 7 else { return false }
        return (Int(method) << 8 | Int(flags)).isMultiple(of: 31) && flags & 0x20 == 0
    }
}
