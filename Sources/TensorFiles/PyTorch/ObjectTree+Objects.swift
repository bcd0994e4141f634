import TensorBytes
import TensorPickle

// Objects of known classes, and results of known functions.
extension ObjectTree {
    mutating func object(
        _ node: PickleNode, _ constructor: PickleValue, _ argumentTuple: PickleValue, _ keywords: PickleValue?
    ) throws(CheckpointError) -> CheckpointNode {
        let tuple = graph.tuple(argumentTuple)
        let arguments = tuple ?? []
        if let name = className(constructor), tuple != nil {
            if let known = try tensor(from: name, arguments) { return try adding(node.states, to: known) }
            if let known = try numPy(node, name, arguments) { return known }
            if let known = try module(name, arguments) { return known }
            if isPlain(node, name, arguments), let known = try pythonObject(node, name, arguments) { return known }
        }
        var object = try unknown(className(constructor) ?? "unnamed", tuple ?? [argumentTuple], node.states)
        object.elements = try build(node.elements)
        object.items = try build(node.items) + object.items
        if className(constructor) == nil { object.maker = try build(constructor, as: "maker") }
        if let keywords { object.keywords = try keywordItems(keywords) }
        return .object(object)
    }

    /// Keywords are a dictionary; of anything else nothing is lost either.
    private mutating func keywordItems(_ value: PickleValue) throws(CheckpointError) -> [CheckpointNode.Item] {
        if let node = graph.node(value), case .dictionary = node.kind { return try build(node.items) }
        return [.init(key: .string("keywords"), value: try build(value, as: "keywords"))]
    }

    /// Whether one of Python's own containers has nothing beside its content that may hold tensors: attributes, or
    /// arguments such as a factory. The attributes of a state dict, its `_metadata`, are dictionaries of numbers.
    private mutating func isPlain(_ node: PickleNode, _ name: String, _ arguments: [PickleValue]) -> Bool {
        var rest = node.states
        if name == "collections.defaultdict" { rest += arguments.prefix(1) }
        while let part = rest.popLast().map({ graph.node($0) }) {
            guard let part else { continue }
            lookBudget -= 1 + part.elements.count + part.items.count
            guard lookBudget >= 0 else { return false }
            switch part.kind {
            case .global, .registered, .byteArray: continue
            case .list, .tuple, .set, .frozenSet, .dictionary: break
            case .object(let constructor, let arguments, nil)
            where graph.globalName(constructor) == "collections.OrderedDict" && graph.tuple(arguments)?.isEmpty == true:
                rest += part.states
            case .object, .persistent, .buffer: return false
            }
            rest += part.elements
            for item in part.items { rest += [item.key, item.value] }
        }
        return true
    }

    /// An object of one of Python's own classes, whose module has another name in Python 2.
    private mutating func pythonObject(
        _ node: PickleNode, _ name: String, _ arguments: [PickleValue]
    ) throws(CheckpointError) -> CheckpointNode? {
        switch name {
        case "collections.OrderedDict", "collections.Counter", "collections.defaultdict", "builtins.dict",
            "__builtin__.dict":
            return .dictionary(try initialItems(arguments) + build(node.items))
        case "builtins.list", "__builtin__.list", "collections.deque":
            return .list(try initialElements(arguments) + build(node.elements))
        case "builtins.set", "builtins.frozenset", "__builtin__.set", "__builtin__.frozenset":
            return .set(try initialElements(arguments) + build(node.elements))
        case "builtins.tuple", "__builtin__.tuple", "torch.Size": return .tuple(try initialElements(arguments))
        case "builtins.complex", "__builtin__.complex":
            guard case .float(let real)? = arguments.first, case .float(let imaginary)? = arguments.dropFirst().first
            else { return nil }
            return .complex(real: real, imaginary: imaginary)
        case "torch.jit._pickle.build_intlist", "torch.jit._pickle.build_doublelist",
            "torch.jit._pickle.build_boollist", "torch.jit._pickle.build_tensorlist",
            "torch.jit._pickle.restore_type_tag":
            // How TorchScript says of which type a list or dictionary is.
            return try arguments.first.map { value throws(CheckpointError) in try build(value) }
        case "_codecs.encode":
            // How protocol 2 writes bytes: each a character of Latin-1.
            guard case .string(let text)? = arguments.first else { return nil }
            textBudget -= text.utf8.count
            guard textBudget >= 0 else { throw tooMuchText }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(text.utf8.count)
            for scalar in text.unicodeScalars {
                guard let byte = UInt8(exactly: scalar.value) else { return nil }
                bytes.append(byte)
            }
            return .bytes(ByteRegion(bytes))
        case "builtins.bytes", "__builtin__.bytes", "builtins.bytearray", "__builtin__.bytearray":
            guard let first = arguments.first else { return .bytes(ByteRegion([])) }
            guard case .string = first else { return try build(first) }
            return nil
        default: return nil
        }
    }

    var tooMuchText: CheckpointError {
        failure(.limit, found: "text that is used many times over as bytes", expected: "what PyTorch writes")
    }

    mutating func unknown(
        _ type: String, _ arguments: [PickleValue], _ states: [PickleValue]
    ) throws(CheckpointError) -> CheckpointNode.Object {
        var object = CheckpointNode.Object(type: type, arguments: try build(arguments), elements: [], items: [])
        for state in states {
            if let attributes = try attributes(state) {
                object.items += attributes
            } else {
                object.states.append(try build(state, as: "state"))
            }
        }
        return object
    }

    /// The attributes that a state sets: those of a dictionary, or of the pair that an object with slots has, a
    /// dictionary or None and a dictionary. Nil for every other state.
    ///
    /// Source: `load_build` in CPython's `Lib/pickle.py`.
    mutating func attributes(_ state: PickleValue) throws(CheckpointError) -> [CheckpointNode.Item]? {
        if case .none = state { return [] }
        var items: [CheckpointNode.Item] = []
        let pair = graph.tuple(state)
        guard pair == nil || pair?.count == 2 else { return nil }
        var dictionaries: [PickleNode] = []
        for part in pair ?? [state] {
            if pair != nil, case .none = part { continue }
            guard let node = graph.node(part), case .dictionary = node.kind else { return nil }
            dictionaries.append(node)
        }
        guard !dictionaries.isEmpty else { return nil }
        for dictionary in dictionaries { items += try build(dictionary.items) }
        return items
    }

    /// What a dictionary was made of: nothing, another dictionary, a list of pairs; a defaultdict's factory first.
    private mutating func initialItems(_ arguments: [PickleValue]) throws(CheckpointError) -> [CheckpointNode.Item] {
        for argument in arguments {
            guard let node = graph.node(argument) else { continue }
            if case .dictionary = node.kind { return try build(node.items) }
            guard case .list = node.kind else { continue }
            let pairs = node.elements.compactMap { element -> (key: PickleValue, value: PickleValue)? in
                guard let pair = graph.tuple(element) ?? list(element), pair.count == 2 else { return nil }
                return (pair[0], pair[1])
            }
            return try build(pairs)
        }
        return []
    }

    private mutating func initialElements(_ arguments: [PickleValue]) throws(CheckpointError) -> [CheckpointNode] {
        try build(arguments.first.flatMap { graph.tuple($0) ?? list($0) } ?? [])
    }

    func list(_ value: PickleValue) -> [PickleValue]? {
        guard let node = graph.node(value), case .list = node.kind else { return nil }
        return node.elements
    }
}
