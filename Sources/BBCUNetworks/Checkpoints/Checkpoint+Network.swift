import BBCUPlatform
import TensorBytes
import TensorFiles

extension TensorSource {
    /// The tensors of a checkpoint, without those that lie beside its state dict. Names that several tensors have are in ``duplicates``; the first tensor is read.
    ///
    /// - Throws: ``PackedModelError`` for a packed model that contradicts its format.
    public init(_ checkpoint: Checkpoint) throws(PackedModelError) {
        var entries: ExactDictionary<TensorEntry> = [:]
        var duplicates: [String] = []
        for entry in checkpoint.tensors where !checkpoint.isApart(entry) {
            if entries.contains(name: entry.name) {
                duplicates.append(entry.name)
            } else {
                entries[entry.name] = entry
            }
        }
        let texts = checkpoint.metadata
        var source = TensorSource(descriptions: entries.mapValues(\.description), metadata: NetworkMetadata(texts)) {
            [entries] name in
            guard let entry = entries[name] else {
                throw PackedModelError(.missing, place: name, found: "no such tensor")
            }
            return try checkpoint.tensor(entry)
        }
        source.containers = checkpoint.containers(of: entries)
        source.duplicates = duplicates
        source.extras = checkpoint.root.extraStates
        self = texts["format"] == PackedModel.format ? try source.unpacked(texts) : source
    }
}

extension Checkpoint {
    /// Where the paths of the dictionaries end in which each tensor lies, in bytes of its name. Within a pickled module
    /// there are none: its attributes are parts of the state dict's keys.
    fileprivate func containers(of entries: ExactDictionary<TensorEntry>) -> ExactDictionary<[Int]> {
        var ends: ExactDictionary<[Int]> = [:]
        for (name, entry) in entries where entry.path.count > 1 {
            var node: CheckpointNode? = root
            var end = 0
            var own: [Int] = []
            for key in entry.path.dropLast() {
                if let current = node, current.isModule { break }
                end += key.utf8.count + 1
                own.append(end)
                // Modules lie near the root; a look for them in every part of a large file would cost more than reading it.
                node = own.count <= Self.deepestModule ? node.flatMap { $0.small[key] } : nil
            }
            ends[name] = own
        }
        return ends
    }

    private static let deepestModule = 3
}

extension CheckpointNode {
    /// The names of values that modules save beside their tensors, in dictionaries near the root.
    ///
    /// Source: `_EXTRA_STATE_KEY_SUFFIX` in `torch/nn/modules/module.py`.
    fileprivate var extraStates: [String] {
        var names: [String] = []
        var budget = 1 << 20
        addExtraStates(below: "", depth: 0, to: &names, budget: &budget)
        return names
    }

    private func addExtraStates(below path: String, depth: Int, to names: inout [String], budget: inout Int) {
        guard depth < 3, case .dictionary(let items) = self else { return }
        for item in items {
            budget -= 1
            guard budget > 0 else { return }
            switch item.value {
            case .tensor, .compound: continue
            case .dictionary:
                item.value.addExtraStates(
                    below: path + item.name + ".", depth: depth + 1, to: &names, budget: &budget)
            default: break
            }
            if item.name.utf8.reversed().starts(with: "_extra_state".utf8.reversed()) { names.append(path + item.name) }
        }
    }

    fileprivate var isModule: Bool { if case .object(let object) = self { object.isModule } else { false } }

    /// The node, where it is a dictionary of few items; else nothing.
    fileprivate var small: CheckpointNode {
        if case .dictionary(let items) = self, items.count <= 64 { self } else { .none }
    }
}

extension Checkpoint {
    /// Finds the network in the checkpoint's tensors.
    /// - Throws: ``UnusableCheckpoint`` if the root asked for holds no tensor, or two tensors have one key.
    public func resolve(_ request: NetworkRequest = NetworkRequest()) throws(UnusableCheckpoint) -> Resolution {
        let source: TensorSource
        do throws(PackedModelError) { source = try TensorSource(self) } catch {
            throw UnusableCheckpoint(file: file, reason: .packed(error))
        }
        do throws(RootError) { return try source.resolve(request) } catch {
            throw UnusableCheckpoint(file: file, reason: .root(error))
        }
    }
}

extension Resolution {
    /// How many of the network's tensors are float64, which no execution keeps.
    public var roundedTensors: Int {
        network?.parameters.count { selection.stateDict.tensors[$0.key]?.dtype == .float64 } ?? 0
    }

    /// Refuses options that contradict the checkpoint.
    /// - Throws: ``UnusableCheckpoint`` that names both.
    public func requireAgreement(file: String) throws(UnusableCheckpoint) {
        guard let problem = problems.first(where: { $0.severity == .error }) else { return }
        throw UnusableCheckpoint(file: file, reason: .options(problem))
    }

    /// Refuses keys below the weights root that the network does not use: a verdict on the rest would not be one on the
    /// file.
    ///
    /// - Parameters:
    ///   - patterns: keys that may be unused, in the state dict or by their names in the file.
    ///   - keepsTree: whether the file can be used as it stands too.
    /// - Throws: ``UnusableCheckpoint`` that names them.
    public func requireNoUnusedKeys(
        file: String, ignoring patterns: [NamePattern] = [], keepsTree: Bool = false
    ) throws(UnusableCheckpoint) {
        let left = unusedKeys.filter { !$0.matches(patterns) }
        guard let first = left.first else { return }
        let isOutside = selection.outside[first.key] != nil && !selection.stateDict.prefix.isEmpty
        throw UnusableCheckpoint(
            file: file,
            reason: .unusedKeys(
                left.map(\.key), network: network?.summary, part: isOutside ? selection.stateDict.path : nil,
                keepsTree: keepsTree))
    }

    /// The recognised network.
    /// - Throws: ``UnusableCheckpoint`` that names the nearest family where there is none.
    public func requireNetwork(file: String) throws(UnusableCheckpoint) -> BBCUNetwork {
        if let network { return network }
        if let nearest, nearest.score >= StateDict.recognitionThreshold {
            throw UnusableCheckpoint(file: file, reason: .otherNetwork(nearest.network.family))
        }
        throw UnusableCheckpoint(
            file: file, reason: .noNetwork(nearest: nearest?.network.family, share: nearest?.score ?? 0))
    }
}

extension UnusedKey {
    /// Whether one of the patterns fits the key, or the tensor's name in the file.
    public func matches(_ patterns: [NamePattern]) -> Bool {
        patterns.contains { $0.matches(key) || $0.matches(name) }
    }
}
