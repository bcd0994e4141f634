import Bytes

/// Finds the tensors of a tree, in the order of the file.
struct TensorListing {
    /// A tree whose parts are shared may name far more values than it has: this many are enough for any checkpoint.
    static let largestVisit = 5_000_000

    private var tensors: [TensorEntry] = []
    private var path: [String] = []
    private var visited = 0

    /// The tensors under `root`, each under every name it has.
    ///
    /// - Throws: `limit` for a tree of more values than any checkpoint has.
    static func tensors(in root: CheckpointNode) throws(CheckpointError) -> [TensorEntry] {
        var listing = TensorListing()
        try listing.visit(root)
        return listing.tensors
    }

    private mutating func visit(_ node: CheckpointNode) throws(CheckpointError) {
        visited += 1
        guard visited <= Self.largestVisit else {
            throw CheckpointError(
                .limit, found: "more than \(Self.largestVisit) values, most of them shared", expected: "a checkpoint")
        }
        switch node {
        case .tensor(let layout): tensors.append(TensorEntry(path: path, layout: layout))
        case .list(let elements), .tuple(let elements), .set(let elements): try visit(elements)
        case .dictionary(let items): try visit(items)
        case .object(let object):
            try visit(object.elements)
            try visit(object.items)
        default: break
        }
    }

    private mutating func visit(_ elements: [CheckpointNode]) throws(CheckpointError) {
        for (index, element) in elements.enumerated() { try visit(element, as: String(index)) }
    }

    private mutating func visit(_ items: [CheckpointNode.Item]) throws(CheckpointError) {
        for item in items { try visit(item.value, as: item.name) }
    }

    private mutating func visit(_ node: CheckpointNode, as name: String) throws(CheckpointError) {
        path.append(name)
        try visit(node)
        path.removeLast()
    }
}
