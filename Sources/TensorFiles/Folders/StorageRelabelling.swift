import BBCUPlatform

/// Gives the storages of a tree other keys, for a checkpoint that lies within another.
struct StorageRelabelling {
    let key: (String) -> String
    /// Values that may still be visited: parts that are shared are visited once for each place they have.
    var budget: Int

    /// The layout with its storage's new key.
    func layout(_ layout: TensorLayout) -> TensorLayout {
        var layout = layout
        layout.storageKey = key(layout.storageKey)
        if case .perChannel(let scheme, let axis, let scales, let zeroPoints)? = layout.quantization {
            layout.quantization = .perChannel(
                scheme: scheme, axis: axis, scales: parameters(scales), zeroPoints: parameters(zeroPoints))
        }
        return layout
    }

    private func parameters(_ parameters: Quantization.ChannelParameters) -> Quantization.ChannelParameters {
        guard case .tensor(let layout) = parameters else { return parameters }
        return .tensor(self.layout(layout))
    }

    /// The tree with its storages' new keys.
    ///
    /// - Throws: `limit` for a tree that repeats its parts more often than the budget allows.
    mutating func node(_ node: CheckpointNode) throws(CheckpointError) -> CheckpointNode {
        budget -= 1
        guard budget >= 0 else {
            throw CheckpointError(.limit, found: "values that are shared too often", expected: "a checkpoint")
        }
        switch node {
        case .list(let elements): return .list(try nodes(elements))
        case .tuple(let elements): return .tuple(try nodes(elements))
        case .set(let elements): return .set(try nodes(elements))
        case .dictionary(let entries): return .dictionary(try items(entries))
        case .tensor(let tensor): return .tensor(layout(tensor))
        case .compound(let compound):
            return .compound(
                .init(kind: compound.kind, shape: compound.shape, parts: try items(compound.parts)))
        case .storage(let type, let name): return .storage(type: type, key: key(name))
        case .attributed(let tensor):
            return .attributed(
                .init(type: tensor.type, layout: layout(tensor.layout), attributes: try items(tensor.attributes)))
        case .object(let object): return .object(try self.object(object))
        // Named one by one: a new kind of node may hold storages too.
        case .none, .bool, .integer, .bigInteger, .float, .complex, .string, .bytes, .symbol, .cycle: return node
        }
    }

    private mutating func object(_ object: CheckpointNode.Object) throws(CheckpointError) -> CheckpointNode.Object {
        var result = CheckpointNode.Object(
            type: object.type, arguments: try nodes(object.arguments), elements: try nodes(object.elements),
            items: try items(object.items))
        result.keywords = try items(object.keywords)
        result.states = try nodes(object.states)
        if let maker = object.maker { result.maker = try node(maker) }
        return result
    }

    private mutating func nodes(_ nodes: [CheckpointNode]) throws(CheckpointError) -> [CheckpointNode] {
        var result: [CheckpointNode] = []
        for node in nodes { result.append(try self.node(node)) }
        return result
    }

    private mutating func items(_ items: [CheckpointNode.Item]) throws(CheckpointError) -> [CheckpointNode.Item] {
        var result: [CheckpointNode.Item] = []
        for item in items { result.append(.init(key: try node(item.key), value: try node(item.value))) }
        return result
    }
}
