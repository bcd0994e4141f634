import BBCUNetworks
import BBCUPlatform
import TensorBytes
import TensorFiles

/// The bits of a port's weight file.
public struct PackedBlob: Sendable {
    /// What the file is.
    public enum Kind: String, Encodable, Sendable, Hashable {
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
    /// The bits of all words, the least significant bit of each first: 0 or 1. Made anew, a byte for each.
    public var bits: [UInt8] {
        get { run.unpacked }
        set { run = BitRun(newValue) }
    }
    /// The same bits, eight to a byte.
    private(set) var run: BitRun
    /// The arrays in the file, in order.
    public var parts: [Part]

    /// A blob of words whose least significant bit comes first.
    public init(kind: Kind = .bytes, wordBits: Int = 8, bits: [UInt8], parts: [Part] = []) {
        self.kind = kind
        self.wordBits = wordBits
        run = BitRun(bits)
        self.parts = parts
    }

    init(kind: Kind, wordBits: Int, run: BitRun, parts: [Part] = []) {
        (self.kind, self.wordBits, self.run, self.parts) = (kind, wordBits, run, parts)
    }

    /// The bits of bytes.
    public init(_ bytes: [UInt8], kind: Kind = .bytes, wordBits: Int = 8) {
        self.init(kind: kind, wordBits: wordBits, run: BitRun(bytes: bytes))
    }

    /// Reads a weight file: `.h`, `.mem`, `.memh`, `.hex` and `.npy` by their names, anything else as bytes.
    ///
    /// - Parameter network: whose weights they are. A file with more than 64 bits for each of its 1-bit weights is not
    ///   read.
    /// - Throws: ``PackingError`` where it cannot be read.
    public static func read(_ path: String, for network: BBCUNetwork? = nil) throws(PackingError) -> PackedBlob {
        let largest = network.map { min(Self.largest, largestFile(for: $0)) } ?? Self.largest
        do throws(PackingError) {
            let region: ByteRegion
            do throws(BytesError) { region = try ByteRegion.mapping(path) } catch {
                throw PackingError(.unreadable, found: error.found, expected: "a weight file")
            }
            let isText = PathText.hasEnding(path, among: ".h", ".hpp", ".c", ".inc", ".mem", ".memh", ".hex")
            let limit = isText ? 4 * largest : largest
            guard region.count <= limit else {
                throw PackingError(
                    .tooLarge, found: "found \(region.count.counted("byte"))",
                    expected: "at most \(limit) of packed weights" + (network == nil ? "" : " of this network"))
            }
            if PathText.hasEnding(path, among: ".npy") { return try array(path) }
            if PathText.hasEnding(path, among: ".h", ".hpp", ".c", ".inc") { return try CHeader.parse(region.bytes) }
            if PathText.hasEnding(path, among: ".mem", ".memh", ".hex") {
                return try MemoryText.parse(region.bytes)
            }
            return PackedBlob(region.bytes)
        } catch { throw error.inFile(path) }
    }

    /// No network's 1-bit weights are larger.
    private static let largest = 1 << 26

    /// The bytes of a file with a 64-bit word for each 1-bit weight.
    private static func largestFile(for network: BBCUNetwork) -> Int {
        let weights = network.unitIndices.reduce(0) { sum, index in
            sum + (network.layers[index].operation.unit?.weightCount ?? 0)
        }
        return max(1 << 20, weights.multipliedReportingOverflow(by: 8).partialValue)
    }

    /// A NumPy array of words, or of one number a weight.
    private static func array(_ path: String) throws(PackingError) -> PackedBlob {
        let tensor: Tensor
        do throws(CheckpointError) { tensor = try NumPyArray.read(path) } catch { throw error.recoded(.unreadable) }
        guard let values = tensor.doubles(), !values.isEmpty else {
            throw PackingError(
                .noWords, found: "found \(tensor.dtype.rawValue)", expected: "an array of numbers")
        }
        if let bits = oneBitEach(values) { return PackedBlob(kind: .npy, wordBits: 1, bits: bits) }
        guard !tensor.dtype.isFloatingPoint else {
            throw PackingError(
                .noWords, found: "found \(tensor.dtype.rawValue) values beyond -1, 0 and 1",
                expected: "words of integers")
        }
        return PackedBlob(tensor.bytes, kind: .npy, wordBits: tensor.bytes.count / values.count * 8)
    }

    /// The bits of numbers that are -1 and +1, or 0 and 1, one a weight; nil for others.
    static func oneBitEach(_ values: [Double]) -> [UInt8]? {
        guard values.allSatisfy({ abs($0) <= 1 && $0 == $0.rounded() }) else { return nil }
        return values.map { $0 > 0 ? 1 : 0 }
    }
}
