import BBCUPlatform
import CBBCUZlib
import TensorBytes

// The one file of this target that hands memory to C.

/// CRC-32 as ZIP and `zlib.crc32` compute it (polynomial 0xEDB88320).
public enum CRC32 {
    /// The checksum of the bytes.
    package static func of(_ region: ByteRegion) -> UInt32 { region.withUnsafeBytes { of($0, after: 0) } }

    /// The checksum of the bytes, going on from that of what came before them.
    public static func of(_ bytes: [UInt8], after checksum: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { of($0, after: checksum) }
    }

    private static func of(_ bytes: UnsafeRawBufferPointer, after checksum: UInt32) -> UInt32 {
        // zlib takes a null pointer as the wish for the initial value.
        guard let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else { return checksum }
        return UInt32(truncatingIfNeeded: crc32_z(UInt(checksum), start, bytes.count))
    }
}

/// Inflating raw deflate data (RFC 1951) with the system's zlib.
enum Zlib {
    /// Deflate cannot shrink data further than this, so that a larger claim is false (zlib's technical notes).
    static let largestRatio = 1032

    /// The `size` bytes that `compressed` inflates to; memory for more is never taken.
    static func inflate(_ compressed: ByteRegion, size: Int, name: String) throws(ZipError) -> ByteRegion {
        let plausible = compressed.count.times(largestRatio).map { size <= $0 } ?? true
        if plausible, let data = inflated(compressed, size: size) { return data }
        throw ZipError(
            .inflate, place: name, found: "the compressed data do not inflate to the size in the directory",
            expected: "\(size) bytes", advice: "the file is damaged")
    }

    /// The first `count` bytes that `compressed` inflates to.
    static func beginning(_ compressed: ByteRegion, count: Int, name: String) throws(ZipError) -> ByteRegion {
        let data = ByteRegion(count: count) { output in
            compressed.withUnsafeBytes { input in inflate(input, into: output).produced == count }
        }
        if let data { return data }
        throw ZipError(
            .inflate, place: name, found: "the compressed data cannot be inflated", advice: "the file is damaged")
    }

    /// Inflates the one stream that starts a run of bytes: at most `limit` bytes of it.
    static func stream(_ compressed: ByteRegion, windowBits: Int32, limit: Int) -> DeflatedStream? {
        let bound = min(limit, compressed.count.times(largestRatio) ?? limit)
        var result = (produced: 0, consumed: 0, isEnded: false)
        let output = ByteRegion(count: bound + 1) { output in
            compressed.withUnsafeBytes { input in
                result = inflate(input, into: output, windowBits: windowBits)
                return true
            }
        }
        let isCut = result.produced > bound
        guard let data = try? output?.slice(at: 0, count: min(result.produced, bound)) else { return nil }
        return DeflatedStream(
            data: data, consumed: result.consumed, isWhole: result.isEnded && !isCut,
            reachesLimit: isCut && bound == limit)
    }

    private static func inflated(_ compressed: ByteRegion, size: Int) -> ByteRegion? {
        // One byte more than declared shows data that would run past the declared size.
        let whole = ByteRegion(count: size + 1) { output in
            compressed.withUnsafeBytes { input in
                let result = inflate(input, into: output)
                return result.isWhole && result.produced == size
            }
        }
        return whole.flatMap { try? $0.slice(at: 0, count: size) }
    }

    /// As much as `compressed` inflates to, at most `limit` bytes, and whether that is all of it: what a damaged or a
    /// lying entry still gives.
    static func inflatePrefix(_ compressed: ByteRegion, limit: Int) -> (data: ByteRegion, isWhole: Bool) {
        let bound = min(limit, compressed.count.times(largestRatio) ?? limit)
        var (produced, isWhole) = (0, false)
        let output = ByteRegion(count: bound + 1) { output in
            compressed.withUnsafeBytes { input in
                (produced, isWhole) = inflate(input, into: output)
                return true
            }
        }
        let data = output.flatMap { try? $0.slice(at: 0, count: min(produced, bound)) }
        return (data ?? ByteRegion([]), isWhole && produced <= bound)
    }

    /// The number of bytes inflated, and whether the data are one deflate stream, whole and without anything behind.
    private static func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> (produced: Int, isWhole: Bool) {
        let result = inflate(input, into: output, windowBits: -MAX_WBITS)
        return (result.produced, result.isEnded && result.consumed == input.count)
    }

    /// Inflates the stream that starts the input, as far as it goes and the output has room.
    static func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, windowBits: Int32
    ) -> (produced: Int, consumed: Int, isEnded: Bool) {
        var stream = z_stream()
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return (0, 0, false)
        }
        defer { inflateEnd(&stream) }
        var consumed = 0
        var produced = 0
        while true {
            let inputStep = min(input.count - consumed, Int(UInt32.max))
            let outputStep = min(output.count - produced, Int(UInt32.max))
            stream.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: consumed))
            stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: produced)
            stream.avail_in = UInt32(inputStep)
            stream.avail_out = UInt32(outputStep)
            let status = CBBCUZlib.inflate(&stream, Z_NO_FLUSH)
            consumed += inputStep - Int(stream.avail_in)
            produced += outputStep - Int(stream.avail_out)
            if status == Z_STREAM_END { return (produced, consumed, true) }
            let hasMoved = inputStep != Int(stream.avail_in) || outputStep != Int(stream.avail_out)
            guard status == Z_OK, hasMoved else { return (produced, consumed, false) }
        }
    }
}

/// `0x` and eight hexadecimal digits.
func hexadecimal(_ number: UInt32) -> String {
    let digits = String(number, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
