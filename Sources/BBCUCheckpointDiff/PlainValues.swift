import BBCUPlatform
import TensorBytes
import TensorFiles
import TensorPickle

/// A value beside the tensors that differs, such as the number of an epoch.
public struct ValueChange: Encodable, Sendable, Hashable {
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
        // Not every format has all of Python's containers: they count where both have one.
        for (name, kind) in a.containers {
            if let other = b.containers[name], other != kind {
                changes.append(ValueChange(name: name, a: kind, b: other))
            }
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
    /// Containers that are not empty: list, tuple, set or dictionary.
    private(set) var containers: ExactDictionary<String> = [:]
    /// What lies outside the file, or cannot be compared for another reason, and why.
    private(set) var unknown: ExactDictionary<String> = [:]
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
        var isComplete = visit(checkpoint.root)
        for object in checkpoint.later { isComplete = isComplete && visit(object.root, as: object.name) }
        guard isComplete else { throw .tooManyValues(file: checkpoint.file) }
        isSafetensors = checkpoint.format == .safetensors
        if isSafetensors {
            metadata = Set(texts.keys.filter { $0.begins(with: "__metadata__.") }.map({ ExactName($0) }))
        }
    }

    private init() {}

    /// Whether there is no value: a container is none.
    var isEmpty: Bool { texts.isEmpty && unknown.isEmpty }

    private var digests: [ByteRegion.Identity: String] = [:]

    /// What of two checkpoints' values is not in the files.
    static func unread(_ a: PlainValues, _ b: PlainValues) -> [Difference.Unread] {
        (a.unknown + b.unknown.filter { a.unknown[$0.key] == nil })
            .map { Difference.Unread(name: $0.key, reason: $0.value) }
    }

    /// The values under other names; those for which the new name is nil are left out.
    func renamed(_ rename: (String) -> String?) -> PlainValues {
        var renamed = PlainValues()
        renamed.isSafetensors = isSafetensors
        for (name, text) in texts {
            guard let new = rename(name) else { continue }
            renamed.texts[new] = text
            if metadata.contains(ExactName(name)) { renamed.metadata.insert(ExactName(new)) }
        }
        for (name, kind) in containers { if let new = rename(name) { renamed.containers[new] = kind } }
        for (name, reason) in unknown { if let new = rename(name) { renamed.unknown[new] = reason } }
        return renamed
    }

    /// Adds a node and what is below it; false where there is too much.
    private mutating func visit(_ node: CheckpointNode) -> Bool {
        visited += 1
        guard visited <= Self.most, byteCount <= Self.mostBytes else { return false }
        switch node {
        case .tensor, .attributed: break
        case .list(let elements) where !elements.isEmpty: note("list")
        case .tuple(let elements) where !elements.isEmpty: note("tuple")
        case .set(let elements) where !elements.isEmpty:
            note("set")
            return visit(set: elements)
        case .dictionary(let items) where !items.isEmpty: note("dictionary")
        case .compound(let compound):
            add("\(compound.kind) tensor" + (compound.shape.map { " " + TensorShape.text($0) } ?? ""))
        case .object(let object): add("object of \(object.type)")
        default: add(text(node))
        }
        for member in node.members where !visit(member.node, as: member.name) { return false }
        return true
    }

    /// A set's elements lie in the file in any order; texts and numbers are compared in that of their notation.
    private mutating func visit(set elements: [CheckpointNode]) -> Bool {
        let isPlain = elements.allSatisfy { $0.members.isEmpty && $0.layout == nil }
        let sorted =
            isPlain
            ? elements.map { (text($0), $0) }.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }.map(\.1)
            : elements
        return sorted.indices.allSatisfy { visit(sorted[$0], as: String($0)) }
    }

    private mutating func note(_ container: String) {
        let name = path.joined(separator: ".")
        byteCount += name.utf8.count
        if containers[name] == nil { containers[name] = container }
    }

    /// Bytes longer than this are compared by their SHA-256.
    private static let longestBytes = 64

    /// A value without parts in Python's notation.
    private mutating func text(_ node: CheckpointNode) -> String {
        switch node {
        case .bytes(let bytes):
            if bytes.count <= Self.longestBytes { return PythonNotation.bytes(bytes.bytes) }
            let digest = digests[bytes.identity] ?? bytes.sha256()
            digests[bytes.identity] = digest
            return "\(bytes.count.counted("byte")) of SHA-256 \(digest)"
        case .symbol(let name) where name.begins(with: "buffer ") && !name.includes("."):
            unknown[path.joined(separator: ".")] = "its bytes were kept outside the file"
            return name
        default: return node.text
        }
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
        case .list: "[]"
        case .tuple: "()"
        case .set: "set()"
        case .dictionary: "{}"
        // Its bytes are compared with those of the other storages that no tensor uses.
        case .storage(let type, _): "storage (\(type))"
        case .symbol(let name): name
        case .cycle(let levels): "the object \(levels) level\(levels == 1 ? "" : "s") above"
        case .tensor, .attributed, .compound, .object, .bytes: ""
        }
    }
}
