import BBCUPlatform
import TensorBytes

extension EvaluationReport: ShardedReport {
    /// The items of all shards.
    public var items: ItemList { subject.items }

    /// What came of one item.
    public enum Part: Sendable {
        case result(ItemResult)
        case excluded(Exclusion)
    }

    public var parts: [(name: String, set: String, part: Part)] {
        var parts: [(name: String, set: String, part: Part)] = []
        var comparisons = between[...]
        var rest = rows[...]
        while let first = rest.first {
            var result = ItemResult(item: EvaluationItem(name: first.name, set: first.set, path: ""))
            while let row = rest.first, row.name.isExactly(first.name), row.set.isExactly(first.set) {
                result.rows.append(rest.removeFirst())
            }
            while let row = comparisons.first, row.name.isExactly(first.name), row.set.isExactly(first.set) {
                result.between.append(comparisons.removeFirst())
            }
            parts.append((first.name, first.set, .result(result)))
        }
        return parts + excluded.map { ($0.name, $0.set, .excluded($0)) }
    }

    public init(_ subject: EvaluationSubject, parts: [Part]) {
        self.init(subject, shard: .whole)
        for part in parts {
            switch part {
            case .result(let result): add(result)
            case .excluded(let exclusion): excluded.append(exclusion)
            }
        }
    }

    public static func difference(_ first: EvaluationSubject, _ second: EvaluationSubject) -> String {
        if first.version != second.version { return "version (\(first.version), not \(second.version))" }
        if first.sha256 != second.sha256 { return "checkpoint" }
        if first.network != second.network { return "network or k" }
        if first.options != second.options { return "choice of options" }
        if first.root != second.root { return "weights root" }
        if first.items != second.items { return "list of items" }
        return "file name of the checkpoint"
    }
}
