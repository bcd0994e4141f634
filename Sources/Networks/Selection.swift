import OrderedCollections
import Tensors

/// Which part of a file is used as the state dict, and why.
public struct Selection: Sendable {
    /// The state dict that is used.
    public var stateDict: StateDict
    /// Every family's best match, best first.
    public var matches: [FamilyMatch]
    /// Why this root: in words, for the report.
    public var reason: String
    /// The other of `params` and `params_ema`, where both exist.
    public var alternative: StateDict?

    /// The recognised network, where the best match is good enough.
    public var recognised: FamilyMatch? {
        matches.first.flatMap { $0.score >= StateDict.recognitionThreshold ? $0 : nil }
    }
}

extension TensorSource {
    /// Chooses the state dict: the root that was asked for, else the one whose keys fit a network best (`params`
    /// before `params_ema` where both do).
    ///
    /// - Parameters:
    ///   - root: the path asked for with `--param-key` or `--root`.
    ///   - reason: who asked.
    /// - Returns: nil where the file, or the root asked for, holds no tensor.
    public func select(root: String? = nil, reason: String = "asked for") -> Selection? {
        if let root {
            guard let stateDict = stateDict(root: root) else { return nil }
            return Selection(
                stateDict: stateDict, matches: stateDict.matches(), reason: reason,
                alternative: alternative(to: root))
        }
        var best: Selection?
        for root in roots {
            guard let stateDict = stateDict(root: root) else { continue }
            let matches = stateDict.matches()
            if (matches.first?.score ?? 0) > (best?.matches.first?.score ?? -1) {
                best = Selection(stateDict: stateDict, matches: matches, reason: "its keys fit best")
            }
        }
        if let root = best?.stateDict.root {
            best?.alternative = alternative(to: root)
            if best?.alternative != nil { best?.reason = "the usual one where a file holds both" }
        }
        return best
    }

    private func alternative(to root: String) -> StateDict? {
        switch root {
        case "params": stateDict(root: "params_ema")
        case "params_ema": stateDict(root: "params")
        default: nil
        }
    }
}

/// How far two state dicts are apart: what a reader wants to know before choosing one.
public struct StateDictDistance: Sendable, Hashable {
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
