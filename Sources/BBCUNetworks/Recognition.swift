import BBCUPlatform
import OrderedCollections
import TensorBytes

/// How well a state dict's keys fit one family.
public struct FamilyMatch: JSONModel, Sendable, Hashable {
    /// The network of that family whose keys fit best.
    public var network: BBCUNetwork
    /// Keys in both / keys in either: 1 for a perfect match.
    public var score: Double

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode(["family": network.family, "score": score])
    }
}

extension StateDict {
    /// The least score with which a network counts as recognised.
    public static let recognitionThreshold = 0.5

    /// The best network of each family, best family first; the order of ``Family`` decides a tie.
    public func matches() -> [FamilyMatch] {
        let all = Family.allCases.compactMap { match($0) }
        return all.enumerated()
            .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
            .map(\.element)
    }

    /// How much worse a deeper network may fit than the best and still be taken: the score alone would rather drop a
    /// block that lost half its keys than report them missing.
    private static let depthAllowance = 0.02

    /// The network of a family whose keys fit best, or nil where the keys suggest none.
    public func match(_ family: Family) -> FamilyMatch? {
        var matches: [FamilyMatch] = []
        for candidate in candidates(family) {
            guard let network = family.network(candidate) else { continue }
            let expected = Set(network.parameters.map(\.key))
            let common = tensors.keys.count { expected.contains($0) }
            let score = Double(common) / Double(expected.count + tensors.count - common)
            matches.append(FamilyMatch(network: network, score: score))
            // The others are shallower.
            if score == 1 { break }
        }
        let best = matches.reduce(0) { max($0, $1.score) }
        return matches.filter { $0.score >= best - Self.depthAllowance }
            .max { $0.network.hyperparameters.blocks < $1.network.hyperparameters.blocks }
    }

    /// Hyper-parameters worth trying: sizes by majority over all layers, so that one damaged tensor does not hide the
    /// network, and every plausible number of blocks, the deepest first.
    private func candidates(_ family: Family) -> [Hyperparameters] {
        let features = commonFeatures(family)
        guard features > 0, features <= 1 << 16 else { return [] }
        let head = family.isSuperResolution ? "conv_first.weight" : "model.0.weight"
        let channels = channels(head: head, family: family)
        let upscale = family.isSuperResolution ? upscale(family, features: features) : 1
        return blockCounts(family).map { blocks in
            Hyperparameters(
                inputChannels: channels, outputChannels: channels, features: features, blocks: blocks,
                upscale: upscale, bias: family.hasBias)
        }
    }

    /// The most frequent number of channels of the units' shifts, else the head's outputs.
    private func commonFeatures(_ family: Family) -> Int {
        var counts = OrderedDictionary<Int, Int>()
        for (key, tensor) in tensors where key.ends(with: "." + UnitKey.shift) && tensor.shape.count == 4 {
            counts[tensor.shape[1], default: 0] += 1
        }
        for (key, tensor) in tensors where key.ends(with: "." + UnitKey.weight) && tensor.shape.count == 4 {
            counts[tensor.shape[1], default: 0] += 1
        }
        if let common = counts.max(by: { $0.value < $1.value }) { return common.key }
        let head = tensors[family.isSuperResolution ? "conv_first.weight" : "model.0.weight"]
        return head?.shape.first ?? 64
    }

    private func channels(head: String, family: Family) -> Int {
        if let shape = tensors[head]?.shape, shape.count == 4 { return shape[1] }
        if let shape = tensors["conv_last.weight"]?.shape, shape.count == 4 { return shape[0] }
        return family == .deblock ? 1 : 3
    }

    private func upscale(_ family: Family, features: Int) -> Int {
        if tensors.keys.contains(where: { $0.begins(with: "upconv2.") }) { return 4 }
        let sizes = [
            "upconv1.weight", "upconv1.bias", "upconv1.\(UnitKey.weight)", "upconv1.\(UnitKey.slope)",
        ].compactMap { tensors[$0]?.shape.first }
        return sizes.contains(9 * features) ? 3 : 2
    }

    /// Numbers of blocks that the keys' indices suggest, the largest first. More than a few only in a file that is not
    /// one of ours.
    private func blockCounts(_ family: Family) -> [Int] {
        var indices = Set<Int>()
        let prefix = family.isSuperResolution ? "body." : "model."
        for key in tensors.keys where key.begins(with: prefix) {
            let digits = key.utf8.dropFirst(prefix.utf8.count).prefix { $0 != UInt8(ascii: ".") }
            if let index = Int(String(decoding: digits, as: UTF8.self)), index >= 0, index < 4096 {
                indices.insert(index)
            }
        }
        // A network of n blocks has n tensors and more, so larger indices cannot be its.
        let plausible = indices.filter { $0 <= tensors.count }.sorted(by: >).prefix(16)
        if family.isSuperResolution { return plausible.isEmpty ? [0] : plausible.map { $0 + 1 } }
        return Set(plausible.flatMap { [$0, $0 + 1] }).filter { $0 >= 2 }.sorted(by: >)
    }
}
