import Execution
import Tensors

/// One array of golden data.
public struct GoldenItem: Sendable {
    /// What an array is.
    public enum Kind: String, Sendable, Hashable {
        case input, output, module, signs, mask, sums, weights, constant
    }

    /// The numbers.
    public enum Elements: Sendable {
        case floats([Float])
        case integers([Int32], bits: Int)
        case words([UInt64], bits: Int)
    }

    /// The name: a module's, or a unit's with what is in it behind.
    public var name: String
    /// What it is.
    public var kind: Kind
    /// The sizes, outermost first.
    public var shape: [Int]
    /// What the sizes are: `NCHW`, `filter,row,column,word`.
    public var layout: String
    /// The numbers, row-major.
    public var elements: Elements
    /// How far a right port may be from them.
    public var tolerance: Double
    /// Why so far.
    public var reason: String

    /// The element type in words: `float32`, `int16`, `uint64`.
    public var type: String {
        switch elements {
        case .floats: "float32"
        case .integers(_, let bits): "int\(bits)"
        case .words(_, let bits): "uint\(bits)"
        }
    }

    /// The numbers as little-endian bytes: what is hashed, and what arrays hold.
    public var bytes: [UInt8] {
        func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        }
        switch elements {
        case .floats(let values): return LittleEndian.bytes(values)
        case .integers(let values, let bits):
            return values.flatMap { bytes(UInt64(bitPattern: Int64($0)), bits / 8) }
        case .words(let values, let bits): return values.flatMap { bytes($0, bits / 8) }
        }
    }

    /// The array as a tensor.
    public var tensor: Tensor? {
        let dtype: DType? =
            switch elements {
            case .floats: .float32
            case .integers(_, let bits): bits == 16 ? .int16 : .int32
            case .words(_, let bits): DType(rawValue: "uint\(bits)")
            }
        return dtype.flatMap { Tensor(dtype: $0, shape: shape, bytes: bytes) }
    }
}

/// An input and what comes of it.
public struct GoldenCase: Sendable {
    /// The name, fit for a file.
    public var name: String
    /// What the input is, in words.
    public var text: String
    /// The arrays, the input first.
    public var items: [GoldenItem]
}
