import BBCUPlatform
import TensorBytes

/// A report of a port that was saved as JSON, to be judged again without running anything.
public struct SavedReport: Decodable, Sendable {
    /// What is kept of a module.
    public struct Module: Decodable, Sendable, Hashable {
        /// PyTorch's name.
        public var name: String
        /// The verdict when it was checked.
        public var verdict: PortReport.Verdict
        private var local: Local?

        /// The largest difference on the dump's own input; nil where it was not compared.
        public var difference: Double? { local?.difference?.wrappedValue }
        /// The bound at the value that was the largest share of it.
        public var bound: Double? { local?.bound?.wrappedValue }
    }

    private struct Local: Decodable, Hashable {
        var difference: Boundless?
        var bound: Boundless?
    }

    private enum Verdict: String, Decodable { case holds, fails }

    /// The SHA-256 of the checkpoint.
    public var sha256: String
    /// Every module in order.
    public var modules: [Module]
    private var verdict: Verdict
    private var conclusive: Bool?

    /// Whether its verdict is that the dump fails.
    public var saidToFail: Bool { verdict == .fails }
    /// Whether its verdict proves something; older reports do not say so.
    public var isConclusive: Bool { conclusive ?? true }

    /// Reads the text of `check-port --json`.
    /// - Throws: ``PortError`` where it is something else.
    public init(_ bytes: [UInt8]) throws(PortError) {
        self = try Self.read(StrictJSON.parsing(bytes, most: Self.mostValues, kind: "\(Advice.savedReport)"))
    }

    /// Reads a saved report's file, or what a pipe holds.
    /// - Throws: ``PortError`` where it is something else.
    public static func read(_ path: String) throws(PortError) -> SavedReport {
        try StrictJSON.read(
            path, atMost: ByteRegion.largestReport, most: mostValues, kind: "\(Advice.savedReport)", read)
    }

    private static let mostValues = 1 << 22

    private static func read(_ json: StrictJSON) throws(PortError) -> SavedReport {
        let report: SavedReport = try json.model("\(Advice.savedReport)")
        guard !report.modules.isEmpty else { throw PortError(.otherKind, found: "a report without modules") }
        return report
    }
}

/// A saved report judged again, and against an older one.
public struct Judgement: JSONModel, Sendable {
    /// Which way a module went.
    public enum Change: String, Encodable, Sendable, Hashable { case better, worse, same }

    /// One module.
    public struct Module: Encodable, Sendable {
        /// What the report says.
        public var saved: SavedReport.Module
        /// The verdict now.
        public var verdict: PortReport.Verdict
        /// What the older report says.
        public var before: SavedReport.Module?
        /// The verdict of the older report by the same rule.
        public var verdictBefore: PortReport.Verdict?
        /// Which way it went; nil where one of the two did not compare it.
        public var change: Change?

        public func encode(to encoder: any Encoder) throws {
            try encoder.encode([
                "name": saved.name, "verdict": verdict, "difference": saved.difference, "bound": saved.bound,
                "verdict_before": verdictBefore, "difference_before": before?.difference, "change": change,
            ])
        }
    }

    /// The tolerance in place of the bounds; nil for the verdicts as they were.
    public var tolerance: Double?
    /// Whether the older report is of another checkpoint.
    public var isOtherCheckpoint = false
    /// Every module of the report.
    public var modules: [Module]
    /// Whether the saved verdict proves something, or a tolerance stands in for its bounds.
    public var isConclusive = true
    /// Whether the saved verdict is that the dump fails, and no tolerance stands in for its bounds.
    public var saidToFail = false

    /// The first module that fails.
    public var firstWrong: String? {
        modules.first { $0.verdict == .fails || $0.verdict == .notCaptured || $0.verdict == .wrongSize }?.saved.name
    }
    /// Whether something was compared and nothing fails.
    public var holds: Bool { firstWrong == nil && !saidToFail && modules.contains { $0.verdict == .holds } }

    /// Writes the judgement; `Schemas/judge.schema.json` describes it.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "verdict": holds ? "holds" : "fails", "conclusive": !holds || isConclusive, "first_wrong": firstWrong,
            "tolerance": tolerance, "same_checkpoint": !isOtherCheckpoint, "modules": modules,
        ])
    }

    /// Judges a report.
    public init(_ report: SavedReport, tolerance: Double?, against old: SavedReport?) {
        self.tolerance = tolerance
        isConclusive = report.isConclusive || tolerance != nil
        saidToFail = report.saidToFail && tolerance == nil
        isOtherCheckpoint = old.map { $0.sha256 != report.sha256 } ?? false
        func verdict(_ module: SavedReport.Module) -> PortReport.Verdict {
            guard let tolerance, let difference = module.difference else { return module.verdict }
            return difference <= tolerance ? .holds : .fails
        }
        let earlier = Dictionary(
            (old?.modules ?? []).map { (ExactName($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        modules = report.modules.map { module in
            let before = earlier[ExactName(module.name)]
            var result = Module(saved: module, verdict: verdict(module), before: before)
            guard let before else { return result }
            result.verdictBefore = verdict(before)
            result.change = Self.change(module, result.verdict, before, verdict(before))
            return result
        }
    }

    private static func change(
        _ now: SavedReport.Module, _ verdict: PortReport.Verdict, _ before: SavedReport.Module,
        _ verdictBefore: PortReport.Verdict
    ) -> Change? {
        let wasRight = verdictBefore == .holds
        let isRight = verdict == .holds
        if wasRight != isRight, verdict != .absent, verdictBefore != .absent { return isRight ? .better : .worse }
        guard let difference = now.difference, let old = before.difference else { return nil }
        if difference > old * Thresholds.similarDifference { return .worse }
        return difference * Thresholds.similarDifference < old ? .better : .same
    }
}
