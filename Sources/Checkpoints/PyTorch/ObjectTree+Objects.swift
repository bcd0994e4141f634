import Bytes
import Pickle
import Tensors

// Objects of known classes, and results of known functions.
extension ObjectTree {
    mutating func object(
        _ node: PickleNode, _ name: String?, _ argumentTuple: PickleValue
    ) throws(CheckpointError) -> CheckpointNode {
        let arguments = graph.tuple(argumentTuple) ?? []
        guard let name else { return .object(try unknown(node, "unnamed", arguments)) }
        if let known = try tensor(from: name, arguments) { return known }
        if let known = try numPy(node, name, arguments) { return known }
        if let known = try pythonObject(node, name, arguments) { return known }
        return .object(try unknown(node, name, arguments))
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
            return .bytes(count: text.unicodeScalars.count)
        case "builtins.bytes", "__builtin__.bytes", "builtins.bytearray", "__builtin__.bytearray":
            guard let first = arguments.first else { return .bytes(count: 0) }
            guard case .string = first else { return try build(first) }
            return nil
        default: return nil
        }
    }

    var tooMuchText: CheckpointError {
        failure(.limit, found: "text that is used many times over as bytes", expected: "what PyTorch writes")
    }

    private mutating func unknown(
        _ node: PickleNode, _ type: String, _ arguments: [PickleValue]
    ) throws(CheckpointError) -> CheckpointNode.Object {
        var items = try build(node.items)
        for state in node.states {
            // A class with slots has a pair of states, the first of which may be None.
            for part in graph.tuple(state) ?? [state] {
                guard let dictionary = graph.node(part), case .dictionary = dictionary.kind else { continue }
                items += try build(dictionary.items)
            }
        }
        return CheckpointNode.Object(
            type: type, arguments: try build(arguments), elements: try build(node.elements), items: items)
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
