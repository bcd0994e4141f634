import Bytes
import Checkpoints
import Tensors

/// A value beside the tensors that differs, such as the number of an epoch.
public struct ValueChange: Sendable, Hashable {
    /// The path joined by dots, without root and prefix.
    public let name: String
    /// The value in A in Python's notation, or nil where A has none there.
    public let a: String?
    /// The same for B.
    public let b: String?

    /// The values that are not the same in both, in the order of A, then what only B has.
    static func between(_ a: PlainValues, _ b: PlainValues) -> [ValueChange] {
        var changes: [ValueChange] = []
        // What only one of the formats can say is no difference of content.
        let hidden = a.isSafetensors == b.isSafetensors ? [] : a.metadata.union(b.metadata)
        for (name, text) in a.texts
        where b.texts[name].map({ !$0.isExactly(text) }) ?? true && !hidden.contains(ExactName(name)) {
            changes.append(ValueChange(name: name, a: text, b: b.texts[name]))
        }
        for (name, text) in b.texts where a.texts[name] == nil && !hidden.contains(ExactName(name)) {
            changes.append(ValueChange(name: name, a: nil, b: text))
        }
        return changes
    }
}

/// Everything of a tree that is no tensor, as text in Python's notation, by path.
struct PlainValues {
    /// More than any checkpoint has. An object repeats what it was made of, so that a small file could ask for more.
    static let most = 1_000_000
    /// Bytes of all texts: one long string can be used many times.
    static let mostBytes = 1 << 28

    private(set) var texts: ExactDictionary<String> = [:]
    /// Names of the values that are safetensors' metadata.
    private(set) var metadata: Set<ExactName> = []
    private(set) var isSafetensors = false
    private var path: [String] = []
    private var visited = 0
    private var byteCount = 0

    /// The values of a checkpoint.
    ///
    /// - Throws: `tooManyValues`.
    init(_ checkpoint: Checkpoint) throws(DifferenceError) {
        guard visit(checkpoint.root) else { throw .tooManyValues(file: checkpoint.file) }
        isSafetensors = checkpoint.format == .safetensors
        if isSafetensors {
            metadata = Set(texts.keys.filter { $0.begins(with: "__metadata__.") }.map({ ExactName($0) }))
        }
    }

    private init() {}

    /// The values under other names; those for which the new name is nil are left out.
    func renamed(_ rename: (String) -> String?) -> PlainValues {
        var renamed = PlainValues()
        renamed.isSafetensors = isSafetensors
        for (name, text) in texts {
            guard let new = rename(name) else { continue }
            renamed.texts[new] = text
            if metadata.contains(ExactName(name)) { renamed.metadata.insert(ExactName(new)) }
        }
        return renamed
    }

    /// Adds a node and what is below it; false where there is too much.
    private mutating func visit(_ node: CheckpointNode) -> Bool {
        visited += 1
        guard visited <= Self.most, byteCount <= Self.mostBytes else { return false }
        switch node {
        case .tensor: return true
        case .list(let elements) where !elements.isEmpty, .tuple(let elements) where !elements.isEmpty,
            .set(let elements) where !elements.isEmpty:
            return elements.indices.allSatisfy { visit(elements[$0], as: String($0)) }
        case .dictionary(let items) where !items.isEmpty: return visit(items)
        case .compound(let compound):
            add("\(compound.kind) tensor" + (compound.shape.map { " " + Shape.text($0) } ?? ""))
            return visit(compound.parts)
        case .object(let object):
            add("object of \(object.type)")
            return object.arguments.indices.allSatisfy { visit(object.arguments[$0], as: "(\($0))") }
                && object.elements.indices.allSatisfy { visit(object.elements[$0], as: String($0)) }
                && visit(object.items)
        default:
            add(node.text)
            return true
        }
    }

    private mutating func visit(_ items: [CheckpointNode.Item]) -> Bool {
        for item in items where !visit(item.value, as: item.name) { return false }
        return true
    }

    private mutating func visit(_ node: CheckpointNode, as name: String) -> Bool {
        path.append(name)
        defer { path.removeLast() }
        return visit(node)
    }

    private mutating func add(_ text: String) {
        let name = path.joined(separator: ".")
        byteCount += name.utf8.count + text.utf8.count
        // Two keys can read alike, 1 and "1"; what lies there is then compared together.
        texts[name] = texts[name].map { $0 + ", " + text } ?? text
    }
}

extension CheckpointNode {
    /// A value without parts in Python's notation.
    fileprivate var text: String {
        switch self {
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .bigInteger(let text): text
        case .float(let value): value.description
        case .complex(let real, let imaginary): "(\(real)\(imaginary.sign == .minus ? "" : "+")\(imaginary)j)"
        case .string(let text): "'" + text + "'"
        case .bytes(let count): "\(count) bytes"
        case .list: "[]"
        case .tuple: "()"
        case .set: "set()"
        case .dictionary: "{}"
        case .storage(let type, let key): "storage '\(key)' (\(type))"
        case .symbol(let name): name
        case .cycle: "the object that contains it"
        case .tensor, .compound, .object: ""
        }
    }
}
