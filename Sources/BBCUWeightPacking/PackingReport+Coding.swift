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
        (self.file, self.sha256, self.network, self.blob, self.layer) = (file, sha256, network, blob, layer)
    }
}

extension PackingReport {
    /// The report as JSON; `Schemas/solve-packing.schema.json` describes it.
    public func json(_ subject: PackingSubject) -> JSONValue {
        let members = JSONMembers([
            "verdict": holds ? "found" : closest == nil ? "unknown" : "close", "file": subject.file,
            "sha256": subject.sha256, "network": subject.network, "blob": subject.blob, "kind": kind, "bits": blobBits,
            "needed_bits": smallest?.bits, "word_bits": wordBits, "layer": subject.layer, "agreement": agreement,
            "layouts": layouts, "closest": closest, "first_contradiction": closest?.contradiction,
            "unused_keys": subject.unusedKeys,
        ])
        return members.json
    }
}

extension PackingReport.Found: Encodable {
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "text": layout.description(word: word, filled: filled).sentence, "class": classNumber, "word": word,
            "order": order?.text, "axes": Array(layout.order.reversed()),
            "polarity": layout.isInverted ? "minus" : "plus", "fill": fill, "zeros": zeros, "placements": placements,
        ])
    }
}

extension PackingReport.Closest: Encodable {
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "text": layout.description(word: nil, filled: filled).sentence, "layer": placement.layer,
            "start_bit": placement.start, "wrong_words": wrongWords, "word_count": wordCount,
        ])
    }
}

extension PackingReport.Contradiction: Encodable {
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode(["word": word, "found": foundText, "expected": expectedText, "weight": weight])
    }

    /// The word that the blob has, as it is written in programs.
    package var foundText: String { Self.hexadecimal(found) }
    /// The word that was due.
    package var expectedText: String { Self.hexadecimal(expected) }

    /// A word's value from its bits, the lowest first.
    private static func hexadecimal(_ bits: [UInt8]) -> String {
        "0x"
            + stride(from: 0, to: bits.count, by: 4).reversed().map { start in
                let value = bits[start..<min(start + 4, bits.count)].reversed().reduce(0) { $0 * 2 + Int($1) }
                return String(value, radix: 16)
            }.joined()
    }
}
