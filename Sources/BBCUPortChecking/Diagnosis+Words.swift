import BBCUPlatform
import TensorBytes

extension PortReport.Diagnosis {
    /// The changes that repair the port, in words.
    public var change: String { changes.map(\.text).joined(separator: "; and ") }

    /// What makes us say so, in words.
    public var evidence: String {
        if let proof { return proof.text(module) + othersText }
        let percent = Int((share * 100).rounded(.up))
        var text =
            largestDifference == 0
            ? "with this fault \(module) comes out bit for bit"
            : "with this fault \(module) comes out within \(percent) % of the rounding bound "
                + "(largest difference \(NumberText.scientific(largestDifference)))"
        if let explained {
            text += ", and \(explained.holding) of \(explained.compared) compared modules do"
        }
        return text + othersText
    }

    private var othersText: String {
        guard let others else { return "" }
        guard others.wrong > others.compared else {
            return "; the same change mends \(others.holding) of "
                + others.compared.counted("other wrong module")
        }
        return
            "; the same change mends \(others.holding) of \(others.compared) others that were tried, of \(others.wrong) "
            + "that are wrong"
    }
}

extension PortReport.Diagnosis.SumProof {
    /// What makes us say so, in words.
    func text(_ module: String) -> String {
        switch self {
        case .input(let certain, let sums, let explained, let next):
            "with this fault \(next.map { "in \(module) \($0) is given what makes" } ?? "the unit's input makes") "
                + "exactly "
                + (certain == sums
                    ? "all \(sums.counted("sum"))\(next == nil ? " of \(module)" : "")"
                    : "the \(certain) of \(sums.counted("sum"))\(next == nil ? " of \(module)" : "") that no doubtful sign moves, and the "
                        + "others up to such signs")
                + "; without it \(explained == 1 ? "1 of them is" : "\(explained) of them are") wrong"
        case .signs(let sums):
            "with this fault signs -1 and +1 exist that make exactly the \(sums.counted("sum")) of \(module)"
        case .bounds:
            "with this fault undone the sums of \(module) are possible ones; a dump of at most 8x8 pixels or \(Advice.input) "
                + "would prove it"
        }
    }
}
