import Bytes

/// Finds the tensors of a tree, in the order of the file.
struct TensorListing {
    private var tensors: [TensorEntry] = []
    private var path: [String] = []
    private var visited = 0
    private let limit: Int
    /// Bytes of the path's names, and of all names so far: a long key can be used many times.
    private var pathBytes = 0
    private var nameBytes = 0
    private static let nameBytesPerValue = 64

    private init(limit: Int) { self.limit = limit }

    /// The tensors of a tree, each under every name it has.
    ///
    /// - Throws: `limit` for a tree that names far more values than it has.
    static func tensors(in tree: ObjectTree.Result, _ reading: Reading) throws(CheckpointError) -> [TensorEntry] {
        try tensors(in: tree.root, valueCount: tree.valueCount, reading)
    }

    /// The same for a tree that other readers made, of so many values.
    static func tensors(
        in root: CheckpointNode, valueCount: Int, _ reading: Reading
    ) throws(CheckpointError) -> [TensorEntry] {
        var listing = TensorListing(limit: reading.limits.sharedValues.adding(valueCount) ?? .max)
        try listing.visit(root)
        return listing.tensors
    }

    private mutating func visit(_ node: CheckpointNode) throws(CheckpointError) {
        visited += 1
        guard visited <= limit else {
            throw CheckpointError(
                .limit, found: "more than \(limit) values, most of them shared", expected: "a checkpoint")
        }
        switch node {
        case .tensor(let layout):
            nameBytes += pathBytes
            guard nameBytes / Self.nameBytesPerValue <= limit else {
                throw CheckpointError(
                    .limit, found: "\(nameBytes) bytes of names, most of them repeated", expected: "a checkpoint")
            }
            tensors.append(TensorEntry(path: path, layout: layout))
        case .list(let elements), .tuple(let elements), .set(let elements): try visit(elements)
        case .dictionary(let items): try visit(items)
        case .compound(let compound): try visit(compound.parts)
        case .object(let object) where object.isModule: try visit(object.stateDict)
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
        let length = name.utf8.count + 1
        pathBytes += length
        try visit(node)
        pathBytes -= length
        path.removeLast()
    }
}
