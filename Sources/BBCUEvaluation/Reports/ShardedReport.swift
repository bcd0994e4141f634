import BBCUPlatform
import TensorBytes

/// A report whose items can be spread over machines and joined again.
public protocol ShardedReport: Sendable {
    /// What was asked for.
    associatedtype Options: Codable, Sendable, Hashable
    /// What came of one item.
    associatedtype Part: Sendable

    /// What the report is about.
    var subject: RunSubject<Options> { get }
    /// Which items it holds.
    var shard: Shard { get }
    /// The items of this shard.
    var shardItems: ItemList { get }
    /// What came of each item, excluded ones included, with the item's name and set.
    var parts: [(name: String, set: String, part: Part)] { get }

    /// A report of all items.
    init(_ subject: RunSubject<Options>, parts: [Part])
}

/// Joins the reports of shards into the one that a single run would have written.
public enum ShardMerge {
    /// Joins reports.
    ///
    /// - Parameter reports: each with the name of its file, for messages.
    /// - Throws: ``EvaluationError`` that names the shards where one is missing, unfinished, there twice, or contradicts
    ///   another.
    public static func merge<Report: ShardedReport>(_ reports: [(file: String, report: Report)]) throws(EvaluationError)
        -> Report
    {
        guard let first = reports.first else {
            throw EvaluationError(
                .shards, file: "merge", found: "found no report", expected: "the reports of all shards")
        }
        try checkAgreement(reports, with: first)
        try checkShards(reports.map { ($0.file, $0.report.shard) })
        for (file, report) in reports {
            let expected = report.shard.itemCount(of: report.subject.items.count)
            guard report.parts.count == expected else {
                throw EvaluationError(
                    .shards, file: file,
                    found: "found shard \(report.shard) with \(report.parts.count) of \(expected.counted("image"))",
                    expected: "a finished run; \(Advice.resume)")
            }
        }
        for (file, report) in reports { try checkNames(report, file) }
        return Report(first.report.subject, parts: try joined(reports))
    }

    private static func checkAgreement<Report: ShardedReport>(
        _ reports: [(file: String, report: Report)], with first: (file: String, report: Report)
    ) throws(EvaluationError) {
        for (file, report) in reports where report.subject != first.report.subject {
            throw EvaluationError(
                .otherRun, file: file,
                found: "found another \(report.subject.difference(from: first.report.subject)) than in \(first.file)",
                expected: "shards of one run")
        }
        for (file, report) in reports where report.shard.count != first.report.shard.count {
            throw EvaluationError(
                .otherRun, file: file,
                found: "found shard \(report.shard) beside \(first.report.shard) in \(first.file)",
                expected: "as many shards in each")
        }
    }

    private static func checkShards(_ shards: [(file: String, shard: Shard)]) throws(EvaluationError) {
        var files: [Int: String] = [:]
        for (file, shard) in shards {
            if let other = files.updateValue(file, forKey: shard.index) {
                throw EvaluationError(
                    .shards, file: file, found: "found shard \(shard), which \(other) holds too",
                    expected: "another shard")
            }
        }
        let count = shards.first?.shard.count ?? 0
        let missing = (1...max(1, count)).filter { files[$0] == nil }.map { "\($0)/\(count)" }
        guard missing.isEmpty else {
            let shown = missing.prefix(20).joined(separator: ", ") + (missing.count > 20 ? ", ..." : "")
            throw EvaluationError(
                .shards, file: "merge", found: "found no report of shard \(shown)",
                expected: "the reports of all \(count.counted("shard"))")
        }
    }

    /// - Throws: ``EvaluationError`` for a report whose images are not those that it says it has: whoever changed a name
    ///   changed this file.
    private static func checkNames<Report: ShardedReport>(_ report: Report, _ file: String) throws(EvaluationError) {
        let parts = report.parts.sorted { EvaluationItem.precedes(($0.name, $0.set), ($1.name, $1.set)) }
        guard ItemList(names: parts.map(\.name)) == report.shardItems else {
            throw EvaluationError(
                .otherRun, file: file, found: "found other images than its shard_items were made of",
                expected: "the report as it was written; run shard \(report.shard) again")
        }
    }

    /// The parts of all reports in the order of the items.
    private static func joined<Report: ShardedReport>(_ reports: [(file: String, report: Report)])
        throws(EvaluationError)
        -> [Report.Part]
    {
        var all: [(name: String, set: String, part: Report.Part, shard: Shard, file: String)] = []
        for (file, report) in reports {
            all += report.parts.map { ($0.name, $0.set, $0.part, report.shard, file) }
        }
        all.sort { EvaluationItem.precedes(($0.name, $0.set), ($1.name, $1.set)) }
        for (first, second) in zip(all, all.dropFirst())
        where first.name.isExactly(second.name) && first.set.isExactly(second.set) {
            throw EvaluationError(
                .otherRun, file: second.file, found: "found \(second.name), which \(first.file) holds too",
                expected: "each image in one shard"
            )
        }
        for (place, item) in all.enumerated() where place % item.shard.count != item.shard.index - 1 {
            throw EvaluationError(
                .otherRun, file: item.file, found: "found \(item.name), which is not in shard \(item.shard)",
                expected: "every N-th image of one list")
        }
        guard ItemList(names: all.map(\.name)) == reports.first?.report.subject.items else {
            throw EvaluationError(
                .otherRun, file: reports.map(\.file).joined(separator: ", "),
                found: "found other images than their list of items has",
                expected: "the reports as they were written")
        }
        return all.map(\.part)
    }
}
