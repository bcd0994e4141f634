import BBCUPlatform
import TensorBytes

extension BBCUNetwork {
    /// The network in a line: `BBCU-M x4: 3 channels, 64 features, 16 blocks, 35 units`.
    public var summary: String {
        let sizes = hyperparameters
        let name = family.name + (family.isSuperResolution ? " x\(sizes.upscale)" : "")
        let blocks = sizes.blocks.counted(family.isSuperResolution ? "block" : "layer")
        return
            "\(name): \(sizes.inputChannels.counted("channel")), \(sizes.features.counted("feature")), \(blocks), "
            + unitIndices.count.counted("unit")
    }
}

extension Amplification {
    /// The factor in a line: `130, from the published rule 130 n / 64`.
    public var summary: String { "\(value.shortText), from \(source)" }
}

extension Selection {
    /// The choice in a line: `params, prefix module. removed (default; params_ema is there too)`.
    public var summary: String {
        let root = stateDict.root.isEmpty ? "the file itself" : stateDict.root
        let all = stateDict.tensors.count
        let removed = stateDict.removed.map { prefix, count in
            ", prefix `\(prefix)` removed" + (count < all ? " from \(count) of \(all.counted("name"))" : "")
        }
        return root + removed.joined() + " (\(reason))"
    }

    /// What to say of the choice, if there was one or names lost a prefix.
    public var note: String? { isOneOfSeveral || !stateDict.removed.isEmpty ? "weights \(summary)" : nil }
}
