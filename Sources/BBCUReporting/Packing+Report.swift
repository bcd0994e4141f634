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

    /// The report for a person.
    public func text(_ subject: PackingSubject) -> [String] {
        let wanted = subject.layer ?? (sought.count == 1 ? sought[0] : "any of \(sought.count.counted("unit"))")
        var lines = [
            "file     \(subject.file.printable())", "sha256   \(subject.sha256)", "network  \(subject.network)",
            "blob     \(subject.blob.printable()), \((blobBits / 8).counted("byte")) as \(kind.rawValue), words of \(wordBits)",
            "layer    \(wanted.printable())",
        ]
        lines += subject.unusedKeys.ignoredKeyLines + [""]
        if let first = layouts.first {
            lines += first.placementLines(blobBits) + [""]
            for (number, layout) in layouts.enumerated() { lines += layout.lines(number + 1) }
            lines += [""] + verdictLines
        } else if let smallest, isTooShort {
            lines += tooShortLines(smallest, wasNamed: subject.layer != nil)
        } else {
            lines += closest.map { closestLines($0) } ?? []
            lines.append(
                closest == nil
                    ? "NOT FOUND: no known layout fits; of the best one \(percent) of the bits agree, and chance alone makes 50 %."
                    : "NOT FOUND: no layout gives this blob; in the closest \(percent) of the bits agree.")
        }
        return lines
    }

    private func tooShortLines(_ smallest: Smallest, wasNamed: Bool) -> [String] {
        let needed = NumberText.count(smallest.bits, "bit")
        let unit = smallest.layer.printable()
        return [
            "NOT FOUND: the blob is too short: it has \(NumberText.count(blobBits, "bit")), and "
                + "\(unit)\(wasNamed ? "" : ", the smallest unit,") needs \(needed), one a weight.",
            wasNamed
                ? "Is it cut off, or another unit's? Name that with --layer; without --layer every unit is tried."
                : "Is it cut off? With --layer NAME only that unit is looked for.",
        ]
    }

    private var percent: String { NumberText.fixed(agreement * 100, decimals: agreement > 0.99 ? 3 : 1) + " %" }

    private var verdictLines: [String] {
        var classes: [Int: [Int]] = [:]
        for (index, layout) in layouts.enumerated() { classes[layout.classNumber, default: []].append(index + 1) }
        let alike = classes.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
        var lines = [
            "FOUND: \(NumberText.count(layouts.count, "layout")) give\(layouts.count == 1 ? "s" : "") this blob."
        ]
        for group in alike {
            lines.append(
                "No blob of this network can tell \(group.map(String.init).joined(separator: ", ")) apart: they put the same "
                    + "bits in the same places.")
        }
        if classes.count > 1 {
            lines.append(
                "Other units of the network can tell apart "
                    + classes.values.map { $0[0] }.sorted().map(String.init).joined(separator: ", ")
                    + ": solve another unit's blob too.")
        }
        return lines
    }

    private func closestLines(_ closest: Closest) -> [String] {
        let found = closest.contradiction
        let width = max(2, found.found.count / 4)
        let weight = found.weight
        return closest.layout.description(word: nil, filled: closest.filled).lines("closest")
            + [
                "         \(closest.placement.layer.printable()) from \(PackingReport.place(closest.placement.start))",
                "first    word \(found.word) of the blob is 0x\(hexadecimal(found.found, width)), expected "
                    + "0x\(hexadecimal(found.expected, width)): filter \(weight[0]), channel \(weight[1]), row \(weight[2]), "
                    + "column \(weight[3])",
                "wrong    \(closest.wrongWords) of \(closest.wordCount) words", "",
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

    func lines(_ number: Int) -> [String] {
        var lines = layout.description(word: word, filled: filled).lines("\(number)")
        if let fill { lines.append("         bits that fill up are \(fill.text)") }
        if let zeros { lines.append("         weights that are exactly 0 have bit \(zeros.text)") }
        if let order { lines.append("         golden --order \(order.text) --word \(word)") }
        return lines
    }

    /// Where the units lie; runs of equal distances in one line.
    func placementLines(_ bits: Int) -> [String] {
        guard let first = placements.first, let last = placements.last else { return [] }
        let end = bits - last.start - last.count
        func line(_ placement: PackingReport.Placement) -> String {
            "unit     \(placement.layer.printable()) from \(PackingReport.place(placement.start))"
        }
        var lines =
            placements.count > 6
            ? placements.prefix(3).map(line) + ["         ..."] + placements.suffix(2).map(line) : placements.map(line)
        if placements.count > 1 { lines.append("         \(placements.count.counted("unit"))") }
        if first.start > 0 {
            lines.append("header   \(NumberText.count(first.start / 8, "byte")) before the first unit")
        }
        let gaps = Set(zip(placements, placements.dropFirst()).map { $1.start - $0.start - $0.count }).sorted()
        if let least = gaps.first, let most = gaps.last, most > 0 {
            let count = least == most ? "" : "\(least / 8) to "
            lines.append("between  \(count)\(NumberText.count(most / 8, "byte")) between one unit and the next")
        }
        if end > 0 { lines.append("rest     \(NumberText.count(end / 8, "byte")) behind the last unit") }
        return lines
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
