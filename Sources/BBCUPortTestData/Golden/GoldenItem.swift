import TensorBytes

/// One array of golden data.
public struct GoldenItem: Sendable {
    /// What an array is.
    public enum Kind: String, Encodable, Sendable, Hashable {
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
        switch elements {
        case .floats(let values): LittleEndian.bytes(values)
        case .integers(let values, bits: 16): LittleEndian.bytes(values.map { Int16(truncatingIfNeeded: $0) })
        case .integers(let values, _): LittleEndian.bytes(values)
        case .words(let values, bits: 8): values.map { UInt8(truncatingIfNeeded: $0) }
        case .words(let values, bits: 16): LittleEndian.bytes(values.map { UInt16(truncatingIfNeeded: $0) })
        case .words(let values, bits: 32): LittleEndian.bytes(values.map { UInt32(truncatingIfNeeded: $0) })
        case .words(let values, _): LittleEndian.bytes(values)
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
