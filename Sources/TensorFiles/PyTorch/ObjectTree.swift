import BBCUPlatform
import TensorPickle

/// Turns what a pickle says into a checkpoint's tree: PyTorch's own functions and Python's containers are understood
/// by name, everything else stays an object of unknown class.
struct ObjectTree {
    /// What a pickle is turned into.
    struct Result {
        let root: CheckpointNode
        /// The storages of the file and those inside the pickle.
        let storages: any StorageSource
        /// Values that the pickle holds, each counted once.
        let valueCount: Int
        /// What a reader should know.
        let notes: [String]
    }

    let graph: PickleGraph
    let storages: any StorageSource
    /// Tensors that persistent identifiers stand for, in a tar archive.
    let tensors: ExactDictionary<TensorLayout>
    let reading: Reading
    /// What stands before the keys of the storages inside the pickle, where several pickles of a file have some.
    let keyPrefix: String
    /// The storages inside the pickle that are files of their own, by the nodes that load them.
    var embedded: [Int: StorageReference] = [:]
    /// The values of NumPy's arrays, which lie in the pickle itself.
    var inside = StoredRegions()
    /// Bytes that may still be made of text: protocol 2 writes bytes as text, which many arrays could share.
    var textBudget: Int
    var notes: [String] = []
    /// Tensors that are the part of one process, and the first of them in words.
    var partsOfProcesses: (count: Int, first: String) = (0, "")
    /// Shared objects are built once; how many levels lie below each is kept, since reuse adds to the depth as well.
    private var built: [Int: (node: CheckpointNode, height: Int)] = [:]
    /// The objects that are being built, each with its depth.
    private var building: [Int: Int] = [:]
    /// The levels below the object that is being built, as far as it has been.
    private var height = 0
    /// Items that may still be made. An object repeats the items of the dictionary it is made of, so that a small file
    /// could ask for far more than it holds.
    private var budget: Int
    /// Parts of containers' attributes that may still be looked at.
    var lookBudget: Int
    /// Where the object lies that is being built, for errors.
    private var path: [String] = []

    private init(
        graph: PickleGraph, storages: any StorageSource, tensors: ExactDictionary<TensorLayout>, keyPrefix: String,
        _ reading: Reading
    ) {
        self.graph = graph
        self.keyPrefix = keyPrefix
        self.storages = storages
        self.tensors = tensors
        self.reading = reading
        budget = 1000 + 4 * graph.nodes.reduce(0) { $0 + $1.elements.count + $1.items.count }
        lookBudget = budget
        textBudget = 4 * graph.end
    }

    /// The tree of a pickle.
    ///
    /// - Throws: `limit`, and what is wrong with a tensor: `tensor`, `dtype`, `missingStorage`, `storageSize`,
    ///   `beyondStorage`, `overflow`.
    static func build(
        _ graph: PickleGraph, storages: any StorageSource, tensors: ExactDictionary<TensorLayout> = [:],
        keyPrefix: String = "", _ reading: Reading
    ) throws(CheckpointError) -> Result {
        var tree = ObjectTree(graph: graph, storages: storages, tensors: tensors, keyPrefix: keyPrefix, reading)
        let root = try tree.build(graph.root)
        let isLayered = !tree.inside.regions.isEmpty
        tree.notePartsOfProcesses()
        return Result(
            root: root, storages: isLayered ? LayeredStorages(inside: tree.inside, others: storages) : storages,
            valueCount: graph.nodes.reduce(0) { $0 + 1 + $1.elements.count + $1.items.count }, notes: tree.notes)
    }

    mutating func build(_ value: PickleValue) throws(CheckpointError) -> CheckpointNode {
        switch value {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .bigInteger(let text): return .bigInteger(text)
        case .float(let value): return .float(value)
        case .string(let text): return .string(text)
        case .bytes(let bytes): return .bytes(bytes)
        case .node(let index):
            if case .object(let function, _, _) = graph.nodes[index].kind,
                case .global("torch.storage", "_load_from_bytes")? = graph.node(function)?.kind,
                let storage = try storageReference(value)
            {
                return .storage(type: storage.type, key: storage.key)
            }
            if let built = built[index] {
                height = max(height, built.height + 1)
                try checkDepth(building.count + built.height)
                return built.node
            }
            if let depth = building[index] { return .cycle(levels: building.count - depth) }
            building[index] = building.count
            try checkDepth(building.count)
            let siblings = height
            height = 0
            let node = try build(graph.nodes[index])
            built[index] = (node, height)
            height = max(siblings, height + 1)
            building[index] = nil
            return node
        }
    }

    private func checkDepth(_ depth: Int) throws(CheckpointError) {
        guard depth < reading.limits.nesting else {
            throw failure(
                .limit, found: "more than \(reading.limits.nesting.counted("object")) within each other",
                expected: "at most \(reading.limits.nesting)")
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
        case .byteArray(let bytes): return .bytes(bytes)
        case .global(let module, let name): return .symbol(module + "." + name)
        case .registered(let code): return .symbol("extension \(code)")
        case .buffer(let index): return .symbol("buffer \(index)")
        case .persistent(let identifier): return try persistent(identifier)
        case .object(let constructor, let arguments, let keywords):
            return try object(node, constructor, arguments, keywords)
        }
    }

    /// A value that is a part of the object being built, under a name that errors give.
    mutating func build(_ value: PickleValue, as name: String) throws(CheckpointError) -> CheckpointNode {
        path.append(name)
        let node = try build(value)
        path.removeLast()
        return node
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

    /// The name of a class or function; a legacy file gives a module's class together with its source code.
    func className(_ value: PickleValue) -> String? {
        if let name = graph.globalName(value) { return name }
        guard case .persistent(let identifier)? = graph.node(value)?.kind, let parts = graph.tuple(identifier),
            parts.count >= 2
        else { return nil }
        // ("module", class, source file, source); in a tar archive (class, source file, source).
        if case .string("module") = parts[0] { return graph.globalName(parts[1]) }
        return graph.globalName(parts[0])
    }

    private mutating func persistent(_ identifier: PickleValue) throws(CheckpointError) -> CheckpointNode {
        if let storage = StorageReference(identifier, in: graph) {
            return .storage(type: storage.type, key: storage.key)
        }
        switch identifier {
        case .integer(let key): if let tensor = tensors[String(key)] { return .tensor(tensor) }
        case .bigInteger(let key), .string(let key): if let tensor = tensors[key] { return .tensor(tensor) }
        default: break
        }
        return .object(.init(type: "persistent", arguments: [try build(identifier)], elements: [], items: []))
    }

    /// An error at the object that is being built.
    func failure(_ code: CheckpointCode, found: String, expected: String? = nil) -> CheckpointError {
        CheckpointError(code, place: place, found: found, expected: expected, advice: Self.advice(code))
    }

    private static func advice(_ code: CheckpointCode) -> Advice {
        switch code {
        case .limit: "that is a limit of this reader and no damage; ReadingLimits sets it"
        case .dtype: "this version does not know it"
        case .missingStorage, .storageSize: .salvageOfDamaged
        default: "the file is damaged, or was not written by PyTorch"
        }
    }

    /// Where the object lies that is being built, or nil at the root.
    var place: String? { path.isEmpty ? nil : path.joined(separator: ".") }
}
