import BBCUPlatform
import TensorBytes

/// Which part of a file is used as the state dict, and why.
public struct Selection: JSONModel, Sendable {
    /// The state dict that is used.
    public var stateDict: StateDict
    /// Every family's best match, best first.
    public var matches: [FamilyMatch]
    /// Why this root: in words, for the report.
    public var reason: String
    /// The other of `params` and `params_ema`, or of two state dicts of which one holds moving averages, where both exist.
    public var alternative: StateDict?
    /// Whether the file holds other state dicts that are a network's.
    public var isOneOfSeveral = false
    /// The tensors below the weights root that do not carry the state dict's prefix, by their names below the root.
    /// Those of moving averages that fit as well are not among them.
    public var outside: ExactDictionary<TensorDescription> = [:]
    /// Values below the weights root that are no tensors and that a module keeps beside its tensors, by their names below
    /// the root.
    public var extras: [String] = []

    /// The recognised network, where the best match is good enough.
    public var recognised: FamilyMatch? {
        matches.first.flatMap { $0.score >= StateDict.recognitionThreshold ? $0 : nil }
    }

    public func encode(to encoder: any Encoder) throws {
        let most = stateDict.removed.max { $0.value < $1.value }
        try encoder.encode([
            "root": stateDict.root, "module_prefix": stateDict.isDataParallel, "prefix": most?.key ?? "",
            "prefix_tensors": most?.value ?? 0, "reason": reason, "tensors": stateDict.tensors.count,
        ])
    }
}

extension TensorSource {
    /// A state dict that the file may hold, with how well it fits.
    private struct Candidate {
        var group: WeightsGroup
        var stateDict: StateDict
        var outside: ExactDictionary<TensorDescription>
        var matches: [FamilyMatch]
        var score: Double { matches.first?.score ?? 0 }
        var isRecognised: Bool { score >= StateDict.recognitionThreshold }

        /// Whether another one is of the same network and fits as well.
        func isEqual(to other: Candidate) -> Bool {
            score == other.score && isRecognised && matches.first?.network == other.matches.first?.network
        }
    }

    /// Chooses the state dict: the one whose keys fit a network best, whatever stands before them. Of several that fit
    /// equally well, weights come before their moving averages (`params` before `params_ema`).
    ///
    /// - Parameters:
    ///   - root: the path asked for with `--param-key` or `--root`, under which it has to lie.
    ///   - reason: who asked.
    /// - Returns: nil where the file, or the root asked for, holds no tensor.
    /// - Throws: ``RootError`` if two tensors are one key.
    public func select(root: String? = nil, reason: String = "asked for") throws(RootError) -> Selection? {
        let candidates = candidates(under: root)
        guard let best = candidates.first else { return unrecognised(root: root, reason: reason) }
        if let collision = best.group.collision { throw RootError(collision) }
        if let name = duplicates.first(where: { best.stateDict.covers($0) }) {
            throw RootError(KeyCollision(key: name, names: [name, name]))
        }
        let equals = candidates.dropFirst().filter { $0.isEqual(to: best) }
        let averages = equals.filter { $0.group.isAverage != best.group.isAverage }
        var selection = Selection(stateDict: best.stateDict, matches: best.matches, reason: reason)
        selection.alternative = pair(of: best.group.root) ?? averages.first?.stateDict
        let claimed = Set(averages.flatMap { $0.group.names.values.map { ExactName($0) } })
        let start = best.group.root.isEmpty ? "" : best.group.root + "."
        selection.outside = best.outside.filter { !claimed.contains(ExactName(start + $0.key)) }
        selection.extras = extras.filter { best.stateDict.covers($0) }
            .map { String(decoding: $0.utf8.dropFirst(start.utf8.count), as: UTF8.self) }
        let others = candidates.dropFirst().filter(\.isRecognised)
        selection.isOneOfSeveral = !others.isEmpty || selection.alternative != nil
        guard root == nil else { return selection }
        let rivals = equals.filter { $0.group.isAverage == best.group.isAverage }.map(\.group.path)
        selection.reason = Self.reason(selection.alternative, isEqual: !averages.isEmpty, rivals: rivals)
        if selection.alternative == nil, rivals.isEmpty, let other = others.first {
            selection.reason += "; \(other.stateDict.pathText) is there too"
        }
        return selection
    }

