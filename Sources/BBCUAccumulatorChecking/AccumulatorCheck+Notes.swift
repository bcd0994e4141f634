import BBCUExecution
import BBCUNetworks
import BBCUPortChecking
import TensorBytes

extension AccumulatorCheck {
    /// What a reader should know of how much was asked.
    func notes(_ report: PortReport, _ taps: [Int: AccumulatorTap]) -> [PortNote] {
        let judged = report.modules.compactMap(\.accumulators)
        let weak = judged.count { $0.test == .bounds }
        var notes: [PortNote] = []
        let lost = taps.values.count { losesSums($0.layer) }
        if lost > 0, weak == lost {
            notes.append(.sumsBeyondAccumulator(lost, of: judged.count))
        } else if weak > 0 {
            notes.append(.weakTests(weak, of: judged.count))
        }
        if judged.contains(where: { $0.test == .signs }) { notes.append(.freeSigns) }
        let narrow = taps.values.sorted { $0.layer < $1.layer }.filter { tap in
            let finding = report.modules.first { $0.name == tap.name }?.accumulators
            return tap.storage == .int8 && finding?.test == .bounds && most(tap.layer) > 127
        }
        if let first = narrow.first {
            notes.append(.narrowSums(array: first.name, largest: most(first.layer), isLikely: false))
        }
        return notes
    }

    /// The largest sum that a unit can make.
    func most(_ layer: Int) -> Int {
        network.layers[layer].operation.unit?.filterSize ?? 0
    }

    /// Where wrong sums of an unknown input look as if 8 bits were too few for them: what is known of that.
    func narrowNote(_ session: AccumulatorSession) -> [PortNote] {
        let wrong = session.wrong.filter { $0.output == nil }
        guard let first = wrong.first, first.input == nil else { return [] }
        let most = most(first.layer)
        guard most > 127 else { return [] }
        if first.tap.storage == .int8 {
            return [.narrowSums(array: first.tap.name, largest: most, isLikely: true)]
        }
        let values = wrong.lazy.flatMap(\.tap.sums.values)
        guard let low = values.min(), let high = values.max(), (-128 ... -120).contains(low), (120...127).contains(high)
        else { return [] }
        return [.sumsWithin8Bits(low: Int(low), high: Int(high), largest: most)]
    }
}
