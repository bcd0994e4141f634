import Bytes
import Checkpoints
import Tensors

/// The bits of a port's weight file.
public struct PackedBlob: Sendable {
    /// What the file is.
    public enum Kind: String, Sendable, Hashable {
        case bytes
        case cHeader = "c-header"
        case hexadecimal, npy
    }

    /// A run of words under one name.
    public struct Part: Sendable, Hashable {
        /// The name in the file; empty where there is none.
        public var name: String
        /// The first bit.
        public var start: Int
    }

    /// What the file is.
    public var kind: Kind
    /// Bits of a word of the file.
    public var wordBits: Int
    /// The bits of all words, the least significant bit of each first: 0 or 1.
    public var bits: [UInt8]
    /// The arrays in the file, in order.
    public var parts: [Part]

    /// A blob of words whose least significant bit comes first.
    public init(kind: Kind = .bytes, wordBits: Int = 8, bits: [UInt8], parts: [Part] = []) {
        self.kind = kind
        self.wordBits = wordBits
        self.bits = bits
        self.parts = parts
    }

    /// The bits of bytes.
    public init(_ bytes: [UInt8], kind: Kind = .bytes, wordBits: Int = 8) {
        self.init(kind: kind, wordBits: wordBits, bits: Self.bits(bytes))
    }

    static func bits(_ bytes: [UInt8]) -> [UInt8] {
        var bits: [UInt8] = []
        bits.reserveCapacity(bytes.count * 8)
        for byte in bytes { for bit in 0..<8 { bits.append(byte >> UInt8(bit) & 1) } }
        return bits
    }

    /// Reads a weight file: `.h`, `.mem`, `.memh`, `.hex` and `.npy` by their names, anything else as bytes.
    /// - Throws: ``PortError`` where it cannot be read.
    public static func read(_ path: String) throws(PortError) -> PackedBlob {
        do throws(PortError) {
            if PathText.hasEnding(path, among: ".npy") { return try array(path) }
            let region: ByteRegion
            do throws(BytesError) { region = try ByteRegion.mapping(path) } catch {
                throw PortError("\(error.found), expected a weight file")
            }
            guard region.count <= Self.largest else {
                throw PortError("found \(region.count) bytes, expected at most \(Self.largest) of packed weights")
            }
            if PathText.hasEnding(path, among: ".h", ".hpp", ".c", ".inc") { return try CHeader.parse(region.bytes) }
            if PathText.hasEnding(path, among: ".mem", ".memh", ".hex") {
                return try MemoryText.parse(region.bytes)
            }
            return PackedBlob(region.bytes)
        } catch { throw PortError("\(path): \(error.description)") }
    }

    /// No network's 1-bit weights are larger.
    private static let largest = 1 << 26

    /// A NumPy array of words, or of one number a weight.
    private static func array(_ path: String) throws(PortError) -> PackedBlob {
        let tensor: Tensor
        do throws(CheckpointError) { tensor = try NumPyArray.read(path) } catch { throw PortError("\(error)") }
        guard let values = tensor.doubles(), !values.isEmpty else {
            throw PortError("found \(tensor.dtype.rawValue), expected an array of numbers")
        }
        if let bits = oneBitEach(values) { return PackedBlob(kind: .npy, wordBits: 1, bits: bits) }
        guard !tensor.dtype.isFloatingPoint else {
            throw PortError("found \(tensor.dtype.rawValue) values beyond -1, 0 and 1, expected words of integers")
        }
        return PackedBlob(tensor.bytes, kind: .npy, wordBits: tensor.bytes.count / values.count * 8)
    }

    /// The bits of numbers that are -1 and +1, or 0 and 1, one a weight; nil for others.
    static func oneBitEach(_ values: [Double]) -> [UInt8]? {
        guard values.allSatisfy({ abs($0) <= 1 && $0 == $0.rounded() }) else { return nil }
        return values.map { $0 > 0 ? 1 : 0 }
    }
}
