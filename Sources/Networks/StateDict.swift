import Bytes
import OrderedCollections
import Tensors

/// The tensors of a file by name, wherever they come from: a checkpoint, a packed model, a list in a test.
public struct TensorSource: Sendable {
    /// Every tensor's name (the path joined by dots), dtype and shape, in file order.
    public var descriptions: OrderedDictionary<String, TensorDescription>
    /// What the file itself says of the network, where it does.
    public var metadata: NetworkMetadata?
    /// Whether the 1-bit weights are known by their signs and alpha alone.
    public var isPacked: Bool
    /// Reads the values of one tensor.
    public var load: @Sendable (String) throws -> Tensor

    /// A source of the given tensors.
    public init(
        descriptions: OrderedDictionary<String, TensorDescription>, metadata: NetworkMetadata? = nil,
        isPacked: Bool = false, load: @escaping @Sendable (String) throws -> Tensor
    ) {
        self.descriptions = descriptions
        self.metadata = metadata
        self.isPacked = isPacked
        self.load = load
    }

    /// The subtree at `root` (the empty root is everything) as a state dict; a `module.` that every key carries is
    /// taken off. Nil where the root holds no tensor.
    public func stateDict(root: String) -> StateDict? {
        let prefix = root.isEmpty ? "" : root + "."
        var keys: [String] = []
        for name in descriptions.keys {
            if let key = name.without(prefix: prefix) { keys.append(key) }
        }
        guard !keys.isEmpty else { return nil }
        let parallel = "module."
        let isParallel = keys.allSatisfy { $0.begins(with: parallel) }
        var tensors = OrderedDictionary<String, TensorDescription>()
        for key in keys {
            tensors[isParallel ? key.without(prefix: parallel) ?? key : key] = descriptions[prefix + key]
        }
        let fullPrefix = prefix + (isParallel ? parallel : "")
        return StateDict(
            root: root, isDataParallel: isParallel, isPacked: isPacked, tensors: tensors,
            load: { [load] in try load(fullPrefix + $0) })
    }

    /// The roots that may hold a state dict, most usual first: `params`, `params_ema`, the file itself, then every
    /// other first component of a name.
    public var roots: [String] {
        var result: OrderedSet<String> = []
        var others: OrderedSet<String> = []
        for name in descriptions.keys {
            if let first = name.cut(atFirst: ".")?.before { others.append(first) }
        }
        for usual in ["params", "params_ema"] where others.contains(usual) { result.append(usual) }
        result.append("")
        result.formUnion(others)
        return Array(result)
    }
}

/// A model's tensors under the keys that PyTorch's `state_dict()` gives them.
public struct StateDict: Sendable {
    /// Where in the file it lies: `params`, or empty for the file itself.
    public let root: String
    /// Whether every key carried the `module.` of `DataParallel`.
    public let isDataParallel: Bool
    /// Whether latent weights are not the trained ones, but alpha or -alpha: a packed model.
    public let isPacked: Bool
    /// Dtype and shape of each key, in file order.
    public let tensors: OrderedDictionary<String, TensorDescription>
    /// Reads the values under a key.
    public let load: @Sendable (String) throws -> Tensor
}
