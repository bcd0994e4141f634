import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import TensorBytes

extension AccumulatorCheck {
    /// What a reader should know of how much was asked.
    func notes(_ report: PortReport, _ taps: [Int: AccumulatorTap]) -> [String] {
        let judged = report.modules.compactMap(\.accumulators)
        let weak = judged.count { $0.test == .bounds }
        var notes: [String] = []
        let lost = taps.values.count { losesSums($0.layer) }
        if lost > 0, weak == lost {
            notes.append(
                "the sums of \(lost) of \(judged.count.counted("unit")) can be more than the accumulator holds: without \(Advice.input) nothing "
                    + "but |S| <= n can be asked of them")
        } else if weak > 0 {
            notes.append(
                "\(weak) of \(judged.count.counted("unit")) \(weak == 1 ? "is" : "are") judged by |S| <= n and the parity of n "
                    + "alone, which many faults pass; give \(Advice.input), or dump sums of an input of at most 8x8 pixels"
            )
        }
        if judged.contains(where: { $0.test == .signs }) {
            notes.append(
                "sums alone do not show which signs are right: a shift, the polarity of bits and the order of channels "
                    + "are judged where \(Advice.input) is given or the unit's input is in the dump")
        }
        let narrow = taps.values.sorted { $0.layer < $1.layer }.filter { tap in
            let finding = report.modules.first { $0.name == tap.name }?.accumulators
            return tap.storage == .int8 && finding?.test == .bounds && most(tap.layer) > 127
        }
        if let first = narrow.first {
            notes.append("\(narrowText(first)): one beyond that wraps round or saturates, and passes this test")
        }
        return notes
    }

    /// What eight bits hold and the sums can reach.
    private func narrowText(_ tap: AccumulatorTap) -> String {
        "\(tap.name) is stored as int8, which holds -128...127, and its sums can reach from -\(most(tap.layer)) to "
            + "\(most(tap.layer))"
    }

    /// The largest sum that a unit can make.
    func most(_ layer: Int) -> Int {
        network.layers[layer].operation.unit?.filterSize ?? 0
    }

    /// Where wrong sums of an unknown input look as if 8 bits were too few for them: what is known of that.
    func narrowNote(_ session: AccumulatorSession) -> [String] {
        let wrong = session.wrong.filter { $0.output == nil }
        guard let first = wrong.first, first.input == nil else { return [] }
        let most = most(first.layer)
        let end =
            "a sum beyond that wraps round or saturates, which is likely here; \(Advice.input), or a dump of a smaller "
            + "input, settles it"
        guard most > 127 else { return [] }
        if first.tap.storage == .int8 {
            return ["\(narrowText(first.tap)): \(end)"]
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
