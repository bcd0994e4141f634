import BBCUPlatform
import OrderedCollections
import TensorBytes

/// Tensors whose names end like a network's keys and have the same in front: a state dict that a file may hold.
struct WeightsGroup {
    /// The path of the dictionary in which the names lie: the weights root.
    let root: String
    /// What stands between the root and the keys, with its dot, wrappers left out.
    let prefix: String
    /// The name in the file by key.
    var names: ExactDictionary<String> = [:]
    /// What stands between the root and the keys in the file, wrappers included; several where the names differ.
    var fronts: OrderedSet<ExactName> = []
    /// What was removed from the names, and from how many.
    var removed: ExactDictionary<Int> = [:]
    /// Two names that are one key.
    var collision: KeyCollision?

    /// The path that `--root` takes.
    var path: String {
        guard fronts.count == 1, let front = fronts.first?.text, !front.isEmpty else { return root }
        let own = String(decoding: front.utf8.dropLast(), as: UTF8.self)
        return root.isEmpty ? own : root + "." + own
    }

    /// Whether the path names moving averages of the weights, of which training itself makes no use: `params_ema`.
    var isAverage: Bool {
        path.utf8.split { !(0x61...0x7A).contains($0 | 0x20) }.contains { word in
            Self.averageWords.contains(String(decoding: word, as: UTF8.self).lowercasedASCII)
        } || path.utf8.split(separator: 0x2E).contains { $0.elementsEqual("netE".utf8) }
    }

    /// `netE` is KAIR's name, `swa` and `averaged` are PyTorch's.
    private static let averageWords: Set<String> = ["ema", "shadow", "swa", "averaged", "average"]

    /// The usual roots come first: `params`, `params_ema`, the file itself.
    var rank: Int { ["params", "params_ema", ""].firstIndex(of: root) ?? 3 }
}

/// Two tensors of a file that are one key of the state dict.
public struct KeyCollision: Sendable, Hashable {
    /// The key.
    public var key: String
    /// Both names in the file.
    public var names: [String]

    /// A collision of two names.
    public init(key: String, names: [String]) {
        self.key = key
        self.names = names
    }
}

extension TensorSource {
    /// No file holds more state dicts than this; others have more names than sense.
    private static let mostGroups = 16

    /// The state dicts that the file may hold, in its order.
    func weightsGroups(under root: String?) -> [WeightsGroup] {
        var groups = OrderedDictionary<[UInt8], WeightsGroup>()
        for name in descriptions.keys {
            guard let start = Self.start(of: root), name.utf8.starts(with: start) else { continue }
            let containers = containerEnds(of: name, root: start.count)
            let parts = KeyParts(name, containers: containers)
            guard let first = KeyForms.start(in: parts.parts) else { continue }
            let keyStart = parts.parts[first].start
            guard keyStart >= start.count else { continue }
            let end = root == nil ? containers.last { $0 <= keyStart } ?? 0 : start.count
            let front = parts.parts[..<first].filter { $0.start >= end }.map { $0.text + "." }.joined()
            let key = parts.text(first..<parts.parts.count)
            let own = String(decoding: name.utf8.prefix(max(0, end - 1)), as: UTF8.self)
            let identity = Array(own.utf8) + [0] + Array(front.utf8)
            var group = groups[identity] ?? WeightsGroup(root: own, prefix: front)
            if let other = group.names[key] {
                group.collision = group.collision ?? KeyCollision(key: key, names: [other, name])
            }
            group.names[key] = name
            let removed = String(decoding: name.utf8.dropFirst(end).prefix(keyStart - end), as: UTF8.self)
            group.fronts.append(ExactName(removed))
            if !removed.isEmpty { group.removed[removed, default: 0] += 1 }
            for wrapper in parts.wrappers where wrapper.start > keyStart {
                group.removed[wrapper.text + ".", default: 0] += 1
            }
            groups[identity] = group
        }
        guard groups.count > Self.mostGroups else { return Array(groups.values) }
        let least = groups.values.map(\.names.count).sorted(by: >)[Self.mostGroups - 1]
        return Array(groups.values.filter { $0.names.count >= least }.prefix(Self.mostGroups))
    }

    /// What names under a root begin with.
    private static func start(of root: String?) -> [UInt8]? {
        guard let root, !root.isEmpty else { return [] }
        return Array(root.utf8) + [0x2E]
    }

    /// Where the paths of the dictionaries end that a tensor lies in, the dots included.
    private func containerEnds(of name: String, root: Int) -> [Int] {
        var ends = containers[name] ?? []
        // Flat formats keep a tree's paths in their names.
        if let dot = name.utf8.firstIndex(of: 0x2E), Self.isUsualRoot(String(name[..<dot])) {
            let end = name.utf8.distance(from: name.utf8.startIndex, to: dot) + 1
            if !ends.contains(end) { ends.insert(end, at: 0) }
        }
        return root > 0 && !ends.contains(root) ? (ends + [root]).sorted() : ends
    }

    /// Whether a name is what frameworks call the dictionary around a state dict.
    static func isUsualRoot(_ name: String) -> Bool {
        ["params", "params_ema"].contains(name) || name.ends(with: "state_dict")
    }

    /// The state dict of a group, with the tensors below its prefix that have no network's key, and the tensors of the
    /// root that do not carry the prefix.
    func stateDict(
        _ group: WeightsGroup, claimed: Set<ExactName>
    ) -> (stateDict: StateDict, outside: ExactDictionary<TensorDescription>) {
        let start = group.root.isEmpty ? 0 : group.root.utf8.count + 1
        let keys = ExactDictionary(group.names.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
        var tensors: ExactDictionary<TensorDescription> = [:]
        var names: ExactDictionary<String> = [:]
        var outside: ExactDictionary<TensorDescription> = [:]
        for (name, description) in descriptions
        where start == 0 || name.utf8.starts(with: Array(group.root.utf8) + [0x2E]) {
            var key = keys[name]
            let relative = String(decoding: name.utf8.dropFirst(start), as: UTF8.self)
            if key == nil, !claimed.contains(ExactName(name)) {
                let clean = KeyParts(name, containers: containerEnds(of: name, root: start)).text(from: start)
                if clean.utf8.starts(with: group.prefix.utf8) {
                    let rest = String(decoding: clean.utf8.dropFirst(group.prefix.utf8.count), as: UTF8.self)
                    key = names[rest] == nil && group.names[rest] == nil ? rest : relative
                }
            }
            if let key {
                tensors[key] = description
                names[key] = name
            } else {
                outside[relative] = description
            }
        }
        let stateDict = StateDict(
            root: group.root, path: group.path, prefix: group.prefix, removed: group.removed, isPacked: isPacked,
            tensors: tensors,
            names: names,
            load: { [load, names] key in try load(names[key] ?? key) })
        return (stateDict, outside)
    }
}
