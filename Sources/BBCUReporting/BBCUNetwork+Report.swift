import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes

extension BBCUNetwork {
    /// The recognised network as every JSON report gives it.
    public var json: JSONValue { JSONValue(encoding: NetworkDescription(self)) }
}

extension Amplification {
    /// The factor as every JSON report gives it.
    public var json: JSONValue {
        ["value": .number(value), "source": .string(sourceText), "rule": .number(rule)]
    }
}

extension FamilyMatch {
    /// The nearest family, for a file that is none.
    public var json: JSONValue { ["family": .string(network.family.rawValue), "score": .number(score)] }
}

extension Selection {
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
