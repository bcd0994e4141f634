import TensorBytes

/// A value of a pickle: a plain one, or a reference to a node of its graph.
///
/// Nodes are referred to by number and not held, so that shared and circular references cost nothing and releasing a
/// deeply nested graph does not recurse.
package enum PickleValue: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    /// An integer beyond 64 bits: its decimal digits, or its two's complement in hexadecimal with `0x` in front.
    case bigInteger(String)
    case float(Double)
    case string(String)
    case bytes(ByteRegion)
    /// The number of a node in the graph.
    case node(Int)
}

/// An object of a pickle that other values can share.
package struct PickleNode: Sendable {
    /// What the object is.
    package var kind: Kind
    /// Items of a list, tuple or set, and what was appended to an object.
    package var elements: [PickleValue] = []
    /// Items of a dictionary, and what was set on an object as on a dictionary.
    package var items: [(key: PickleValue, value: PickleValue)] = []
    /// What BUILD gave the object as its state, each time it did.
    package var states: [PickleValue] = []

    /// What an object of a pickle is. Nothing is looked up or called: a class is its name, an object is what would
    /// have been called with which arguments.
    package enum Kind: Sendable {
        case list, tuple, dictionary, set, frozenSet
        case byteArray(ByteRegion)
        /// A class or function, by name.
        case global(module: String, name: String)
        /// What a class or function would have returned.
        case object(constructor: PickleValue, arguments: PickleValue, keywords: PickleValue?)
        /// What the writer kept elsewhere, under this identifier.
        case persistent(PickleValue)
        /// A class or function by its number in a registry of the writer's.
        case registered(Int)
        /// The next buffer kept outside the pickle.
        case buffer(Int)
    }
}

/// What a pickle says, inert: its nodes, and the value it stands for.
package struct PickleGraph: Sendable {
    /// The objects, in the order in which they were made.
    package internal(set) var nodes: [PickleNode] = []
    /// The value the pickle stands for.
    package internal(set) var root = PickleValue.none
    /// The protocol the pickle names; 0 where it names none.
    package internal(set) var version = 0
    /// The byte after STOP.
    package internal(set) var end = 0

    /// The node a value refers to, or nil for a plain value.
    package func node(_ value: PickleValue) -> PickleNode? {
        guard case .node(let index) = value, nodes.indices.contains(index) else { return nil }
        return nodes[index]
    }

    /// The full name of the class or function that a value is, or nil: `torch._utils._rebuild_tensor_v2`.
    package func globalName(_ value: PickleValue) -> String? {
        guard case .global(let module, let name) = node(value)?.kind else { return nil }
        return module + "." + name
    }

    /// The items of the tuple that a value is, or nil.
    package func tuple(_ value: PickleValue) -> [PickleValue]? {
        guard let node = node(value), case .tuple = node.kind else { return nil }
        return node.elements
    }
}
