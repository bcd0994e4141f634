import BBCUErrorBounds
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import OrderedCollections
import TensorBytes

extension SelfTest {
    /// The report.
    public func document(_ subject: PortSubject, precision: Arithmetic) -> ReportDocument {
        let more = taps.count > 8 ? " and \(taps.count - 8) more" : ""
        let table = ReportTable(
            "Faults", of: outcomes.filter { $0.fault.reason == nil }, isBad: \.isUnseen,
            columns: [
                .text("fault", \.fault.name), .text("result", \.text), .text("first seen at") { $0.module ?? "" },
                .text("the change that mends it") { $0.fault.change?.text ?? "" },
            ])
        let reasons = outcomes.compactMap { outcome in
            outcome.fault.reason.map { "\(outcome.fault.name)  \(outcome.text): \($0)" }
        }
        return ReportDocument(
            title: "What a dump of \(subject.network) can show", verdict: verdict(on: subject),
            tone: holds ? .good : .bad,
            facts: [
                .init("file", .code(subject.file)), .init("network", RichText(subject.network)),
                .init("k", RichText(subject.amplification)), .init("input", .code(subject.input ?? "")),
                .init("bounds", "\(precision.text), any order of summation"),
                .init("taps", RichText(taps.prefix(8).joined(separator: ", ") + more)),
            ] + subject.unusedKeys.ignoredFacts,
            sections: [.init("faults", "Faults", [.table(table), .paragraphs(reasons)])],
            findings: rightPortHolds ? advice(outcomes.filter(\.isUnseen), subject) : [],
            json: json(subject, precision: precision))
    }

    private func verdict(on subject: PortSubject) -> String {
        guard rightPortHolds else { return "FAILS: even a right port does not pass with these taps." }
        let unseen = outcomes.filter(\.isUnseen)
        let seen = outcomes.count { $0.module != nil }
        let input = "\(subject.input?.printable() ?? ""), \(shape.map(String.init).joined(separator: " x "))"
        guard !unseen.isEmpty else {
            return
                "HOLDS: with these taps all \(seen.counted("fault")) would be seen, given the input of this test "
                + "(\(input)). Another input, such as your own image, may show fewer."
        }
        return
            "FAILS: with these taps \(seen.counted("fault")) would be seen, \(unseen.count) would not, given the input of "
            + "this test (\(input)): \(unseen.map(\.fault.name).joined(separator: ", "))."
    }

    /// What would show the faults that are not seen: other taps, other inputs.
    private func advice(_ unseen: [Outcome], _ subject: PortSubject) -> [ReportDocument.Block] {
        var blocks: [ReportDocument.Block] = []
        let shown = unseen.compactMap(\.elsewhere)
        if !shown.isEmpty {
            let names = shown.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            blocks.append(
                .paragraph(
                    "With all taps (modules, signs, sums) \(shown.count) of them would be, first at \(names.joined(separator: ", "))."
                ))
        }
        let rest = unseen.count - shown.count
        if rest > 0 {
            let search = Advice.searchVectors.of(subject.file.shellWord)
            blocks += [
                .paragraph(
                    "No tap shows \(shown.isEmpty ? "them" : "the other \(rest)") on this input. This searches inputs that do, and says for which it finds none:"
                ), .lines(["\(search)"]),
            ]
        }
        return blocks
    }
}
