import BBCUPlatform
import TensorBytes

/// The tensors of a file by name, wherever they come from: a checkpoint, a packed model, a list in a test.
public struct TensorSource: Sendable {
    /// Every tensor's name (the path joined by dots), dtype and shape, in file order.
    public var descriptions: ExactDictionary<TensorDescription>
    /// What the file itself says of the network, where it does.
    public var metadata: NetworkMetadata?
    /// Whether the 1-bit weights are known by their signs and alpha alone.
    public var isPacked: Bool
    /// Where the paths of the dictionaries end in which a tensor lies, by its name: in bytes, the dots included. Names
    /// that are not there lie in no dictionary but the file itself.
    public var containers: ExactDictionary<[Int]> = [:]
    /// Names that more than one tensor of the file has.
    public var duplicates: [String] = []
    /// Names of values that are no tensors and that a module keeps beside its tensors: `_extra_state`.
    public var extras: [String] = []
    /// Reads the values of one tensor.
    public var load: @Sendable (String) throws -> Tensor

    /// A source of the given tensors.
    public init(
        descriptions: some Sequence<(key: String, value: TensorDescription)>, metadata: NetworkMetadata? = nil,
        isPacked: Bool = false, load: @escaping @Sendable (String) throws -> Tensor
    ) {
        self.descriptions = ExactDictionary(
            descriptions.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        self.metadata = metadata
        self.isPacked = isPacked
        self.load = load
    }

    /// The subtree at `root` (the empty root is everything) as a state dict; a wrapper's name that every key carries,
    /// such as `module.`, is removed. Nil where the root holds no tensor.
    public func stateDict(root: String) -> StateDict? {
        let start = root.isEmpty ? [] : Array(root.utf8) + [0x2E]
        var names: ExactDictionary<String> = [:]
        var tensors: ExactDictionary<TensorDescription> = [:]
        var prefix = ""
        let all = descriptions.keys.filter { $0.utf8.starts(with: start) }
        guard !all.isEmpty else { return nil }
        while let wrapper = KeyForms.wrappers.first(where: { wrapper in
            all.allSatisfy { $0.utf8.dropFirst(start.count).starts(with: (prefix + wrapper + ".").utf8) }
        }) { prefix += wrapper + "." }
        for name in all {
            let key = String(decoding: name.utf8.dropFirst(start.count + prefix.utf8.count), as: UTF8.self)
            tensors[key] = descriptions[name]
            names[key] = name
        }
        return StateDict(
            root: root, path: root, prefix: "", removed: prefix.isEmpty ? [:] : [prefix: all.count], isPacked: isPacked,
            tensors: tensors, names: names, load: { [load, names] in try load(names[$0] ?? $0) })
    }

    /// The roots that may hold a state dict, most usual first: `params`, `params_ema`, the file itself, then every
    /// other first component of a name.
    public var roots: [String] {
        var others: ExactDictionary<Void> = [:]
        for name in descriptions.keys {
            if let first = name.cut(atFirst: ".")?.before { others[first] = () }
        }
        let usual = ["params", "params_ema"].filter(others.contains(name:))
        return usual + [""]
            + others.keys.filter { name in !name.isEmpty && !usual.contains { $0.isExactly(name) } }
    }
}

/// A model's tensors under the keys that PyTorch's `state_dict()` gives them.
public struct StateDict: Sendable {
    /// Where in the file it lies: `params`, or empty for the file itself.
    public let root: String
    /// The path that every name begins with, as `--root` takes it: the root, and what else was removed from all names.
    public let path: String
    /// What stood between the root and every key, with its dot: `net_g.`; wrappers such as `module.` are not in it.
    public let prefix: String
    /// What was removed from the names in the file to get the keys, wrappers included, and from how many.
    public let removed: ExactDictionary<Int>
    /// Whether latent weights are not the trained ones, but alpha or -alpha: a packed model.
    public let isPacked: Bool
    /// Dtype and shape of each key, in file order.
    public let tensors: ExactDictionary<TensorDescription>
    /// The name in the file of each key.
    public let names: ExactDictionary<String>
    /// Reads the values under a key.
    public let load: @Sendable (String) throws -> Tensor

    /// Whether a name carried the `module.` of `DataParallel`.
    public var isDataParallel: Bool {
        removed.keys.contains { $0.utf8.split(separator: 0x2E).contains { $0.elementsEqual("module".utf8) } }
    }
}
