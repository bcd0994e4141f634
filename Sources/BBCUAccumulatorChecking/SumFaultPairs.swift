import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// Two faults at once, for sums that no single one explains.
struct SumFaultPairs {
    let candidates: [SumFaults.Candidate]

    init(_ singles: SumFaults, _ evaluator: EnclosureEvaluator, layer: Int) {
        candidates =
            Self.afterwards(singles.candidates, evaluator, layer) + Self.together(singles, layer)
    }

    /// Pairs of which the second changes the sums that the first made: it is undone before.
    private static func afterwards(
        _ singles: [SumFaults.Candidate], _ evaluator: EnclosureEvaluator, _ layer: Int
    ) -> [SumFaults.Candidate] {
        singles.flatMap { second in
            singles.compactMap { first -> SumFaults.Candidate? in
                let (one, other) = (first.hypothesis, second.hypothesis)
                guard one.id != other.id, first.rereading == nil else { return nil }
                let hasBorder = one.evaluator.hasBorder(atLayer: layer)
                guard let undo = second.rereading ?? undoing(other, evaluator, layer, hasBorder: hasBorder) else {
                    return nil
                }
                return pair(one, other, of: one.evaluator, rereading: undo)
            }
        }
    }

    /// What undoes a fault of the sums; nil where it is none, or loses what they were.
    /// - Parameter hasBorder: whether the port adds and counts what lies beyond the image's border.
    private static func undoing(
        _ fault: Hypothesis, _ evaluator: EnclosureEvaluator, _ layer: Int, hasBorder: Bool
    ) -> SumFaults.Rereading? {
        guard let sums = fault.evaluator.injectedFaults[layer]?.sums,
            let unit = evaluator.network.layers[layer].operation.unit
        else { return nil }
        switch sums {
        case .wraps, .saturates, .tail(perTap: 0): return nil
        default: break
        }
        let parameters = UnitParameters(
            unit, prefix: evaluator.network.layers[layer].prefix, model: evaluator.model)
        let counts = SumCounts(unit, weights: parameters.weightSigns)
        return { map in
            let counts = counts.map(height: map.height, width: map.width, hasBorder: hasBorder)
            return sums.undone(map, counts: counts, unit: unit) ?? map
        }
    }

    /// Pairs that change the convolution itself in two ways.
    private static func together(_ faults: SumFaults, _ layer: Int) -> [SumFaults.Candidate] {
        let singles = faults.candidates
        func changesConvolution(_ fault: SumFaults.Candidate) -> Bool {
            fault.rereading == nil && fault.hypothesis.evaluator.injectedFaults[layer]?.sums == nil
        }
        return singles.indices.filter { changesConvolution(singles[$0]) }.flatMap { place in
            let first = singles[place].hypothesis
            let seconds = SumFaults(first.evaluator, layer: layer, ids: faults.ids).candidates
            return seconds.enumerated().compactMap { other, second -> SumFaults.Candidate? in
                guard other > place, second.rereading == nil, second.hypothesis.id != first.id else { return nil }
                return pair(first, second.hypothesis, of: second.hypothesis.evaluator, rereading: nil)
            }
        }
    }

    private static func pair(
        _ first: Hypothesis, _ second: Hypothesis, of evaluator: EnclosureEvaluator, rereading: SumFaults.Rereading?
    ) -> SumFaults.Candidate {
        let both = Hypothesis(
            id: first.id, change: "\(first.change); and \(second.change)", evaluator: evaluator)
        return SumFaults.Candidate(hypothesis: both, rereading: rereading, with: second.id)
    }
}
