import BBCUPlatform
import TensorBytes

extension EvaluationReport: ShardedReport {
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
}
