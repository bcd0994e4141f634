import Execution
import Networks

/// Tries the ways in which a port can be wrong, and reports those that reproduce its dump within rounding.
struct Doctor {
    private let check: PortCheck
    private let session: PortSession
    /// The models under the file's other roots, read once and where something is wrong.
    private let alternatives: [(root: String, model: Model)]

    init(_ check: PortCheck, _ session: PortSession) {
        self.check = check
        self.session = session
        alternatives = session.wrong.isEmpty ? [] : check.alternatives()
    }

    /// A hypothesis that reproduces the first wrong module.
    private struct Match {
        var hypothesis: Hypothesis
        var comparison: PortComparison
        /// How many of the compared modules a fault of the whole network explains, and of how many.
        var modules: PortReport.Diagnosis.Explained
    }

    /// The diagnoses for the first wrong step, best first: those that explain most modules, then the simplest.
    func diagnose() -> [PortReport.Diagnosis] {
        guard let wrong = session.wrong.first else { return [] }
        let right = check.comparison(wrong, session)
        let matches = hypotheses(wrong).flatMap { hypothesis in
            matching(hypothesis, wrong, right).map { step, comparison in
                let modules =
                    hypothesis.isGlobal ? explained(by: hypothesis, end: step) : .init(holding: 1, compared: 1)
                return Match(hypothesis: hypothesis, comparison: comparison, modules: modules)
            }
        }
        return ranked(matches).map { diagnosis($0, wrong) }
    }

    private func hypotheses(_ step: PortSession.Step) -> [Hypothesis] {
        let fit = Fit(check.interpreter, step, taps: session.taps, scaledInput: session.input?.scaled)
        var builder = HypothesisBuilder(check.interpreter, layers: step.layers)
        builder.addUnitHypotheses()
        builder.addWeightHypotheses()
        builder.addNetworkHypotheses(alternatives, fit: fit)
        builder.addOutputHypotheses()
        return builder.hypotheses
    }

    /// The ends of a step at which a hypothesis reproduces it.
    private func matching(
        _ hypothesis: Hypothesis, _ wrong: PortSession.Step, _ right: PortComparison?
    ) -> [(step: PortSession.Step, comparison: PortComparison)] {
        let most = hypothesis.onlyRounds ? .infinity : (right?.rootMeanSquare ?? .infinity) * Self.improvement
        return ends(wrong).compactMap { step in
            guard let comparison = compare(hypothesis, step, right, atMost: most), comparison.holds,
                comparison.rootMeanSquare < most
            else { return nil }
            return (step, comparison)
        }
    }

    /// A fault explains a dump only if with it the network comes at least twice as close.
    private static let improvement = 0.5
    /// Of faults that fit, those that fit this many times worse than the best do not.
    private static let usualSpread = 4.0

    /// The step as it is, and with the layer after it, which may have worked in place on what was recorded.
    private func ends(_ step: PortSession.Step) -> [PortSession.Step] {
        guard check.network.isInPlace(after: step.tap.layer) else { return [step] }
        var later = step
        later.layers = step.layers.lowerBound..<step.tap.layer + 2
        return [step, later]
    }

    /// Faults of the whole network have to fit the whole dump as well as any other of them does.
    private func ranked(_ matches: [Match]) -> [Match] {
        let closest = matches.map(\.comparison.rootMeanSquare).min() ?? 0
        // Below the rounding of the reference itself there is nothing to tell.
        let least = matches.compactMap(\.comparison.referenceError).min() ?? 0
        let close = matches.filter { $0.comparison.rootMeanSquare <= Self.usualSpread * max(closest, least) }
        let best = close.filter(\.hypothesis.isGlobal).map { $0.modules.holding }.max() ?? 0
        var seen: Set<String> = []
        return close.filter { !$0.hypothesis.isGlobal || $0.modules.holding == best }
            .filter { seen.insert($0.hypothesis.id).inserted }
    }

    /// - Parameters:
    ///   - right: the same step in the right network, which tells how much a right port may err by.
    ///   - most: an error beyond which nobody asks whether a right port may be so unlucky.
    private func compare(
        _ hypothesis: Hypothesis, _ step: PortSession.Step, _ right: PortComparison?, atMost most: Double = .infinity
    ) -> PortComparison? {
        var start = step.start
        var scaledInput = session.input?.scaled
        if let change = hypothesis.changesInput {
            // The change is computed too, and rounded.
            func changed(_ estimate: Estimate) -> Estimate {
                Estimate(change(estimate.map), radius: change(estimate.radiusMap).values)
                    .rounded(check.interpreter.arithmetic)
            }
            if step.layers.lowerBound == 0 { start = changed(start) }
            scaledInput = scaledInput.map(changed)
        } else if let input = session.input, let first = hypothesis.interpreter.network.layers.first,
            first.operation == .amplify, hypothesis.interpreter.deviations[0] != nil
        {
            scaledInput = hypothesis.interpreter.run(0, input.image, input.image)
        }
        guard var estimate = hypothesis.interpreter.run(step.layers, from: start, scaledInput: scaledInput) else {
            return nil
        }
        if let change = hypothesis.changesOutput { estimate = change(estimate) }
        guard var result = PortComparison(step.tap.map, estimate, storageRadius: step.tap.storageRadius) else {
            return nil
        }
        result.referenceError = right?.referenceError
        // A loose bound proves nothing by itself: the variant has to be nearly what the port computed.
        if result.isLoose, result.rootMeanSquare < most {
            result.usualError = check.usualError(
                hypothesis.interpreter, step.layers, from: start, scaledInput: scaledInput, estimate, step.tap,
                referenceError: right?.referenceError ?? 0, changesOutput: hypothesis.changesOutput)
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
            guard let comparison = compare(hypothesis, step, check.comparison(step, session)) else { continue }
            result.compared += 1
            if comparison.holds { result.holding += 1 }
        }
        return result
    }

    /// How many of the other modules that are wrong the same change mends.
    private func others(_ id: String) -> PortReport.Diagnosis.Explained? {
        let rest = session.wrong.dropFirst().prefix(Self.mostOthers)
        guard !rest.isEmpty else { return nil }
        let holding = rest.count { step in
            let right = check.comparison(step, session)
            return hypotheses(step).contains { $0.id == id && !matching($0, step, right).isEmpty }
        }
        return .init(holding: holding, compared: rest.count)
    }

    /// So many other modules say enough.
    private static let mostOthers = 8

    private func diagnosis(_ match: Match, _ wrong: PortSession.Step) -> PortReport.Diagnosis {
        var result = PortReport.Diagnosis(
            id: match.hypothesis.id, module: wrong.tap.name, change: match.hypothesis.change,
            share: match.comparison.share, largestDifference: match.comparison.largestDifference,
            explained: match.hypothesis.isGlobal ? match.modules : nil)
        if !match.hypothesis.isGlobal { result.others = others(match.hypothesis.id) }
        return result
    }
}
