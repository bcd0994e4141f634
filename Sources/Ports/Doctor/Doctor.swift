import Execution
import Networks

/// Tries the ways in which a port can be wrong, and reports those that reproduce its dump within rounding.
struct Doctor {
    private let check: PortCheck
    private let session: PortSession

    init(_ check: PortCheck, _ session: PortSession) {
        self.check = check
        self.session = session
    }

    /// A hypothesis that reproduces the first wrong module.
    private struct Match {
        var hypothesis: Hypothesis
        var comparison: PortComparison
        /// How many of the compared modules a fault of the whole network explains, and of how many.
        var modules: PortReport.Diagnosis.Explained
    }

    /// The diagnoses for the first wrong step, best first: those that explain most modules, then the simplest.
    func diagnose(_ wrong: PortSession.Step) -> [PortReport.Diagnosis] {
        let fit = Fit(check.interpreter, wrong, taps: session.taps, scaledInput: session.free?.scaledInput)
        var builder = HypothesisBuilder(check.interpreter, layers: wrong.layers)
        builder.addUnitHypotheses()
        builder.addWeightHypotheses()
        builder.addNetworkHypotheses(check.alternatives(), fit: fit)
        var matches: [Match] = []
        for hypothesis in builder.hypotheses {
            for step in ends(wrong) {
                guard let comparison = compare(hypothesis, step), comparison.holds else { continue }
                let modules =
                    hypothesis.isGlobal ? explained(by: hypothesis, end: step) : .init(holding: 1, compared: 1)
                matches.append(Match(hypothesis: hypothesis, comparison: comparison, modules: modules))
            }
        }
        return ranked(matches).map { diagnosis($0, wrong) }
    }

    /// The step as it is, and with the layer after it, which may have worked in place on what was recorded.
    private func ends(_ step: PortSession.Step) -> [PortSession.Step] {
        guard check.network.isInPlace(after: step.tap.layer) else { return [step] }
        var later = step
        later.layers = step.layers.lowerBound..<step.tap.layer + 2
        return [step, later]
    }

    /// Faults of the whole network have to fit the whole dump as well as any other of them does.
    private func ranked(_ matches: [Match]) -> [Match] {
        let best = matches.filter(\.hypothesis.isGlobal).map { $0.modules.holding }.max() ?? 0
        var seen: Set<String> = []
        return matches.filter { !$0.hypothesis.isGlobal || $0.modules.holding == best }
            .filter { seen.insert($0.hypothesis.id).inserted }
    }

    private func compare(_ hypothesis: Hypothesis, _ step: PortSession.Step) -> PortComparison? {
        var start = step.start
        var scaledInput = session.free?.scaledInput
        if let change = hypothesis.changesInput {
            if step.layers.lowerBound == 0 { start = Estimate(change(start.map), radius: start.radius) }
            scaledInput = scaledInput.map { Estimate(change($0.map), radius: change($0.radiusMap).values) }
        } else if let free = session.free, let first = hypothesis.interpreter.network.layers.first,
            first.operation == .amplify, hypothesis.interpreter.deviations[0] != nil
        {
            scaledInput = hypothesis.interpreter.run(0, free.input, free.input)
        }
        guard
            let estimate = hypothesis.interpreter.run(step.layers, from: start, scaledInput: scaledInput),
            var result = PortComparison(step.tap.map, estimate, storageRadius: step.tap.storageRadius)
        else { return nil }
        // A loose bound proves nothing by itself: the variant has to be nearly what the port computed.
        if result.isLoose {
            let scale = max(estimate.map.values.reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude)
            result.errorRatio = result.rootMeanSquare / (1e-4 * scale)
        }
        return result
    }

    /// How many modules of the dump hold under a fault of the whole network.
    /// - Parameter end: the wrong step as it was recorded.
    private func explained(by hypothesis: Hypothesis, end: PortSession.Step) -> PortReport.Diagnosis.Explained {
        var result = PortReport.Diagnosis.Explained(holding: 0, compared: 0)
        var session = session
        for position in session.taps.indices where session.taps[position].name == end.tap.name {
            session.taps[position].end = end.layers.upperBound - 1
        }
        for position in session.taps.indices where session.taps[position].suspicion == nil {
            guard var step = session.step(to: position) else { continue }
            step.layers = step.layers.lowerBound..<session.taps[position].end + 1
            guard let comparison = compare(hypothesis, step) else { continue }
            result.compared += 1
            if comparison.holds { result.holding += 1 }
        }
        return result
    }

    private func diagnosis(_ match: Match, _ wrong: PortSession.Step) -> PortReport.Diagnosis {
        PortReport.Diagnosis(
            id: match.hypothesis.id, module: wrong.tap.name, change: match.hypothesis.change,
            share: match.comparison.share, largestDifference: match.comparison.largestDifference,
            explained: match.hypothesis.isGlobal ? match.modules : nil)
    }
}
