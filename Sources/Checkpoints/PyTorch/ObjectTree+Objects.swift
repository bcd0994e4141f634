import Bytes
import Pickle
import Tensors

// Objects of known classes, and results of known functions.
extension ObjectTree {
    mutating func object(
        _ node: PickleNode, _ name: String?, _ argumentTuple: PickleValue
    ) throws(CheckpointError) -> CheckpointNode {
        let arguments = graph.tuple(argumentTuple) ?? []
        if let name, let known = try rebuilt(name, arguments) { return known }
        switch name {
        case "collections.OrderedDict", "collections.Counter", "collections.defaultdict", "builtins.dict",
            "__builtin__.dict":
            return .dictionary(try initialItems(arguments) + build(node.items))
        case "builtins.list", "__builtin__.list":
            return .list(try initialElements(arguments) + build(node.elements))
        case "builtins.set", "builtins.frozenset", "__builtin__.set", "__builtin__.frozenset":
            return .set(try initialElements(arguments) + build(node.elements))
        case "builtins.tuple", "__builtin__.tuple", "torch.Size": return .tuple(try initialElements(arguments))
        case "builtins.complex", "__builtin__.complex":
            guard case .float(let real)? = arguments.first, case .float(let imaginary)? = arguments.dropFirst().first
            else { break }
            return .complex(real: real, imaginary: imaginary)
        case "_codecs.encode":
            // How protocol 2 writes bytes: each a character of Latin-1.
            guard case .string(let text)? = arguments.first else { break }
            return .bytes(count: text.unicodeScalars.count)
        default: break
        }
        return .object(try unknown(node, name ?? "unnamed", arguments))
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

    private func list(_ value: PickleValue) -> [PickleValue]? {
        guard let node = graph.node(value), case .list = node.kind else { return nil }
        return node.elements
    }

    /// What one of PyTorch's functions for tensors makes of its arguments, or nil for any other function.
    private mutating func rebuilt(
        _ name: String, _ arguments: [PickleValue]
    ) throws(CheckpointError) -> CheckpointNode? {
        switch name {
        case "torch._utils._rebuild_tensor", "torch._utils._rebuild_qtensor":
            return .tensor(try layout(arguments, dtype: nil))
        case "torch._utils._rebuild_tensor_v2":
            return .tensor(try layout(arguments, dtype: nil, metadata: arguments.dropFirst(6).first))
        case "torch._utils._rebuild_tensor_v3":
            guard arguments.count >= 7, let dtype = graph.globalName(arguments[6]) else {
                throw failure(.tensor, found: "a tensor without its dtype", expected: "a dtype such as torch.float32")
            }
            return .tensor(try layout(arguments, dtype: dtype, metadata: arguments.dropFirst(7).first))
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
            guard let data = arguments.first else {
                throw failure(.tensor, found: "a parameter without its values", expected: "a tensor")
            }
            return try build(data)
        case "torch._tensor._rebuild_from_type_v2":
            guard arguments.count >= 3, let function = graph.globalName(arguments[0]),
                let inner = graph.tuple(arguments[2]), function != name
            else {
                throw failure(.tensor, found: "a tensor without the function that makes it", expected: "a tensor")
            }
            return try rebuilt(function, inner)
        default: return nil
        }
    }
}
