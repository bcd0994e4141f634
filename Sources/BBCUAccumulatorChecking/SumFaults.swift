import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// The faults that can have made wrong integer sums: those of the unit, and what happens to sums when they are written.
package struct SumFaults {
    private let context: FaultContext
    private var evaluator: EnclosureEvaluator { context.evaluator }
    private var layer: Int { context.layers.lowerBound }
    /// The only faults that are asked for; nil for all.
    private let ids: Set<FaultID>?
    /// Those of the unit, and of numbers that are written.
    package let singles: [Hypothesis]

    /// - Parameters:
    ///   - taps: all arrays, by layer.
    ///   - isKnown: whether the unit's input is.
    ///   - ids: the only faults that are asked for; nil for all.
    package init(
        _ evaluator: EnclosureEvaluator, _ tap: AccumulatorTap, _ taps: [Int: AccumulatorTap] = [:],
        isKnown: Bool = true,
        ids: Set<FaultID>? = nil
    ) {
        var context = FaultContext(evaluator, layers: tap.layer..<tap.layer + 1)
        context.sums = (tap, taps, isKnown)
        (self.context, self.ids) = (context, ids)
        singles = context.hypotheses([.unit, .order, .sums], ids: ids)
    }

    /// Another unit's arrays that may hold this unit's sums.
    package var names: [Hypothesis] { context.hypotheses([.sumNames]) }

    /// The same sums, each written where another one belongs; two that put them in the same places are one.
    package var moved: [Hypothesis] {
        guard let sums = context.sums?.tap.sums else { return [] }
        var seen = [sums.values]
        return context.hypotheses([.sumPlaces]).filter { fault in
            guard let moved = fault.rereading?(sums).values, !seen.contains(moved) else { return false }
            seen.append(moved)
            return true
        }
    }

    /// Two faults at once, for sums that no single one explains.
    package var pairs: [Hypothesis] { afterwards + together }

    /// Pairs of which the second changes the sums that the first made: it is undone before.
    private var afterwards: [Hypothesis] {
        singles.flatMap { second in
            singles.compactMap { first in
                guard first.id != second.id, first.rereading == nil else { return nil }
                let hasBorder = first.evaluator.hasBorder(atLayer: layer)
                return (second.rereading ?? undoing(second, hasBorder: hasBorder)).map {
                    pair(first, second, of: first.evaluator, rereading: $0)
                }
            }
        }
    }

    /// What undoes a fault of the sums; nil where it is none, or loses what they were.
    /// - Parameter hasBorder: whether the port adds and counts what lies beyond the image's border.
    private func undoing(_ fault: Hypothesis, hasBorder: Bool) -> FaultWay.ImageChange? {
        guard let sums = fault.injectedFault(inLayer: layer).sums,
            let unit = evaluator.network.layers[layer].operation.unit
        else { return nil }
        switch sums {
        case .wraps, .saturates, .tail(perTap: 0): return nil
        default: break
        }
        let parameters = UnitParameters(unit, prefix: evaluator.network.layers[layer].prefix, model: evaluator.model)
        let counts = SumCounts(unit, weights: parameters.weightSigns)
        return { map in
            let counts = counts.map(height: map.height, width: map.width, hasBorder: hasBorder)
            return sums.undone(map, counts: counts, unit: unit) ?? map
        }
    }

    /// Pairs that change the convolution itself in two ways.
    private var together: [Hypothesis] {
        singles.indices.filter {
            singles[$0].rereading == nil && singles[$0].injectedFault(inLayer: layer).sums == nil
        }.flatMap { place in
            let first = singles[place]
            var context = context
            context.evaluator = first.evaluator
            let seconds = context.hypotheses([.unit, .order, .sums], ids: ids)
            return seconds.dropFirst(place + 1).filter { $0.rereading == nil && $0.id != first.id }.map {
                pair(first, $0, of: $0.evaluator, rereading: nil)
            }
        }
    }

    private func pair(
        _ first: Hypothesis, _ second: Hypothesis, of evaluator: EnclosureEvaluator, rereading: FaultWay.ImageChange?
    ) -> Hypothesis {
        var result = Hypothesis(first.faults[0], first.changes[0], evaluator)
        result.faults += second.faults
        result.changes += second.changes
        result.rereading = rereading
        return result
    }
}
