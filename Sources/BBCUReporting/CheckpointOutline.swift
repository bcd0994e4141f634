import BBCUPlatform
import TensorBytes
import TensorFiles

/// The structure of a checkpoint in a few lines: branches that hold nothing but tensors are counted, not listed, since
/// the table lists them.
struct CheckpointOutline {
    /// Children listed of one branch, and lines in all.
    static let mostChildren = 24
    static let mostLines = 120

    private let label: String
    private let name: String
    private let children: [CheckpointOutline]
    private let hidden: Int
    private let tensors: Int
    private let isOnlyTensors: Bool
    private let isBranch: Bool
    /// Whether the tensors below are counted instead of listed.
    private let isCounted: Bool

    /// The outline of a tree.
    init(_ root: CheckpointNode) { self.init("", root, depth: 0) }

    private init(_ name: String, _ node: CheckpointNode, depth: Int) {
        var children: [CheckpointOutline] = []
        var tensors = 0
        var isOnlyTensors = true
        var hasBranches = false
        let parts = Self.parts(node)
        let inStateDict = Self.module(node)?.stateDict.count
        var count = 0
        for part in parts {
            let child = CheckpointOutline(part.name, part.node, depth: depth + 1)
            // What a module has beside its state dict is shown where it holds tensors.
            if let inStateDict, count >= inStateDict, child.tensors == 0 { continue }
            count += 1
            tensors += child.tensors
            isOnlyTensors = isOnlyTensors && child.isOnlyTensors
            hasBranches = hasBranches || child.isBranch
            if children.count < Self.mostChildren { children.append(child) }
        }
        if node.layout != nil {
            tensors = 1
        } else if parts.isEmpty {
            isOnlyTensors = false
        }
        // Near the root even branches of nothing but tensors are worth their names: params, params_ema.
        let isCounted = isOnlyTensors && !(depth < 2 && hasBranches)
        isBranch = !parts.isEmpty
        self.isCounted = isCounted
        self.name = name
        self.tensors = tensors
        self.isOnlyTensors = isOnlyTensors
        label = Self.label(node, count: count)
        self.children = isCounted ? [] : children
        hidden = isCounted ? 0 : count - children.count
    }

    /// The lines, indented by depth.
    var lines: [String] {
        var lines: [String] = []
        append(to: &lines, indentation: "")
        guard lines.count > Self.mostLines else { return lines }
        return lines.prefix(Self.mostLines) + ["… \(lines.count - Self.mostLines) more lines"]
    }

    private func append(to lines: inout [String], indentation: String) {
        var line = indentation + (name.isEmpty ? "" : name.printable(atMost: 60) + ": ") + label
        if isCounted, isBranch { line += ", " + NumberText.grouped(tensors, "tensor") }
        lines.append(line)
        for child in children { child.append(to: &lines, indentation: indentation + "  ") }
        if hidden > 0 { lines.append(indentation + "  … \(NumberText.grouped(hidden)) more") }
    }

    private static func module(_ node: CheckpointNode) -> CheckpointNode.Object? {
        guard case .object(let object) = node, object.isModule else { return nil }
        return object
    }

    private static func parts(_ node: CheckpointNode) -> [(name: String, node: CheckpointNode)] {
        switch node {
        case .list(let elements), .tuple(let elements), .set(let elements): isPlain(elements) ? [] : node.members
        // The table lists those that are tensors.
        case .attributed: []
        default: node.members
        }
    }

    /// Whether a list is short and of plain values, so that it fits its own line.
    private static func isPlain(_ elements: [CheckpointNode]) -> Bool {
        elements.count <= 8 && elements.allSatisfy { plainText($0) != nil }
    }

    private static func label(_ node: CheckpointNode, count: Int) -> String {
        if let text = plainText(node) { return text }
        switch node {
        case .list(let elements): return isPlain(elements) ? "[" + joined(elements) + "]" : "list of \(elements.count)"
        case .tuple(let elements):
            return isPlain(elements) ? "(" + joined(elements) + ")" : "tuple of \(elements.count)"
        case .set(let elements): return isPlain(elements) ? "{" + joined(elements) + "}" : "set of \(elements.count)"
        case .dictionary(let items): return items.isEmpty ? "empty dictionary" : "dictionary"
        case .tensor(let layout): return "tensor \(layout.dtype.rawValue) \(TensorShape.text(layout.shape))"
        case .attributed(let tensor):
            return "tensor \(tensor.layout.dtype.rawValue) \(TensorShape.text(tensor.layout.shape))"
                + (tensor.layout.wholeShape.map { " of " + TensorShape.text($0) } ?? "")
                + " (\(tensor.type.printable(atMost: 100))) with attributes"
        case .bytes(let bytes): return NumberText.grouped(bytes.count, "byte")
        case .storage(let type, let key):
            return "storage '\(key.printable(atMost: 40))' (\(type.printable(atMost: 60)))"
        case .compound(let compound):
            let shape = compound.shape.map { " " + TensorShape.text($0) } ?? ""
            return "\(compound.kind.printable(atMost: 100)) tensor\(shape) of \(count.counted("part"))"
        case .object(let object) where object.isModule:
            return "module \(object.type.printable(atMost: 100))\(attributes(object)), its state dict"
        case .object(let object): return "object of \(object.type.printable(atMost: 100)), not interpreted"
        case .cycle: return "(the object that contains it)"
        default: return ""
        }
    }

    /// A module's own attributes, as many as fit a line: what PyTorch keeps for itself starts with an underscore.
    private static func attributes(_ module: CheckpointNode.Object) -> String {
        let texts = module.items.compactMap { item -> String? in
            guard !item.name.begins(with: "_") else { return nil }
            let text: String?
            switch item.value {
            case .tensor, .tuple, .list: text = label(item.value, count: 0)
            default: text = plainText(item.value)
            }
            return text.map { item.name.printable(atMost: 40) + "=" + $0 }
        }
        guard !texts.isEmpty else { return "" }
        let joined = texts.prefix(24).joined(separator: ", ")
        return " (" + (joined.unicodeScalars.count > 100 ? String(joined.unicodeScalars.prefix(99)) + "…" : joined)
            + ")"
    }

    private static func joined(_ elements: [CheckpointNode]) -> String {
        elements.compactMap(plainText).joined(separator: ", ")
    }

    /// A plain value in Python's notation, or nil for anything else.
    private static func plainText(_ node: CheckpointNode) -> String? {
        switch node {
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .bigInteger(let text): text.printable(atMost: 40)
        case .float(let value): value.description
        case .complex(let real, let imaginary): "(\(real)\(imaginary < 0 ? "" : "+")\(imaginary)j)"
        case .string(let text): "'" + text.printable(atMost: 60) + "'"
        case .symbol(let name): name.printable(atMost: 100)
        default: nil
        }
    }
}
