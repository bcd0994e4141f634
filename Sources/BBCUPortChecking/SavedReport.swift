import BBCUErrorBounds
import BBCUPlatform
import TensorBytes

/// A report of a port that was saved as JSON, to be judged again without running anything.
public struct SavedReport: Sendable {
    /// What is kept of a module.
    public struct Module: Sendable, Hashable {
        /// PyTorch's name.
        public var name: String
        /// The verdict when it was checked.
        public var verdict: PortReport.Verdict
        /// The largest difference on the dump's own input; nil where it was not compared.
        public var difference: Double?
        /// The bound at the value that was the largest share of it.
        public var bound: Double?

        package init(name: String, verdict: PortReport.Verdict, difference: Double? = nil, bound: Double? = nil) {
            self.name = name
            self.verdict = verdict
            self.difference = difference
            self.bound = bound
        }
    }

    /// The SHA-256 of the checkpoint.
    public var sha256: String
    /// Every module in order.
    public var modules: [Module]
    /// Whether its verdict is that the dump fails.
    public private(set) var saidToFail = false
    /// Whether its verdict proves something; older reports do not say so.
    public private(set) var isConclusive = true

    /// Reads the text of `check-port --json`.
    /// - Throws: ``PortError`` where it is something else.
    public init(_ bytes: [UInt8]) throws(PortError) {
        try self.init(StrictJSON.parsing(bytes, most: Self.mostValues, kind: "\(Advice.savedReport)"))
    }

    /// Reads a saved report's file.
    /// - Throws: ``PortError`` where it is something else.
    public static func read(_ path: String) throws(PortError) -> SavedReport {
        try StrictJSON.read(path, atMost: ByteRegion.largestReport, most: mostValues, kind: "\(Advice.savedReport)") {
            json throws(PortError) in try SavedReport(json)
        }
    }

    private static let mostValues = 1 << 22

    private init(_ json: StrictJSON) throws(PortError) {
        guard let sha256 = json["sha256"]?.text, case .array(let elements)? = json["modules"] else {
            throw PortError(.otherKind, found: "found no sha256 and modules", expected: "\(Advice.savedReport)")
        }
        self.sha256 = sha256
        modules = try elements.map { element throws(PortError) in
            guard let name = element["name"]?.text,
                let verdict = element["verdict"]?.text.flatMap(PortReport.Verdict.init(rawValue:))
            else { throw PortError(.otherKind, found: "a module without a name and a verdict") }
            let local = element["local"]
            return Module(
                name: name, verdict: verdict, difference: local?["difference"]?.number,
                bound: local?["bound"]?.number)
        }
        guard !modules.isEmpty else { throw PortError(.otherKind, found: "a report without modules") }
        guard let verdict = json["verdict"]?.text, ["holds", "fails"].contains(verdict) else {
            throw PortError(
                .value, found: "found the verdict '\(json["verdict"]?.text ?? "none")'", expected: "holds or fails")
        }
        saidToFail = verdict == "fails"
        if case .bool(let value)? = json["conclusive"] { isConclusive = value }
    }
}

/// A saved report judged again, and against an older one.
public struct Judgement: Sendable {
    /// Which way a module went.
    public enum Change: String, Sendable, Hashable { case better, worse, same }

    /// One module.
    public struct Module: Sendable {
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

        package init(
            saved: SavedReport.Module, verdict: PortReport.Verdict, before: SavedReport.Module? = nil,
            verdictBefore: PortReport.Verdict? = nil, change: Change? = nil
        ) {
            self.saved = saved
            self.verdict = verdict
            self.before = before
            self.verdictBefore = verdictBefore
            self.change = change
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
