/// What a checkpoint holds, as an inert tree: nothing of the file was executed to make it.
public indirect enum CheckpointNode: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    /// An integer beyond 64 bits, as text.
    case bigInteger(String)
    case float(Double)
    case complex(real: Double, imaginary: Double)
    case string(String)
    /// Bytes, of which only the number is kept.
    case bytes(count: Int)
    case list([CheckpointNode])
    case tuple([CheckpointNode])
    case set([CheckpointNode])
    case dictionary([Item])
    case tensor(TensorLayout)
    /// A storage saved without a tensor.
    case storage(type: String, key: String)
    /// A class or function that is only named: `torch.float32`.
    case symbol(String)
    /// An object of a class that is not interpreted.
    case object(Object)
    /// An object that contains itself.
    case cycle

    /// A key and its value.
    public struct Item: Sendable {
        /// The key: any value that Python can use as one.
        public let key: CheckpointNode
        /// The value.
        public let value: CheckpointNode

        /// The key as part of a tensor's name: a string as it is, a number by its digits.
        public var name: String { key.keyText }
    }

    /// An object of a class that is not interpreted: what it would have been made of.
    public struct Object: Sendable {
        /// The full name of the class, or of the function that makes the object.
        public let type: String
        /// What the class or function would have been called with.
        public let arguments: [CheckpointNode]
        /// Items of an object that is like a list.
        public let elements: [CheckpointNode]
        /// Items of an object that is like a dictionary, then those of its state.
        public let items: [Item]
    }

    /// The value of a dictionary's string key, or nil.
    public subscript(key: String) -> CheckpointNode? {
        guard case .dictionary(let items) = self else { return nil }
        return items.first { item in
            if case .string(let text) = item.key { text == key } else { false }
        }?.value
    }

    private var keyText: String {
        switch self {
        case .string(let text), .bigInteger(let text), .symbol(let text): text
        case .integer(let value): String(value)
        case .float(let value): value.description
        case .bool(let value): value ? "True" : "False"
        case .none: "None"
        case .tuple(let values): "(" + values.map(\.keyText).joined(separator: ", ") + ")"
        case .bytes(let count): "bytes(\(count))"
        default: "?"
        }
    }
}
