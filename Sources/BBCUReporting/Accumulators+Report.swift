import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes

extension PortReport {
    /// Whether integer sums were checked.
    var isOfAccumulators: Bool { modules.contains { $0.accumulators != nil } }

    /// What holds when integer sums do, as far as they were asked.
    var accumulatorVerdict: String {
        modules.contains { $0.accumulators?.test == .bounds }
            ? "possible sums; some were judged by their bound and parity alone" : "what the network's weights make"
    }
}

extension AccumulatorFinding {
    /// What is most wrong, in words; nil where nothing is.
    var worstText: String? {
        if fractional > 0 {
            return fractional == 1 ? "1 value is no whole number" : "\(fractional) values are no whole numbers"
        }
        if let expected, let place = expected.place {
            return "the sum at \(place.text) is \(expected.value), expected \(expected.expected)"
        }
        if let signs, signs.foreign > 0 {
            return "the sign at \(signs.place.text) would have to be \(NumberText.fixed(signs.worst, decimals: 3))"
        }
        if let signs, !signs.reproduce { return "the signs that the sums suggest make other sums" }
        return nil
    }

    var json: JSONValue {
        [
            "test": .string(test.rawValue), "fractional": .integer(fractional), "beyond_count": .integer(beyondCount),
            "wrong_parity": JSONValue(wrongParity),
            "signs": signs.map { signs in
                [
                    "count": .integer(signs.count), "foreign": .integer(signs.foreign), "zeros": .integer(signs.zeros),
                    "worst": .number(signs.worst), "at": signs.place.json, "reproduce": .bool(signs.reproduce),
                ]
            } ?? .null,
            "expected": expected.map { expected in
                [
                    "count": .integer(expected.count), "wrong": .integer(expected.wrong),
                    "doubtful": .integer(expected.doubtful), "at": expected.place?.json ?? .null,
                    "value": .number(expected.value), "expected": .number(expected.expected),
                ]
            } ?? .null,
        ]
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
            "with this fault undone the sums of \(module) are possible ones; a dump of at most 8x8 pixels or --input "
                + "would prove it"
        }
    }
}
