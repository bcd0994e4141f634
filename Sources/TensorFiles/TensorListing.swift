import BBCUPlatform

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

    /// The same for a tree that other readers made, with its number of values.
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
                .limit, found: "more than \(limit.counted("value")), most of them shared", expected: "a checkpoint")
        }
        if let layout = node.layout { try add(layout) }
        for member in node.members { try visit(member.node, as: member.name) }
    }

    private mutating func add(_ layout: TensorLayout) throws(CheckpointError) {
        nameBytes += pathBytes
        guard nameBytes / Self.nameBytesPerValue <= limit else {
            throw CheckpointError(
                .limit, found: "\(nameBytes.counted("byte")) of names, most of them repeated", expected: "a checkpoint")
        }
        tensors.append(TensorEntry(path: path, layout: layout))
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
