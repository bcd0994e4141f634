import BBCUPlatform
import BBCUWeightPacking
import TensorBytes

extension PackingReport {
    /// The report.
    public func document(_ subject: PackingSubject) -> ReportDocument {
        let wanted = subject.layer ?? (sought.count == 1 ? sought[0] : "any of \(sought.count.counted("unit"))")
        return ReportDocument(
            title: "The layout of \(subject.blob.printable(atMost: 120))", verdict: verdictText(subject),
            tone: holds ? .good : .bad,
            facts: [
                .init("file", .code(subject.file)), .init("sha256", .code(subject.sha256)),
                .init("network", RichText(subject.network)),
                .init(
                    "blob",
                    "\(code: subject.blob), \((blobBits / 8).counted("byte")) as \(kind.rawValue), words of \(wordBits)"
                ),
                .init("layer", .code(wanted)),
            ] + subject.unusedKeys.ignoredFacts,
            sections: [
                .init(
                    "units", "Where the units lie", layouts.first.map { [.facts($0.placementFacts(blobBits))] } ?? []),
                .init("layouts", "Layouts", layoutBlocks),
            ], findings: findings(subject), json: json(subject))
    }

    private func verdictText(_ subject: PackingSubject) -> String {
        guard layouts.isEmpty else {
            return "FOUND: \(layouts.count.counted("layout")) give\(layouts.count == 1 ? "s" : "") this blob."
        }
        if let smallest, isTooShort {
            let unit = smallest.layer.printable() + (subject.layer == nil ? ", the smallest unit," : "")
            return "NOT FOUND: the blob is too short: it has \(blobBits.counted("bit")), and \(unit) needs "
                + "\(smallest.bits.counted("bit")), one a weight."
        }
        return closest == nil
            ? "NOT FOUND: no known layout fits; of the best one \(percent) of the bits agree, and chance alone makes 50 %."
            : "NOT FOUND: no layout gives this blob; in the closest \(percent) of the bits agree."
    }

    private func findings(_ subject: PackingSubject) -> [ReportDocument.Block] {
        guard layouts.isEmpty else { return [.paragraphs(alikeTexts)] }
        guard smallest != nil, isTooShort else { return [] }
        return [
            .paragraph(
                subject.layer != nil
                    ? "Is it cut off, or another unit's? \(Advice.nameUnit)"
                    : "Is it cut off? \(Advice.nameOnlyUnit)")
        ]
    }

    private var percent: String { NumberText.fixed(agreement * 100, decimals: agreement > 0.99 ? 3 : 1) + " %" }

    /// Layouts that no blob of the network, or no blob of this unit, can tell apart.
    private var alikeTexts: [String] {
        let classes = Dictionary(grouping: layouts.indices) { layouts[$0].classNumber }.mapValues { $0.map { $0 + 1 } }
        let alike = classes.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
        let texts = alike.map { group in
            "No blob of this network can tell \(group.map(String.init).joined(separator: ", ")) apart: they put the same "
                + "bits in the same places."
        }
        guard classes.count > 1 else { return texts }
        let firsts = classes.values.map { $0[0] }.sorted().map(String.init).joined(separator: ", ")
        return texts + ["Other units of the network can tell apart \(firsts): solve another unit's blob too."]
    }

    private var layoutBlocks: [ReportDocument.Block] {
        guard layouts.isEmpty else {
            return [.facts(layouts.enumerated().flatMap { $0.element.facts("\($0.offset + 1)") })]
        }
        guard !isTooShort || smallest == nil, let closest else { return [] }
        let found = closest.contradiction
        let weight = found.weight
        return [
            .facts(
                closest.layout.description(word: nil, filled: closest.filled).facts("closest") + [
                    .init("", "\(code: closest.placement.layer) from \(PackingReport.place(closest.placement.start))"),
                    .init(
                        "first",
                        RichText(
                            "word \(found.word) of the blob is \(found.foundText), expected "
                                + "\(found.expectedText): filter \(weight[0]), channel \(weight[1]), "
                                + "row \(weight[2]), column \(weight[3])")),
                    .init("wrong", "\(closest.wrongWords) of \(closest.wordCount) words"),
                ])
        ]
    }

    static func place(_ bit: Int) -> String { bit % 8 == 0 ? "byte \(bit / 8)" : "bit \(bit)" }
}

extension PackingReport.Found {
    func facts(_ label: String) -> [ReportDocument.Fact] {
        let more = [
            fill.map { "bits that fill up are \($0.text)" },
            zeros.map { "weights that are exactly 0 have bit \($0.text)" },
            order.map { "\(Advice.goldenOrder.of($0.text, "\(word)"))" },
        ]
        return layout.description(word: word, filled: filled).facts(label)
            + more.compactMap(\.self).map { .init("", RichText($0)) }
    }

    /// Where the units lie; runs of equal distances in one line.
    func placementFacts(_ bits: Int) -> [ReportDocument.Fact] {
        guard let first = placements.first, let last = placements.last else { return [] }
        let end = bits - last.start - last.count
        func fact(_ placement: PackingReport.Placement) -> ReportDocument.Fact {
            .init("unit", "\(code: placement.layer) from \(PackingReport.place(placement.start))")
        }
        var facts =
            placements.count > 6
            ? placements.prefix(3).map(fact) + [.init("", "...")] + placements.suffix(2).map(fact)
            : placements.map(fact)
        if placements.count > 1 { facts.append(.init("", RichText(placements.count.counted("unit")))) }
        if first.start > 0 {
            facts.append(.init("header", "\((first.start / 8).counted("byte")) before the first unit"))
        }
        let gaps = Set(zip(placements, placements.dropFirst()).map { $1.start - $0.start - $0.count }).sorted()
        if let least = gaps.first, let most = gaps.last, most > 0 {
            let count = least == most ? "" : "\(least / 8) to "
            facts.append(
                .init("between", "\(count)\((most / 8).counted("byte")) between one unit and the next"))
        }
        if end > 0 { facts.append(.init("rest", "\((end / 8).counted("byte")) behind the last unit")) }
        return facts
    }
}

extension PackingReport.Fill {
    fileprivate var text: String {
        switch self {
        case .zeros: "0"
        case .ones: "1"
        case .mixed: "0 here and 1 there"
        }
    }
}

extension PackingDescription {
    fileprivate func facts(_ label: String) -> [ReportDocument.Fact] {
        statements.enumerated().map { .init($0.offset == 0 ? label : "", RichText($0.element)) }
    }
}
