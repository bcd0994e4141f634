import BBCUPlatform
import BBCUPortChecking
import TensorBytes

extension BBCUPortChecking.Judgement {
    /// The judgement.
    public var document: ReportDocument {
        func number(_ value: Double?) -> String { value.map { NumberText.scientific($0) } ?? "" }
        let hasBefore = modules.contains { $0.before != nil }
        let table = ReportTable(
            "Modules", of: modules.filter { $0.verdict != .absent || $0.before != nil },
            isBad: { $0.verdict == .fails },
            columns: [
                .code("module", \.saved.name), .text("verdict", \.verdict.rawValue),
                .number("difference") { number($0.saved.difference) },
                .text("before") { $0.verdictBefore?.rawValue ?? "" },
                .number("difference") { number($0.before?.difference) }, .text("change") { $0.change?.rawValue ?? "" },
            ])
        let better = modules.count { $0.change == .better }
        let worse = modules.count { $0.change == .worse }
        return ReportDocument(
            title: "Judgement of a port", verdict: verdict, tone: !holds ? .bad : isConclusive ? .good : .caution,
            facts: (isOtherCheckpoint ? [.init("note", "the two reports are of different checkpoints")] : [])
                + (hasBefore ? [.init("change", "\(better) better, \(worse) worse since the older report")] : []),
            sections: [.init("modules", "Modules", [.table(table)])], json: json)
    }

    private var verdict: String {
        let rule = tolerance.map { "a tolerance of \(NumberText.scientific($0))" } ?? "the bounds of the check"
        if let firstWrong {
            return "FAILS: \(firstWrong.printable()) is the first module that is wrong by \(rule)."
        }
        guard !holds else { return "\(isConclusive ? "HOLDS" : "INCONCLUSIVE"): by \(rule)." }
        return saidToFail ? "FAILS: as the report says." : "FAILS: nothing was compared."
    }
}
