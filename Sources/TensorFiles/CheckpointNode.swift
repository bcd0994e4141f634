import BBCUPlatform
import TensorBytes
import TensorPickle

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
    /// Bytes, where they lie in the file.
    case bytes(ByteRegion)
    case list([CheckpointNode])
    case tuple([CheckpointNode])
    case set([CheckpointNode])
    case dictionary([Item])
    case tensor(TensorLayout)
    /// A tensor with attributes of its own, or the values of one that a class wraps.
    case attributed(Attributed)
    /// A tensor that is made of others: a sparse or nested one, or one of a class with parts of its own.
    case compound(Compound)
    /// A storage saved without a tensor.
    case storage(type: String, key: String)
    /// A class or function that is only named: `torch.float32`.
    case symbol(String)
    /// An object of a class that is not interpreted.
    case object(Object)
    /// An object that contains itself: the one this number of levels above.
    case cycle(levels: Int)

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

    /// A tensor and what was saved as its attributes.
    public struct Attributed: Sendable {
        /// The full name of the tensor's class.
        public let type: String
        /// How the values lie in the file.
        public let layout: TensorLayout
        /// The attributes under their names.
        public let attributes: [Item]
    }

    /// An object of a class that is not interpreted: what it would have been made of.
    public struct Object: Sendable {
        /// The full name of the class, or of the function that makes the object.
        public let type: String
        /// What the class or function would have been called with.
        public let arguments: [CheckpointNode]
        /// Items of an object that is like a list.
        public internal(set) var elements: [CheckpointNode]
        /// Items of an object that is like a dictionary, then those of its state.
        public internal(set) var items: [Item]
        /// What the class would have been called with by keyword.
        public internal(set) var keywords: [Item] = []
        /// States that are no dictionaries of attributes, in their order.
        public internal(set) var states: [CheckpointNode] = []
        /// What makes the object, if that is no class or function with a name.
        public internal(set) var maker: CheckpointNode?

        /// The value of an item with a string key, or nil.
        public subscript(key: String) -> CheckpointNode? { CheckpointNode.value(of: key, in: items) }

        /// Whether the object is a pickled `torch.nn.Module`: its parts are known by their names, not by its class.
        public var isModule: Bool { self["_parameters"] != nil && self["_modules"] != nil }

        /// What the state dict of a pickled module holds, in its order: parameters, then buffers that are saved, then
        /// the modules inside it.
        ///
        /// Source: `_save_to_state_dict` in `torch/nn/modules/module.py`.
        public var stateDict: [Item] {
            let skipped = skippedBuffers
            var items: [Item] = []
            for (part, isSkippable) in [("_parameters", false), ("_buffers", true), ("_modules", false)] {
                guard case .dictionary(let members)? = self[part] else { continue }
                items += members.filter { !isSkippable || !skipped.contains(ExactName($0.name)) }
            }
            return items
        }

        /// The names of the buffers that a module's state dict leaves out.
        var skippedBuffers: Set<ExactName> {
            guard case .set(let names)? = self["_non_persistent_buffers_set"] else { return [] }
            var skipped: Set<ExactName> = []
            for case .string(let name) in names { skipped.insert(ExactName(name)) }
            return skipped
        }
    }

    /// The value of a dictionary's string key, or nil.
    public subscript(key: String) -> CheckpointNode? {
        guard case .dictionary(let items) = self else { return nil }
        return Self.value(of: key, in: items)
    }

    private static func value(of key: String, in items: [Item]) -> CheckpointNode? {
        items.first { item in
            if case .string(let text) = item.key { text.isExactly(key) } else { false }
        }?.value
    }

    private var keyText: String {
        switch self {
        case .string(let text), .bigInteger(let text), .symbol(let text): text
        case .integer(let value): String(value)
        case .float(let value): value.description
        case .bool(let value): value ? "True" : "False"
        case .none: "None"
        case .tuple(let values) where !isOpaqueKey:
            "(" + values.map(\.quotedKeyText).joined(separator: ", ") + (values.count == 1 ? ",)" : ")")
        case .complex(let real, let imaginary): "(\(real)\(imaginary.sign == .minus ? "" : "+")\(imaginary)j)"
        case .bytes(let bytes): bytes.count <= Self.longestBytesInName ? PythonNotation.bytes(bytes.bytes) : "?"
        default: "?"
        }
    }

    /// Longer bytes that are a key are listed beside what lies under them.
    private static let longestBytesInName = 40

    /// Whether a name cannot say all of the key: it has parts of its own, or is too long.
    var isOpaqueKey: Bool {
        var left = Self.mostPartsInName
        return !isPlainKey(&left)
    }

    /// Parts of a tuple that is a key: tuples within tuples can be shared, and their text then far longer than the file.
    private static let mostPartsInName = 64

    private func isPlainKey(_ left: inout Int) -> Bool {
        left -= 1
        guard left >= 0 else { return false }
        switch self {
        case .string, .bigInteger, .symbol, .integer, .float, .bool, .none, .complex: return true
        case .tuple(let values):
            for value in values where !value.isPlainKey(&left) { return false }
            return true
        case .bytes(let bytes): return bytes.count <= Self.longestBytesInName
        default: return false
        }
    }

    /// As within a tuple, where Python quotes strings.
    private var quotedKeyText: String {
        guard case .string(let text) = self else { return keyText }
        return text.includes("'") && !text.includes("\"") ? "\"" + text + "\"" : "'" + text + "'"
    }
}
