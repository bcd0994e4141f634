import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes

/// What was solved: the head of a report on a weight file.
public struct PackingSubject: Sendable {
    /// The checkpoint, as the caller named it.
    public var file: String
    /// Its SHA-256.
    public var sha256: String
    /// The network in a line.
    public var network: String
    /// The port's weight file.
    public var blob: String
    /// The unit that was asked for, or nil.
    public var layer: String?
    /// Keys of the checkpoint that the network does not use, which the user allowed.
    public var unusedKeys: [String] = []

    /// Collects what was solved.
    public init(file: String, sha256: String, network: String, blob: String, layer: String?) {
        self.file = file
        self.sha256 = sha256
        self.network = network
        self.blob = blob
        self.layer = layer
    }
}

extension PackingReport {
    /// The report as JSON; `Schemas/solve-packing.schema.json` describes it.
    public func json(_ subject: PackingSubject) -> JSONValue {
        [
            "verdict": .string(verdict), "file": .string(subject.file), "sha256": .string(subject.sha256),
            "network": .string(subject.network), "blob": .string(subject.blob), "kind": .string(kind.rawValue),
            "bits": .integer(blobBits),
            "needed_bits": JSONValue(smallest?.bits), "word_bits": .integer(wordBits),
            "layer": JSONValue(subject.layer),
            "agreement": .number(agreement), "layouts": .array(layouts.map(\.json)),
            "closest": closest.map { $0.json(wordBits) } ?? .null,
            "first_contradiction": closest?.contradiction.json ?? .null,
            "unused_keys": JSONValue(subject.unusedKeys),
        ]
    }

    private var verdict: String { holds ? "found" : closest == nil ? "unknown" : "close" }

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
            return "FOUND: \(NumberText.count(layouts.count, "layout")) give\(layouts.count == 1 ? "s" : "") this blob."
        }
        if let smallest, isTooShort {
            let unit = smallest.layer.printable() + (subject.layer == nil ? ", the smallest unit," : "")
            return "NOT FOUND: the blob is too short: it has \(NumberText.count(blobBits, "bit")), and \(unit) needs "
                + "\(NumberText.count(smallest.bits, "bit")), one a weight."
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
                    ? "Is it cut off, or another unit's? Name that with --layer; without --layer every unit is tried."
                    : "Is it cut off? With --layer NAME only that unit is looked for.")
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
        let width = max(2, found.found.count / 4)
        let weight = found.weight
        return [
            .facts(
                closest.layout.description(word: nil, filled: closest.filled).facts("closest") + [
                    .init("", "\(code: closest.placement.layer) from \(PackingReport.place(closest.placement.start))"),
                    .init(
                        "first",
                        RichText(
                            "word \(found.word) of the blob is 0x\(hexadecimal(found.found, width)), expected "
                                + "0x\(hexadecimal(found.expected, width)): filter \(weight[0]), channel \(weight[1]), "
                                + "row \(weight[2]), column \(weight[3])")),
                    .init("wrong", "\(closest.wrongWords) of \(closest.wordCount) words"),
                ])
        ]
    }

    static func place(_ bit: Int) -> String { bit % 8 == 0 ? "byte \(bit / 8)" : "bit \(bit)" }
}

/// A word's value from its bits, the lowest first.
private func hexadecimal(_ bits: [UInt8], _ digits: Int) -> String {
    stride(from: 0, to: bits.count, by: 4).reversed().map { start in
        let value = bits[start..<min(start + 4, bits.count)].reversed().reduce(0) { $0 * 2 + Int($1) }
        return String(value, radix: 16)
    }.joined()
}

extension PackingReport.Contradiction {
    var json: JSONValue {
        let digits = max(2, found.count / 4)
        return [
            "word": .integer(word), "found": .string("0x" + hexadecimal(found, digits)),
            "expected": .string("0x" + hexadecimal(expected, digits)), "weight": JSONValue(weight),
        ]
    }
}

extension PackingReport.Closest {
    func json(_ wordBits: Int) -> JSONValue {
        [
            "text": .string(layout.description(word: nil, filled: filled).sentence), "layer": .string(placement.layer),
            "start_bit": .integer(placement.start), "wrong_words": .integer(wrongWords),
            "word_count": .integer(wordCount),
        ]
    }
}

extension PackingReport.Found {
    var json: JSONValue {
        [
            "text": .string(layout.description(word: word, filled: filled).sentence), "class": .integer(classNumber),
            "word": .integer(word), "order": JSONValue(order?.text),
            "axes": JSONValue(layout.order.reversed().map(\.rawValue)),
            "polarity": layout.isInverted ? "minus" : "plus",
            "fill": JSONValue(fill?.rawValue), "zeros": JSONValue(zeros?.rawValue),
            "placements": .array(
                placements.map { placement in
                    [
                        "layer": .string(placement.layer), "start_bit": .integer(placement.start),
                        "bit_count": .integer(placement.count),
                    ]
                }),
        ]
    }

    func facts(_ label: String) -> [ReportDocument.Fact] {
        let more = [
            fill.map { "bits that fill up are \($0.text)" },
            zeros.map { "weights that are exactly 0 have bit \($0.text)" },
            order.map { "golden --order \($0.text) --word \(word)" },
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
            facts.append(.init("header", "\(NumberText.count(first.start / 8, "byte")) before the first unit"))
        }
        let gaps = Set(zip(placements, placements.dropFirst()).map { $1.start - $0.start - $0.count }).sorted()
        if let least = gaps.first, let most = gaps.last, most > 0 {
            let count = least == most ? "" : "\(least / 8) to "
            facts.append(
                .init("between", "\(count)\(NumberText.count(most / 8, "byte")) between one unit and the next"))
        }
        if end > 0 { facts.append(.init("rest", "\(NumberText.count(end / 8, "byte")) behind the last unit")) }
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
