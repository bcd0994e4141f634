import BBCUPlatform

extension Checkpoint {
    /// The part of the tree at a path of keys joined by dots, and its keys one by one. A key may itself hold dots. The
    /// empty path is the whole tree.
    ///
    /// - Throws: `absentRoot` where there is none, with the parts that there are.
    func part(_ path: String) throws(CheckpointError) -> (node: CheckpointNode, path: [String]) {
        guard !path.isEmpty else { return (root, []) }
        if let found = Self.find(path, in: root) { return found }
        for object in later {
            if path.isExactly(object.name) { return (object.root, [object.name]) }
            if let rest = path.without(prefix: object.name + "."), let found = Self.find(rest, in: object.root) {
                return (found.node, [object.name] + found.path)
            }
        }
        let choices = root.members.map(\.name).prefix(8).map { $0.printable(atMost: 40) }.joined(separator: ", ")
        throw CheckpointError(
            .absentRoot, file: file, found: "nothing at '\(path)'",
            expected: choices.isEmpty ? "a path of the file" : "a path of the file, which has \(choices)")
    }

    private static func find(_ path: String, in node: CheckpointNode) -> (node: CheckpointNode, path: [String])? {
        for member in node.members {
            if member.name.isExactly(path) { return (member.node, [member.name]) }
            guard let rest = path.without(prefix: member.name + ".") else { continue }
            if let found = find(rest, in: member.node) {
                return (found.node, [member.name] + found.path)
            }
        }
        return nil
    }
}
