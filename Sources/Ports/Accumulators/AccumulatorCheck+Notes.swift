import Execution
import Networks
import Tensors

extension AccumulatorCheck {
    /// What a reader should know of how much was asked.
    func notes(_ report: PortReport) -> [String] {
        let judged = report.modules.compactMap(\.accumulators)
        let weak = judged.count { $0.test == .bounds }
        var notes: [String] = []
        if weak > 0 {
            notes.append(
                "\(weak) of \(judged.count) units \(weak == 1 ? "is" : "are") judged by |S| <= n and the parity of n "
                    + "alone, which many faults pass; give --input, or dump sums of an input of at most 8x8 pixels")
        }
        if judged.contains(where: { $0.test == .signs }) {
            notes.append(
                "sums alone do not show which signs are right: a shift, the polarity of bits and the order of channels "
                    + "are judged where --input is given or the unit's input is in the dump")
        }
        return notes
    }

    /// Where wrong sums of an unknown input look as if 8 bits were too few for them: what is known of that.
    func narrowNote(_ session: AccumulatorSession) -> [String] {
        let wrong = session.wrong.filter { $0.output == nil }
        guard let first = wrong.first, first.input == nil, let unit = network.layers[first.layer].operation.unit
        else { return [] }
        let most = unit.inputs * unit.kernel * unit.kernel
        let end = "a sum beyond that wraps round or saturates, which is likely here; --input, or a dump of a smaller "
            + "input, settles it"
        guard most > 127 else { return [] }
        if first.tap.storage == .int8 {
            return [
                "\(first.tap.name) is stored as int8, which holds -128...127, and its sums reach from -\(most) to \(most): \(end)"
            ]
        }
        let values = wrong.lazy.flatMap(\.tap.sums.values)
        guard let low = values.min(), let high = values.max(), (-128 ... -120).contains(low), (120...127).contains(high)
        else { return [] }
        return [
            "the sums that no input makes lie from \(Int(low)) to \(Int(high)), within the -128...127 that 8 bits hold, "
                + "and could reach from -\(most) to \(most): \(end)"
        ]
    }
}
