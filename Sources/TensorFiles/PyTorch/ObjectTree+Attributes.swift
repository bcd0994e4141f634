import BBCUPlatform
import TensorBytes
import TensorPickle

// Tensors with attributes, tensors of classes of their own, and modules that a function makes.
extension ObjectTree {
    /// `(function, class, its arguments, attributes)`: a tensor with attributes, or one of a class of its own.
    ///
    /// Source: `_rebuild_from_type_v2` in `torch/_tensor.py`.
    mutating func ofClass(
        _ name: String, _ arguments: [PickleValue]
    ) throws(CheckpointError) -> CheckpointNode? {
        guard arguments.count >= 3, let function = graph.globalName(arguments[0]),
            let inner = graph.tuple(arguments[2]), function != name
        else {
            throw failure(.tensor, found: "a tensor without the function that makes it", expected: "a tensor")
        }
        let type = graph.globalName(arguments[1]) ?? "unnamed"
        let states = Array(arguments.dropFirst(3))
        guard let tensor = try tensor(from: function, inner) else { return try made(type, inner, states) }
        guard case .tensor(let layout) = tensor, !layout.hasValues, let state = states.first,
            let attributes = try attributes(state), !attributes.isEmpty
        else { return try adding(states, to: tensor, type) }
        return wrapper(type, layout, attributes)
    }

    /// An instance of a class that PyTorch itself does not make.
    private mutating func made(
        _ type: String, _ arguments: [PickleValue], _ states: [PickleValue]
    ) throws(CheckpointError) -> CheckpointNode {
        // A class that is made of a dictionary of its parts, such as the jagged nested tensor.
        if arguments.count == 1, let parts = arguments.first.flatMap({ graph.node($0) }), case .dictionary = parts.kind
        {
            return try adding(states, to: .compound(.init(kind: type, shape: nil, parts: try build(parts.items))))
        }
        return .object(try unknown(type, arguments, states))
    }

    /// A wrapper has no values of its own; its attributes are the tensors that it wraps. A distributed tensor's are the
    /// part that one process held.
    ///
    /// Source: `DTensor.__tensor_flatten__` in `torch/distributed/tensor/_api.py`.
    private mutating func wrapper(
        _ type: String, _ layout: TensorLayout, _ attributes: [CheckpointNode.Item]
    ) -> CheckpointNode {
        let isDistributed = type.begins(with: "torch.distributed.") && type.ends(with: ".DTensor")
        guard isDistributed, let place = attributes.firstIndex(where: { $0.name == "_local_tensor" }),
            case .tensor(var local) = attributes[place].value, local.hasValues
        else { return .compound(.init(kind: type, shape: layout.shape, parts: attributes)) }
        if local.shape != layout.shape {
            local.wholeShape = layout.shape
            if partsOfProcesses.count == 0 {
                partsOfProcesses.first =
                    "\(self.place ?? "it") is \(TensorShape.text(local.shape)) of \(TensorShape.text(layout.shape))"
            }
            partsOfProcesses.count += 1
        }
        var others = attributes
        others.remove(at: place)
        return .attributed(.init(type: type, layout: local, attributes: others))
    }

    mutating func notePartsOfProcesses() {
        guard partsOfProcesses.count > 0 else { return }
        let one = partsOfProcesses.count == 1
        notes.append(
            "\(partsOfProcesses.count) distributed tensor\(one ? "" : "s"): the file has the part of one process; "
                + partsOfProcesses.first.printable(atMost: 200))
    }

    /// A tensor with the attributes that states set.
    mutating func adding(
        _ states: [PickleValue], to tensor: CheckpointNode, _ type: String? = nil
    ) throws(CheckpointError) -> CheckpointNode {
        var attributes: [CheckpointNode.Item] = []
        for state in states {
            if let found = try self.attributes(state) {
                attributes += found
            } else {
                attributes.append(.init(key: .string("state"), value: try build(state, as: "state")))
            }
        }
        guard !attributes.isEmpty else { return tensor }
        let name = type ?? "torch.Tensor"
        switch tensor {
        case .tensor(let layout): return .attributed(.init(type: name, layout: layout, attributes: attributes))
        case .attributed(let inner):
            return .attributed(
                .init(type: inner.type, layout: inner.layout, attributes: inner.attributes + attributes))
        case .compound(let inner):
            var names = Set(inner.parts.map { ExactName($0.name) })
            let others = attributes.map { attribute in
                var name = attribute.name
                while !names.insert(ExactName(name)).inserted { name = "_" + name }
                return CheckpointNode.Item(key: .string(name), value: attribute.value)
            }
            return .compound(.init(kind: inner.kind, shape: inner.shape, parts: inner.parts + others))
        default: return .object(.init(type: name, arguments: [tensor], elements: [], items: attributes))
        }
    }

    /// A module that `torch.fx` writes as the call of a function with the module's attributes and its code.
    ///
    /// Source: `reduce_graph_module` in `torch/fx/graph_module.py`.
    mutating func module(_ function: String, _ arguments: [PickleValue]) throws(CheckpointError) -> CheckpointNode? {
        guard function.begins(with: "torch.fx."), let name = function.cut(atLast: ".")?.behind,
            ["reduce_graph_module", "reduce_package_graph_module", "reduce_deploy_graph_module"].contains(name),
            let place = arguments.firstIndex(where: { graph.node($0)?.items.isEmpty == false }),
            let body = graph.node(arguments[place]), case .dictionary = body.kind
        else { return nil }
        var others = arguments
        others.remove(at: place)
        return .object(
            .init(
                type: function, arguments: try build(others), elements: [], items: try build(body.items)))
    }
}
