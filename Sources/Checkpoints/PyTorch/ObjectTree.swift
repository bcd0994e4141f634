import Bytes
import Pickle
import Tensors

/// Turns what a pickle says into a checkpoint's tree: PyTorch's own functions and Python's containers are understood
/// by name, everything else stays an object of unknown class.
struct ObjectTree {
    /// Deeper nesting than any checkpoint has, and shallow enough for every thread's stack.
    static let deepestNesting = 200

    let graph: PickleGraph
    let storages: any StorageSource
    /// Shared objects are built once; how many levels lie below each is kept, since reuse adds to the depth as well.
    private var built: [Int: (node: CheckpointNode, height: Int)] = [:]
    private var building: Set<Int> = []
    /// The levels below the object that is being built, as far as it has been.
    private var height = 0
    /// Items that may still be made. An object repeats the items of the dictionary it is made of, so that a small file
    /// could ask for far more than it holds.
    private var budget: Int
    /// Where the object lies that is being built, for errors.
    private var path: [String] = []

    private init(graph: PickleGraph, storages: any StorageSource) {
        self.graph = graph
        self.storages = storages
        budget = 1000 + 4 * graph.nodes.reduce(0) { $0 + $1.elements.count + $1.items.count }
    }

    /// The tree of a pickle.
    ///
    /// - Throws: `limit`, and what is wrong with a tensor: `tensor`, `dtype`, `missingStorage`, `storageSize`,
    ///   `beyondStorage`, `overflow`.
    static func build(_ graph: PickleGraph, storages: any StorageSource) throws(CheckpointError) -> CheckpointNode {
        var tree = ObjectTree(graph: graph, storages: storages)
        return try tree.build(graph.root)
    }

    mutating func build(_ value: PickleValue) throws(CheckpointError) -> CheckpointNode {
        switch value {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .bigInteger(let text): return .bigInteger(text)
        case .float(let value): return .float(value)
        case .string(let text): return .string(text)
        case .bytes(let bytes): return .bytes(count: bytes.count)
        case .node(let index):
            if let built = built[index] {
                height = max(height, built.height + 1)
                try checkDepth(building.count + built.height)
                return built.node
            }
            guard building.insert(index).inserted else { return .cycle }
            try checkDepth(building.count)
            let siblings = height
            height = 0
            let node = try build(graph.nodes[index])
            built[index] = (node, height)
            height = max(siblings, height + 1)
            building.remove(index)
            return node
        }
    }

    private func checkDepth(_ depth: Int) throws(CheckpointError) {
        guard depth < Self.deepestNesting else {
            throw failure(.limit, found: "more than \(Self.deepestNesting) objects within each other")
        }
    }

    private mutating func spend(_ count: Int) throws(CheckpointError) {
        budget -= count
        guard budget >= 0 else {
            throw failure(.limit, found: "objects that repeat each other's items", expected: "what PyTorch writes")
        }
    }

    private mutating func build(_ node: PickleNode) throws(CheckpointError) -> CheckpointNode {
        switch node.kind {
        case .list: return .list(try build(node.elements))
        case .tuple: return .tuple(try build(node.elements))
        case .set, .frozenSet: return .set(try build(node.elements))
        case .dictionary: return .dictionary(try build(node.items))
        case .byteArray(let bytes): return .bytes(count: bytes.count)
        case .global(let module, let name): return .symbol(module + "." + name)
        case .registered(let code): return .symbol("extension \(code)")
        case .buffer(let index): return .symbol("buffer \(index)")
        case .persistent(let identifier): return try persistent(identifier)
        case .object(let constructor, let arguments, _):
            return try object(node, graph.globalName(constructor), arguments)
        }
    }

    mutating func build(_ values: [PickleValue]) throws(CheckpointError) -> [CheckpointNode] {
        try spend(values.count)
        var nodes: [CheckpointNode] = []
        nodes.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            path.append(String(index))
            nodes.append(try build(value))
            path.removeLast()
        }
        return nodes
    }

    mutating func build(
        _ pairs: [(key: PickleValue, value: PickleValue)]
    ) throws(CheckpointError) -> [CheckpointNode.Item] {
        try spend(pairs.count)
        var items: [CheckpointNode.Item] = []
        items.reserveCapacity(pairs.count)
        for pair in pairs {
            let key = CheckpointNode.Item(key: try build(pair.key), value: .none)
            path.append(key.name)
            items.append(CheckpointNode.Item(key: key.key, value: try build(pair.value)))
            path.removeLast()
        }
        return items
    }

    private mutating func persistent(_ identifier: PickleValue) throws(CheckpointError) -> CheckpointNode {
        guard let storage = storageReference(identifier) else {
            return .object(.init(type: "persistent", arguments: [try build(identifier)], elements: [], items: []))
        }
        return .storage(type: storage.type, key: storage.key)
    }

    /// An error at the object that is being built.
    func failure(_ code: CheckpointCode, found: String, expected: String? = nil) -> CheckpointError {
        CheckpointError(
            code, place: path.isEmpty ? nil : path.joined(separator: "."), found: found, expected: expected,
            advice: "the file is damaged, or was not written by PyTorch")
    }
}
