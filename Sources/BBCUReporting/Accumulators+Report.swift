import BBCUExecution
import BBCUPortChecking
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
}
