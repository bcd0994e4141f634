/// Numbers to and from little-endian bytes. The one place of this target that views memory as another type.
public enum LittleEndian {
    /// The bytes of the values, little-endian.
    public static func bytes(_ values: [Float]) -> [UInt8] { rawBytes(values.map { $0.bitPattern.littleEndian }) }

    /// The bytes of the values, little-endian.
    public static func bytes(_ values: [Double]) -> [UInt8] { rawBytes(values.map { $0.bitPattern.littleEndian }) }

    /// The bytes of the values, little-endian.
    public static func bytes<Integer: FixedWidthInteger & BitwiseCopyable>(_ values: [Integer]) -> [UInt8] {
        rawBytes(values.map { $0.littleEndian })
    }

    /// The integers of type `Integer` that the bytes hold; a remainder at the end is ignored.
    public static func integers<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ type: Integer.Type, _ bytes: [UInt8]
    ) -> [Integer] {
        let size = MemoryLayout<Integer>.size
        return bytes.withUnsafeBytes { raw in
            (0..<bytes.count / size).map { index in
                Integer(littleEndian: raw.loadUnaligned(fromByteOffset: index * size, as: Integer.self))
            }
        }
    }

    /// Widens the float32 values in a range of little-endian bytes, as many as `values` has room for.
    ///
    /// - Returns: how many; nil for a range that does not lie within the bytes, of which none is widened.
    @discardableResult
    public static func widen(_ span: RawSpan, _ range: Range<Int>, into values: inout [Double]) -> Int? {
        guard range.lowerBound >= 0, range.upperBound <= span.byteCount else { return nil }
        let count = min(range.count / 4, values.count)
        span.extracting(range).withUnsafeBytes { raw in
            values.withUnsafeMutableBufferPointer { values in
                for index in 0..<count {
                    let bits = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
                    values[index] = Double(Float(bitPattern: bits))
                }
            }
        }
        return count
    }

    private static func rawBytes<Integer: FixedWidthInteger & BitwiseCopyable>(_ values: [Integer]) -> [UInt8] {
        values.withUnsafeBytes { [UInt8]($0) }
    }
}
