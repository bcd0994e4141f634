/// Numbers to and from little-endian bytes. The one place of this target that views memory as another type.
public enum LittleEndian {
    /// The bytes of the values, little-endian.
    public static func bytes(_ values: [Float]) -> [UInt8] { rawBytes(values.map { $0.bitPattern.littleEndian }) }

    /// The bytes of the values, little-endian.
    public static func bytes(_ values: [Double]) -> [UInt8] { rawBytes(values.map { $0.bitPattern.littleEndian }) }

    /// The bytes of the values, little-endian.
    public static func bytes(_ values: [Int32]) -> [UInt8] { rawBytes(values.map { $0.littleEndian }) }

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

    private static func rawBytes<Integer: FixedWidthInteger & BitwiseCopyable>(_ values: [Integer]) -> [UInt8] {
        values.withUnsafeBytes { [UInt8]($0) }
    }
}
