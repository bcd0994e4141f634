/// The rows of an earlier, perhaps unfinished, report that still hold: of the same checkpoint, options and version, and of
/// images with the same bytes.
public struct EarlierResults: Sendable {
    private struct Key: Hashable {
        var name: String
        var set: String
    }

    private var results: [Key: ItemResult] = [:]
    private var order: [Key] = []
    private let expectedRows: Int

    /// The items that nobody has asked for yet.
    public var remaining: [ItemResult] { order.compactMap { results[$0] } }

    /// What an earlier report has for a run: nothing where it is of another checkpoint, other options or another version.
    public init(_ report: EvaluationReport?, for subject: EvaluationSubject) {
        expectedRows = subject.options.settings.count * subject.options.paths.count
        guard let report, Self.fits(report.subject, subject) else { return }
        func key(_ name: String, _ set: String) -> Key { Key(name: name, set: set) }
        for row in report.rows {
            if results[key(row.name, row.set)] == nil { order.append(key(row.name, row.set)) }
            results[key(row.name, row.set), default: Self.empty(row.name, row.set)].rows.append(row)
        }
        for row in report.between {
            results[key(row.name, row.set), default: Self.empty(row.name, row.set)].between.append(row)
        }
    }

    private static func empty(_ name: String, _ set: String) -> ItemResult {
        ItemResult(item: EvaluationItem(name: name, set: set, path: ""))
    }

    private static func fits(_ first: EvaluationSubject, _ second: EvaluationSubject) -> Bool {
        var first = first
        first.items = second.items
        first.file = second.file
        first.options.limit = second.options.limit
        return first == second
    }

    /// Whether the report has results of an item.
    public func has(_ item: EvaluationItem) -> Bool { results[Key(name: item.name, set: item.set)] != nil }

    /// Whether results of an item come of files with these SHA-256.
    public func holds(
        _ item: EvaluationItem, files: (_ setting: Double, _ path: EvaluationPath) -> [String]
    ) -> Bool {
        results[Key(name: item.name, set: item.set)]?.rows.allSatisfy { $0.files == files($0.setting, $0.path) }
            ?? false
    }

    /// Takes out the results of an item: nil unless all of them are there and come of files with these SHA-256.
    public mutating func take(
        _ item: EvaluationItem, files: (_ setting: Double, _ path: EvaluationPath) -> [String]
    ) -> ItemResult? {
        let key = Key(name: item.name, set: item.set)
        defer { results[key] = nil }
        guard let result = results[key], result.rows.count == expectedRows,
            result.rows.allSatisfy({ $0.files == files($0.setting, $0.path) })
        else { return nil }
        return result
    }
}
