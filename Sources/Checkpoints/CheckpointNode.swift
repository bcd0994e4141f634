import Bytes

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
    /// A tensor that is made of others: a sparse or nested one, or one of a class with parts of its own.
    case compound(Compound)
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

    /// A tensor that is made of others.
    public struct Compound: Sendable {
        /// PyTorch's name of the layout, such as `sparse_csr` or `nested`, or of the tensor's class.
        public let kind: String
        /// The sizes, or nil where only the parts know them.
        public let shape: [Int]?
        /// The tensors it is made of, under the names of the methods that return them in PyTorch.
        public let parts: [Item]
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

        /// The value of an item with a string key, or nil.
        public subscript(key: String) -> CheckpointNode? { CheckpointNode.value(of: key, in: items) }

        /// Whether the object is a pickled `torch.nn.Module`: its parts are known by their names, not by its class.
        public var isModule: Bool { self["_parameters"] != nil && self["_modules"] != nil }

        /// What the state dict of a pickled module holds, in its order: parameters, then buffers that are saved, then
        /// the modules inside it.
        ///
        /// Source: `_save_to_state_dict` in `torch/nn/modules/module.py`.
        public var stateDict: [Item] {
            var skipped: Set<String> = []
            if case .set(let names)? = self["_non_persistent_buffers_set"] {
                for case .string(let name) in names { skipped.insert(name) }
            }
            var items: [Item] = []
            for (part, isSkippable) in [("_parameters", false), ("_buffers", true), ("_modules", false)] {
                guard case .dictionary(let members)? = self[part] else { continue }
                items += members.filter { !isSkippable || !skipped.contains($0.name) }
            }
            return items
        }
    }

    /// The value of a dictionary's string key, or nil.
    public subscript(key: String) -> CheckpointNode? {
        guard case .dictionary(let items) = self else { return nil }
        return Self.value(of: key, in: items)
    }

    private static func value(of key: String, in items: [Item]) -> CheckpointNode? {
        items.first { item in
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
        case .tuple(let values):
            "(" + values.map(\.quotedKeyText).joined(separator: ", ") + (values.count == 1 ? ",)" : ")")
        case .bytes(let count): "bytes(\(count))"
        default: "?"
        }
    }

    /// As within a tuple, where Python quotes strings.
    private var quotedKeyText: String {
        guard case .string(let text) = self else { return keyText }
        return text.includes("'") && !text.includes("\"") ? "\"" + text + "\"" : "'" + text + "'"
    }
}
