import BBCUPlatform

/// A state dict that is put together again from the ways to its values: keys make dictionaries, numbers lists.
final class StateTree {
    private var leaf: CheckpointNode?
    private var steps: [DistributedPlan.Step] = []
    private var children: [DistributedPlan.Step: StateTree] = [:]

    /// Puts a value at the end of a way; false if another value lies there, or on the way.
    func insert(_ node: CheckpointNode, at path: some Collection<DistributedPlan.Step>) -> Bool {
        var place = self
        for step in path {
            guard place.leaf == nil else { return false }
            if let next = place.children[step] {
                place = next
            } else {
                let next = StateTree()
                place.steps.append(step)
                place.children[step] = next
                place = next
            }
        }
        guard place.leaf == nil, place.steps.isEmpty else { return false }
        place.leaf = node
        return true
    }

    /// The tree as a node. It is no deeper than the longest way.
    var node: CheckpointNode {
        if let leaf { return leaf }
        if let elements { return .list(elements.map(\.node)) }
        return .dictionary(
            steps.compactMap { step in
                guard let child = children[step] else { return nil }
                switch step {
                case .key(let name):
                    return .init(key: .string(name.text), value: child.node)
                case .index(let index): return .init(key: .integer(index), value: child.node)
                }
            })
    }

    /// The children in order, where their numbers are those of a list.
    private var elements: [StateTree]? {
        guard !steps.isEmpty else { return nil }
        var elements: [StateTree] = []
        for index in steps.indices {
            guard let child = children[.index(index)] else { return nil }
            elements.append(child)
        }
        return elements
    }
}