    private static func reason(_ alternative: StateDict?, isEqual: Bool, rivals: [String]) -> String {
        var text = isEqual ? "default" : "best match"
        if !rivals.isEmpty {
            let names = rivals.map { $0.isEmpty ? "the file itself" : $0 }.joined(separator: ", ")
            text = "the first that matches; \(names) \(rivals.count == 1 ? "matches" : "match") as well"
        }
        return text + (alternative.map { "; \($0.pathText) is there too" } ?? "")
    }

    /// The best first.
    private func candidates(under root: String?) -> [Candidate] {
        let groups = weightsGroups(under: root)
        let claimed = Set(groups.flatMap { $0.names.values.map { ExactName($0) } })
        let all = groups.map { group in
            let (stateDict, outside) = stateDict(group, claimed: claimed)
            return Candidate(group: group, stateDict: stateDict, outside: outside, matches: stateDict.matches())
        }
        return all.enumerated()
            .sorted { first, second in
                let (a, b) = (first.element, second.element)
                if a.score != b.score { return a.score > b.score }
                if a.group.isAverage != b.group.isAverage { return b.group.isAverage }
                return (a.group.rank, first.offset) < (b.group.rank, second.offset)
            }
            .map(\.element)
    }

    /// A state dict without any network's key.
    private func unrecognised(root: String?, reason: String) -> Selection? {
        let places = root.map { [$0] } ?? roots
        guard let stateDict = places.lazy.compactMap({ stateDict(root: $0) }).first else { return nil }
        return Selection(
            stateDict: stateDict, matches: stateDict.matches(), reason: root == nil ? "best match" : reason,
            alternative: pair(of: stateDict.root))
    }

    /// The state dicts of the file that fit the network of a selection and were not chosen, by their paths.
    public func others(than selection: Selection) -> [(root: String, stateDict: StateDict)] {
        candidates(under: nil).map { ($0.group.path, $0.stateDict) }.filter {
            !$0.0.isExactly(selection.stateDict.path)
        }
    }

    private func pair(of root: String) -> StateDict? {
        switch root {
        case "params": stateDict(root: "params_ema")
        case "params_ema": stateDict(root: "params")
        default: nil
        }
    }
}

extension StateDict {
    /// The path in words.
    package var pathText: String { path.isEmpty ? "the file itself" : path }

    /// Whether a tensor of the file lies below the root.
    fileprivate func covers(_ name: String) -> Bool {
        root.isEmpty || name.utf8.starts(with: Array(root.utf8) + [0x2E])
    }
}

/// How far two state dicts are apart: what a reader wants to know before choosing one.
public struct StateDictDistance: Encodable, Sendable, Hashable {
    /// The largest absolute difference of two values under the same key.
    public var maxAbsDifference: Double
    /// The key under which it occurs.
    public var key: String?
    /// Keys that only one of them has, or under which the shapes differ.
    public var incomparableKeys: Int

    /// Compares all values of two state dicts.
    /// - Throws: what reading a tensor throws.
    public init(_ first: StateDict, _ second: StateDict) throws {
        maxAbsDifference = 0
        incomparableKeys = second.tensors.keys.count { first.tensors[$0] == nil }
        for (key, description) in first.tensors {
            guard second.tensors[key]?.shape == description.shape,
                let these = try first.load(key).doubles(), let those = try second.load(key).doubles()
            else {
                incomparableKeys += 1
                continue
            }
            for index in these.indices {
                let difference = abs(these[index] - those[index])
                if difference > maxAbsDifference || difference.isNaN {
                    maxAbsDifference = difference
                    self.key = key
                }
            }
        }
    }
}
