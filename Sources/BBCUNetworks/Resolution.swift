import BBCUPlatform
import TensorBytes
import TensorFiles

/// What a user asked for beside the file.
public struct NetworkRequest: Sendable {
    /// The family to take the file for, whatever its keys say.
    public var family: Family?
    /// Where in the file the state dict lies.
    public var root: String?
    /// The amplification factor.
    public var amplification: Double?
    /// The options file of the training.
    public var options: TrainingOptions?

    /// A request; everything is optional.
    public init(
        family: Family? = nil, root: String? = nil, amplification: Double? = nil, options: TrainingOptions? = nil
    ) {
        self.family = family
        self.root = root
        self.amplification = amplification
        self.options = options
    }
}

/// What a file's tensors turned out to be.
public struct Resolution: Sendable {
    /// The state dict that is used, and why.
    public var selection: Selection
    /// The network, with its k; nil where no family fits well enough.
    public var network: BBCUNetwork?
    /// The best match, good enough or not.
    public var nearest: FamilyMatch?
    /// The factor k and its source; nil without a network.
    public var amplification: Amplification?
    /// Problems of the options and of k; what `Validation` finds in the tensors is not in here.
    public var problems: [Problem]
}

/// A key below the weights root that the network does not use.
public struct UnusedKey: Sendable, Hashable {
    /// The key as the state dict has it; with its prefix if that is another than the state dict's.
    public var key: String
    /// The tensor's name in the file.
    public var name: String
}

extension Resolution {
    /// The keys below the weights root that the network does not use, in the order of the file; none without a network.
    public var unusedKeys: [UnusedKey] {
        guard let network else { return [] }
        let expected = Set(network.parameters.map { ExactName($0.key) })
        let stateDict = selection.stateDict
        let start = stateDict.root.isEmpty ? "" : stateDict.root + "."
        return stateDict.tensors.keys.filter { !expected.contains(ExactName($0)) }
            .map { UnusedKey(key: $0, name: stateDict.names[$0] ?? $0) }
            + (selection.outside.keys + selection.extras).map { UnusedKey(key: $0, name: start + $0) }
    }
}

/// Why no state dict can be chosen: a root that the file does not have, or two tensors with one key.
public struct RootError: DescribedError, Hashable {
    /// What was asked for; nil where the file has no tensor at all.
    public var root: String?
    /// The roots that hold tensors.
    public var available: [String]
    /// The two tensors, if that is why.
    public var collision: KeyCollision?

    /// An error for a root, or for a file without tensors.
    public init(root: String?, available: [String]) {
        self.root = root
        self.available = available
    }

    /// An error for two tensors that are one key.
    public init(_ collision: KeyCollision) {
        available = []
        self.collision = collision
    }

    /// The error in words.
    public var description: String {
        if let collision {
            let names =
                Set(collision.names.map { ExactName($0) }).count == 1
                ? "two tensors named \(collision.key)"
                : collision.names.joined(separator: " and ") + ", which are both the key \(collision.key)"
            return
                "found \(names); expected one tensor per key. Remove one of them, or "
                + "\(Advice.choosePart)"
        }
        guard let root else { return "the file holds no tensors" }
        let names = available.map { $0.isEmpty ? "the file itself (\"\")" : $0 }.joined(separator: ", ")
        return "no tensors under \"\(root)\"; there are some under \(names)"
    }
}

extension TensorSource {
    /// Finds the network in the tensors.
    /// - Throws: ``RootError`` if the root asked for holds no tensor, or two tensors are one key.
    public func resolve(_ request: NetworkRequest = NetworkRequest()) throws(RootError) -> Resolution {
        var problems: [Problem] = []
        var root = request.root
        var reason = "asked for"
        if root == nil, let key = request.options?.parameterKey {
            if stateDict(root: key) != nil {
                root = key
                reason = "path.param_key_g of the options"
            } else {
                problems.append(
                    Problem(
                        .options, key: "path.param_key_g",
                        expected: "one of the checkpoint's: "
                            + roots.map { $0.isEmpty ? "\"\"" : $0 }.joined(separator: ", "),
                        found: key))
            }
        }
        guard let selection = try select(root: root, reason: reason) else {
            throw RootError(root: root, available: roots.filter { stateDict(root: $0) != nil })
        }
        let forced = request.family.flatMap { family in
            selection.stateDict.match(family).flatMap { $0.score > 0 ? $0 : nil }
        }
        let match = request.family == nil ? selection.recognised : forced
        var result = Resolution(
            selection: selection, network: nil, nearest: forced ?? selection.matches.first, amplification: nil,
            problems: problems)
        guard var network = match?.network else { return result }
        let amplification = Amplification(
            argument: request.amplification, options: request.options, metadata: metadata,
            features: network.hyperparameters.features)
        network.amplification = amplification.value
        result.network = network
        result.amplification = amplification
        result.problems += (request.options?.problems(against: network) ?? []) + amplification.problems
        return result
    }
}

/// What a validation found.
public struct ValidationReport: Sendable {
    /// What the file is taken for.
    public var resolution: Resolution
    /// Every problem, errors first, in the order of the network's layers.
    public var problems: [Problem]
    /// How far `params` and `params_ema` are apart, where a file holds both.
    public var distance: StateDictDistance?

    /// Keys below the weights root that the network does not use, those that the caller ignores included.
    public var unusedKeys: [String]
    /// Whether there is no error.
    public var holds: Bool { resolution.network != nil && problems.allSatisfy { $0.severity == .warning } }

    /// The report as JSON; `Schemas/validate.schema.json` describes it.
    ///
    /// - Parameter missing: what the file names and does not have.
    public func json(file: String, missing: [Checkpoint.Missing] = []) -> JSONValue {
        let selection = resolution.selection
        let other = distance.map { JSONMembers(["root": selection.alternative?.path], with: $0) }
        let state = JSONMembers([:], with: selection, other.map { JSONMembers(["alternative": $0]) })
        return JSONMembers([
            "file": file, "network": resolution.network, "nearest": resolution.nearest, "state_dict": state,
            "amplification": resolution.amplification, "problems": problems, "missing": missing,
            "unused_keys": unusedKeys,
        ]).json
    }

    /// Checks everything: keys, shapes, dtypes, values, options and k.
    ///
    /// - Parameter ignoring: unused keys that are no error.
    /// - Throws: what reading a tensor throws.
    public init(_ resolution: Resolution, ignoring: (UnusedKey) -> Bool = { _ in false }) throws {
        self.resolution = resolution
        let stateDict = resolution.selection.stateDict
        let unused = resolution.unusedKeys
        let ignored = Set(unused.filter(ignoring).map { ExactName($0.key) })
        unusedKeys = unused.map(\.key)
        var found: [Problem] = []
        if let network = resolution.network {
            found += resolution.selection.problems(as: network)
                .filter { $0.kind != .unexpectedKey || $0.key.map { !ignored.contains(ExactName($0)) } ?? true }
            found += try Validation.values(of: stateDict, as: network)
        }
        found += resolution.problems
        problems = found.filter { $0.severity == .error } + found.filter { $0.severity == .warning }
        distance = try resolution.selection.alternative.map { try StateDictDistance(stateDict, $0) }
    }
}
