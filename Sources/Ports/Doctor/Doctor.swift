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
        var modules: (holding: Int, compared: Int)
    }

    /// The diagnoses for the first wrong step, best first: those that explain most modules, then the simplest.
    func diagnose(_ wrong: PortSession.Step) -> [PortReport.Diagnosis] {
        let fit = Fit(check.interpreter, wrong, taps: session.taps, scaledInput: session.free?.scaledInput)
        var builder = HypothesisBuilder(check.interpreter, layers: wrong.layers)
        builder.addUnitHypotheses()
        builder.addWeightHypotheses()
        builder.addNetworkHypotheses(check.alternatives, fit: fit)
        var matches: [Match] = []
        for hypothesis in builder.hypotheses {
            for step in ends(wrong) {
                guard let comparison = compare(hypothesis, step), comparison.holds else { continue }
                let modules = hypothesis.isGlobal ? explained(by: hypothesis, end: step) : (1, 1)
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
    private func explained(by hypothesis: Hypothesis, end: PortSession.Step) -> (holding: Int, compared: Int) {
        var (holding, compared) = (0, 0)
        var session = session
        for position in session.taps.indices where session.taps[position].name == end.tap.name {
            session.taps[position].end = end.layers.upperBound - 1
        }
        for position in session.taps.indices where session.taps[position].suspicion == nil {
            guard var step = session.step(to: position) else { continue }
            step.layers = step.layers.lowerBound..<session.taps[position].end + 1
            guard let comparison = compare(hypothesis, step) else { continue }
            compared += 1
            if comparison.holds { holding += 1 }
        }
        return (holding, compared)
    }

    private func diagnosis(_ match: Match, _ wrong: PortSession.Step) -> PortReport.Diagnosis {
        let comparison = match.comparison
        var evidence =
            "with this fault \(wrong.tap.name) comes out within \(percent(comparison.share)) of the rounding bound "
            + "(largest difference \(comparison.largestDifference.shortScientific))"
        if match.hypothesis.isGlobal {
            evidence += ", and \(match.modules.holding) of \(match.modules.compared) compared modules do"
        }
        return PortReport.Diagnosis(
            id: match.hypothesis.id, module: wrong.tap.name, change: match.hypothesis.change, evidence: evidence)
    }

    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded(.up))) %" }
}

extension Double {
    /// Two digits and a power of ten: `1.2e-05`.
    var shortScientific: String {
        guard isFinite, self != 0 else { return self == 0 ? "0" : "\(self)" }
        var (exponent, rest) = (0, abs(self))
        while rest >= 9.95 { (exponent, rest) = (exponent + 1, rest / 10) }
        while rest < 0.995 { (exponent, rest) = (exponent - 1, rest * 10) }
        let digits = Int((rest * 10).rounded())
        let sign = self < 0 ? "-" : ""
        let power = exponent < 0 ? "-" : "+"
        let magnitude = abs(exponent)
        return "\(sign)\(digits / 10).\(digits % 10)e\(power)\(magnitude < 10 ? "0" : "")\(magnitude)"
    }
}
