import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes

extension BBCUNetwork {
    /// The recognised network as every JSON report gives it.
    public var json: JSONValue {
        [
            "family": .string(family.rawValue), "input_channels": .integer(hyperparameters.inputChannels),
            "output_channels": .integer(hyperparameters.outputChannels),
            "features": .integer(hyperparameters.features), "blocks": .integer(hyperparameters.blocks),
            "upscale": .integer(hyperparameters.upscale), "bias": .bool(hyperparameters.bias),
        ]
    }

    /// The network in a line: `BBCU-M x4: 3 channels, 64 features, 16 blocks, 35 units`.
    public var summary: String {
        let sizes = hyperparameters
        let name =
            switch family {
            case .bbcuL: "BBCU-L x\(sizes.upscale)"
            case .bbcuM: "BBCU-M x\(sizes.upscale)"
            case .denoise: "BBCU denoiser"
            case .deblock: "BBCU deblocker"
            }
        let blocks = NumberText.count(sizes.blocks, family.isSuperResolution ? "block" : "layer")
        return
            "\(name): \(NumberText.count(sizes.inputChannels, "channel")), \(NumberText.count(sizes.features, "feature")), \(blocks), "
            + NumberText.count(unitIndices.count, "unit")
    }
}

extension Amplification {
    /// The factor as every JSON report gives it.
    public var json: JSONValue {
        ["value": .number(value), "source": .string(sourceText), "rule": .number(rule)]
    }

    /// The factor in a line: `130, from the published rule 130 n / 64`.
    public var summary: String { "\(value.shortText), from \(sourceText)" }
}

extension FamilyMatch {
    /// The nearest family, for a file that is none.
    public var json: JSONValue { ["family": .string(network.family.rawValue), "score": .number(score)] }
}

extension Selection {
    /// The choice in a line: `params, prefix module. removed (default; params_ema is there too)`.
    public var summary: String {
        let root = stateDict.root.isEmpty ? "the file itself" : stateDict.root
        let all = stateDict.tensors.count
        let removed = stateDict.removed.map { prefix, count in
            ", prefix `\(prefix)` removed" + (count < all ? " from \(count) of \(NumberText.count(all, "name"))" : "")
        }
        return root + removed.joined() + " (\(reason))"
    }

    /// What to say of the choice, if there was one or names lost a prefix.
    public var note: String? { isOneOfSeveral || !stateDict.removed.isEmpty ? "weights \(summary)" : nil }

    /// The choice as JSON.
    public var json: JSONValue {
        let most = stateDict.removed.max { $0.value < $1.value }
        return [
            "root": .string(stateDict.root), "module_prefix": .bool(stateDict.isDataParallel),
            "prefix": .string(most?.key ?? ""), "prefix_tensors": .integer(most?.value ?? 0),
            "reason": .string(reason), "tensors": .integer(stateDict.tensors.count),
        ]
    }
}

extension Resolution {
    /// What the tensors are, for the head of a report.
    var facts: [ReportDocument.Fact] {
        guard let network else { return [.init("network", "none of the BBCU networks")] }
        return [
            .init("network", RichText(network.summary)), .init("state dict", RichText(selection.summary)),
        ]
    }
}
