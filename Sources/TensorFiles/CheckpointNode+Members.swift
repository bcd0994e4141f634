import BBCUPlatform

// Names of what lies below a node. Tensors' names, roots, values and the outline are all made of these, so that nothing
// of a tree is left out by one of them.
extension CheckpointNode {
    /// Everything that lies directly below, under the names that tensors' names are made of.
    ///
    /// A dictionary's values are under their keys, items of a list under their index. A key that no text can say is
    /// `?N.key` and its value `?N`, N being the item's index. For objects see ``Object/members``.
    public var members: [(name: String, node: CheckpointNode)] {
        switch self {
        case .list(let elements), .tuple(let elements), .set(let elements):
            elements.enumerated().map { (String($0), $1) }
        case .dictionary(let items): Self.members(of: items)
        case .compound(let compound): Self.members(of: compound.parts)
        case .attributed(let tensor): Self.members(of: tensor.attributes)
        case .object(let object): object.members
        default: []
        }
    }

    /// The tensor that stands at the node's own name.
    public var layout: TensorLayout? {
        switch self {
        case .tensor(let layout): layout
        case .attributed(let tensor): tensor.layout
        default: nil
        }
    }

    /// Whether a tensor or a storage lies at the node or below it. A tree can repeat what it holds; of one that is too
    /// large to be looked through the answer is that one may.
    var holdsTensors: Bool {
        var (rest, seen) = ([self], 0)
        while let node = rest.popLast() {
            seen += 1
            if seen > 1_000_000 || node.layout != nil { return true }
            if case .storage = node { return true }
            rest += node.members.map(\.node)
        }
        return false
    }

    fileprivate static func members(of items: [Item]) -> [(name: String, node: CheckpointNode)] {
        guard items.contains(where: \.key.isOpaqueKey) else { return items.map { ($0.name, $0.value) } }
        return items.enumerated().flatMap { index, item in
            item.key.isOpaqueKey
                ? [("?\(index).key", item.key), ("?\(index)", item.value)] : [(item.name, item.value)]
        }
    }
}

extension CheckpointNode.Object {
    /// Everything the object is made of: its items, attributes and elements under their own names, then `args` (what its
    /// class was called with), `kwargs`, `state` (one that is no dictionary; several are `state`, `state2`, ...) and
    /// `maker`. A pickled module begins with its state dict. Where the object has an attribute of such a name, underscores
    /// are put in front: `_args`.
    public var members: [(name: String, node: CheckpointNode)] {
        var members: [(name: String, node: CheckpointNode)] = elements.enumerated().map { (String($0), $1) }
        members += isModule ? moduleMembers : CheckpointNode.members(of: items)
        var parts: [(name: String, node: CheckpointNode)] = []
        if !arguments.isEmpty { parts.append(("args", .tuple(arguments))) }
        if !keywords.isEmpty { parts.append(("kwargs", .dictionary(keywords))) }
        for (index, state) in states.enumerated() { parts.append((index == 0 ? "state" : "state\(index + 1)", state)) }
        if let maker { parts.append(("maker", maker)) }
        guard !parts.isEmpty else { return members }
        let taken = Set(members.map { ExactName($0.name) })
        for part in parts {
            var name = part.name
            while taken.contains(ExactName(name)) { name = "_" + name }
            members.append((name, part.node))
        }
        return members
    }

    /// The state dict, then what a module has beside it: attributes, and buffers that its state dict leaves out.
    private var moduleMembers: [(name: String, node: CheckpointNode)] {
        let inStateDict = stateDict
        var members = CheckpointNode.members(of: inStateDict)
        let names = Set(members.map { ExactName($0.name) })
        for item in items {
            var value = item.value
            if case .dictionary(let parts) = value, ["_parameters", "_buffers", "_modules"].contains(item.name) {
                guard item.name == "_buffers" else { continue }
                let skipped = skippedBuffers
                let left = parts.filter { skipped.contains(ExactName($0.name)) }
                guard !left.isEmpty else { continue }
                value = .dictionary(left)
            }
            members.append((names.contains(ExactName(item.name)) ? "_" + item.name : item.name, value))
        }
        return members
    }
}
