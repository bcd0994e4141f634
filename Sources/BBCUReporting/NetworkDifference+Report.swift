import BBCUCheckpointDiff
import BBCUNetworkDiff
import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes

extension NetworkDifference {
    /// The members that it adds to a comparison's JSON; `Schemas/diff.schema.json` describes them.
    public var json: JSONValue.Members {
        [
            "networks": ["a": a?.json ?? .null, "b": b?.json ?? .null],
            "sign_changes": layers.isEmpty
                ? .null
                : [
                    "weights": .integer(weights), "changed": .integer(signChanges),
                    "layers": .array(
                        layers.map {
                            [
                                "name": .string($0.name), "weights": .integer($0.weights),
                                "changed": .integer($0.signChanges),
                            ]
                        }),
                    "not_compared": JSONValue(others),
                ],
            "alpha": .array(
                layers.map {
                    [
                        "name": .string($0.name), "filters": .integer($0.filters),
                        "changed": .integer($0.changedAlphas), "mean_a": .number($0.meanAlphaOfA),
                        "mean_b": .number($0.meanAlphaOfB), "max_relative": .number($0.largestAlphaChange),
                        "filter": JSONValue($0.filter),
                    ]
                }),
        ]
    }

    /// Which networks are compared: `BBCU-M x2 with BBCU-M x3`.
    public var summary: String {
        if let a, let b { return "\(a.shortName) with \(b.shortName)" }
        let none = "none of the BBCU networks"
        return "\(a?.shortName ?? none) with \(b?.shortName ?? none)"
    }

    /// How many signs changed, in a sentence; nil if nothing could be compared.
    public var signSummary: String? {
        guard !layers.isEmpty else { return nil }
        guard layers.contains(where: { $0.signChanges > 0 || $0.changedAlphas > 0 }) else {
            return
                "Every one of \(NumberText.grouped(weights)) 1-bit weights has the same sign, every alpha the same value"
        }
        let share = weights > 0 ? Double(signChanges) / Double(weights) : 0
        let moved = layers.reduce(0) { $0 + $1.changedAlphas }
        let filters = layers.reduce(0) { $0 + $1.filters }
        return "\(NumberText.grouped(signChanges)) of \(NumberText.grouped(weights)) 1-bit weights changed sign "
            + "(\(NumberText.percent(share))); alpha moved in \(NumberText.grouped(moved)) of "
            + NumberText.grouped(filters, "filter")
    }

    /// Signs and alpha layer by layer, those in which nothing moved left out.
    public var lines: [String] {
        guard let signSummary else { return [] }
        var table = TextTable(
            ["1-bit weights", "sign changed", "of", "alpha A", "alpha B", "moved", "largest move"],
            alignments: [.left] + [TextTable.Alignment](repeating: .right, count: 6))
        let moved = layers.filter { $0.signChanges > 0 || $0.changedAlphas > 0 }
        for layer in moved {
            table.add([
                layer.name, String(layer.signChanges), String(layer.weights),
                NumberText.significant(layer.meanAlphaOfA, 4), NumberText.significant(layer.meanAlphaOfB, 4),
                "\(layer.changedAlphas) of \(layer.filters)",
                layer.filter.map { "\(NumberText.percent(layer.largestAlphaChange)) (filter \($0))" } ?? "-",
            ])
        }
        let rest = layers.count - moved.count
        return (moved.isEmpty ? [] : table.lines) + [signSummary + "."]
            + (rest > 0 && !moved.isEmpty ? ["Neither moved in \(NumberText.grouped(rest, "other layer"))."] : [])
            + (others.isEmpty
                ? []
                : [
                    "Not in both in one size: "
                        + others.prefix(6).map { $0.printable(atMost: 80) }.joined(separator: ", ")
                        + (others.count > 6 ? " and \(others.count - 6) more" : "")
                ])
    }
}

extension BBCUNetwork {
    /// Only the network's name: `BBCU-M x4`.
    fileprivate var shortName: String { String(summary.prefix { $0 != ":" }) }
}

extension Difference {
    /// The comparison with that of the networks; members of the latter are left out if there is none.
    public func json(_ networks: NetworkDifference?) -> JSONValue {
        guard let networks, case .object(var members) = json else { return json }
        for (name, value) in networks.json { members[name] = value }
        return .object(members)
    }

    /// The comparison for a person, with that of the networks.
    public func text(_ networks: NetworkDifference?) -> [String] {
        guard let networks else { return text }
        return text(heading: ["networks  \(networks.summary)"], closing: networks.lines)
    }
}
