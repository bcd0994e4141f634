import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes
import TensorFiles

extension ValidationReport {
    /// Names shown of what is missing; JSON has all.
    private static let mostMissing = 100

    /// The report: a line for each kind of problem.
    ///
    /// - Parameters:
    ///   - missing: what the file names and does not have.
    ///   - showsDetails: whether every problem has a line of its own.
    public func document(
        file: String, missing: [Checkpoint.Missing] = [], showsDetails: Bool = false
    ) -> ReportDocument {
        let isKnown = resolution.network != nil
        return ReportDocument(
            title: "Validation of \(file.printable(atMost: 120))",
            verdict: isKnown ? verdict(missing) : "INVALID: none of the BBCU networks.",
            tone: !isKnown || problems.contains { $0.severity == .error }
                ? .bad : problems.isEmpty && missing.isEmpty ? .good : .caution,
            facts: [.init("file", .code(file))] + resolution.facts + facts
                + missing.prefix(Self.mostMissing).map {
                    .init("missing", "\(code: $0.name, atMost: 160): \($0.reason.printable(atMost: 300))")
                },
            sections: [
                .init("problems", "Problems", isKnown ? problemBlocks(file: file, showsDetails: showsDetails) : [])
            ], json: json(file: file, missing: missing))
    }

    private var facts: [ReportDocument.Fact] {
        guard resolution.network != nil else {
            return resolution.nearest.map { nearest in
                let share = NumberText.percent(nearest.score)
                return [
                    .init(
                        "nearest",
                        "\(nearest.network.family.rawValue), with \(share) of all keys in common; 50 % are needed")
                ]
            } ?? []
        }
        var facts: [ReportDocument.Fact] = []
        if let alternative = resolution.selection.alternative, let distance {
            let key: RichText = distance.key.map { " (\(code: $0))" } ?? ""
            facts.append(
                .init(
                    "differs",
                    "from \(alternative.pathText) by at most \(NumberText.scientific(distance.maxAbsDifference))\(key)")
            )
        }
        if let amplification = resolution.amplification {
            facts.append(.init("k", RichText(amplification.summary)))
        }
        return facts
    }

    private func verdict(_ missing: [Checkpoint.Missing]) -> String {
        let errors = problems.count { $0.severity == .error }
        if errors > 0 {
            return "INVALID: \(errors.counted("error")), "
                + "\((problems.count - errors).counted("warning"))."
        }
        guard missing.isEmpty else {
            let count = missing.count.counted("part")
            return "INCOMPLETE: the file names \(count) that could not be read; everything else fits."
        }
        return "VALID: every key, shape, dtype and value fits"
            + (problems.isEmpty ? "." : "; \(problems.count.counted("warning")).")
    }
}
