import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// Tries the ways in which a port can be wrong, and reports those that reproduce its dump within rounding.
struct FaultDiagnosis {
    private let check: PortCheck
    /// The dump, its output in colour where it was read from an image in colour.
    private let session: PortSession
    /// The images of an output in colour.
    private let colours: ColouredOutput?
    /// The first wrong step where its output is in colour, by its luma alone.
    private let luma: PortSession.Step?
    /// A part of a large image that a fault of the network has to explain first.
    private let crop: CropTrial?
    /// The models under the file's other roots, read once and where something is wrong.
    private let alternatives: [(root: String, model: BBCUModel)]
    /// The right network on the first wrong step, by the step's end: what changes of the output alone start from.
    private let rights: [Int: Enclosure]
    /// The network's output for the frame before; nil where nobody gave it, or the output is not the first wrong module.
    private let previous: Enclosure?

    /// Whether nothing but what is done to images is tried.
    private let onlyImages: Bool
    private let progress: PortCheck.Progress

    /// - Parameters:
    ///   - previous: the image that the port was given before.
    ///   - onlyImages: whether nothing but what is done to images is tried: the network is known to be right, or was tried.
    ///   - progress: told of every fault that is tried.
    init(
        _ check: PortCheck, _ session: PortSession, previous: FeatureMap<Float>?, onlyImages: Bool = false,
        progress: @escaping PortCheck.Progress = { _, _ in }
    ) {
        self.onlyImages = onlyImages
        self.check = check
        self.progress = progress
        var session = session
        // Run once, whoever asks for it.
        if let first = session.wrong.first { session.wrong[0].right = check.right(first, session) }
        luma = session.wrong.first.flatMap { $0.tap.colours == nil ? nil : $0 }
        crop = session.wrong.first.flatMap { step in
            guard step.layers == check.network.layers.indices, step.tap.window == nil else { return nil }
            return step.right.flatMap { CropTrial(check, step, right: $0) }
        }
        colours = session.taps.lazy.compactMap(\.colours).first
        session = session.inColour
        self.session = session
        alternatives = session.wrong.isEmpty ? [] : check.alternatives()
        guard let wrong = session.wrong.first else {
            (rights, self.previous) = ([:], nil)
            return
        }
        var rights: [Int: Enclosure] = [:]
        for step in Self.ends(wrong, check.network) {
            rights[step.layers.upperBound] = check.right(step, session)
        }
        self.rights = rights
        let layers = check.network.layers.indices
        let isOutput = wrong.layers.upperBound == layers.upperBound
        self.previous = previous.flatMap { image in
            guard isOutput else { return nil }
            let start = Enclosure(exactly: image.asDouble)
            return check.evaluator.run(layers, from: start, scaledInput: start)
        }
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
        for stage in stages(wrong) {
            let hypotheses = stage()
            let matches = hypotheses.enumerated().flatMap { place, hypothesis in
                progress(place, hypotheses.count)
                return self.matches(hypothesis, wrong, right)
            }
            if !matches.isEmpty { return ranked(matches).map { diagnosis($0, wrong) } }
        }
        return []
    }

    private func matches(
        _ hypothesis: Hypothesis, _ wrong: PortSession.Step, _ right: PortComparison?
    ) -> [Match] {
        matching(hypothesis, wrong, right).map { step, comparison in
            let modules =
                hypothesis.isGlobal ? explained(by: hypothesis, end: step) : .init(holding: 1, compared: 1)
            return Match(hypothesis: hypothesis, comparison: comparison, modules: modules)
        }
    }

    private func hypotheses(_ step: PortSession.Step) -> [Hypothesis] { stages(step).flatMap { $0() } }

    /// Hypotheses in the order in which they are tried, those of a stage together; what comes after a stage that
    /// explains the step is not tried. Only where the whole network lies between the image and the dump are there several: there each
    /// of the last stage takes a run of the network with its bounds, and what is done to an image shows by itself.
    private func stages(_ step: PortSession.Step) -> [() -> [Hypothesis]] {
        func stage(_ add: @escaping (inout HypothesisBuilder) -> Void) -> () -> [Hypothesis] {
            {
                var builder = HypothesisBuilder(
                    check.evaluator, layers: step.layers, isInColour: step.tap.colouredInput != nil)
                add(&builder)
                return builder.hypotheses
            }
        }
        func addOutputs(_ builder: inout HypothesisBuilder) {
            builder.addOutputHypotheses(step.tap.pixels)
            builder.addOutputGeometry(step.tap)
            builder.addChroma(step.tap)
            if let image = session.input?.image {
                builder.addOutputsWithoutNetwork(step.tap.joined(image).map, step.tap.map)
            }
            if let previous, let right = right(step) {
                for frame in frames(previous, step.tap) {
                    builder.addFrames(right: right.map, previous: frame, step.tap)
                }
            }
        }
        func addRest(_ builder: inout HypothesisBuilder) {
            let fit = Fit(
                check.evaluator, luma ?? step, taps: session.taps, scaledInput: session.input?.scaled)
            builder.addFormats()
            builder.addUnitHypotheses()
            builder.addWeightHypotheses()
            builder.addNetworkHypotheses(alternatives, fit: fit)
        }
        guard step.layers == check.network.layers.indices, let image = session.input?.image.map else {
            return [
                stage { builder in
                    addRest(&builder)
                    addOutputs(&builder)
                    builder.addOutputValues(step.tap, right: right(step)?.map)
                    if let image = session.input?.image.map {
                        builder.addImageHypotheses(height: image.height, width: image.width)
                    }
                }
            ]
        }
        func addTilings(_ builder: inout HypothesisBuilder, standOut: Double) {
            let step = luma ?? step
            builder.addTilings(tilings(step, image, standOut: standOut), step.tap.map)
        }
        func addImages(_ builder: inout HypothesisBuilder) {
            builder.addInputs()
            builder.addImageHypotheses(height: image.height, width: image.width)
            builder.addOutputValues(step.tap, right: right(step)?.map)
            builder.addFullRangeLuma(step.tap)
        }
        guard !onlyImages else { return [stage(addOutputs), stage(addImages)] }
        return [
            stage(addOutputs),
            // Seams that stand out are looked into first, since other faults take a run each; those that do not, later.
            stage { addTilings(&$0, standOut: PortCheck.seamsStandOut) },
            stage(addImages),
            stage { addTilings(&$0, standOut: 1) }, stage(addRest),
        ]
    }

    /// What a port writes that shows the frame before: in colour with that one's colours, or with this one's.
    private func frames(_ previous: Enclosure, _ tap: Tap) -> [Enclosure] {
        guard let colours, tap.colouredInput != nil else { return [previous] }
        return [colours.previous, colours.input].compactMap { $0 }.map { tap.joined(previous, with: $0) }
    }

    /// Tiles that the seams in the dump's error suggest.
    private func tilings(
        _ step: PortSession.Step, _ image: FeatureMap<Double>, standOut: Double
    ) -> [Tiling] {
        // A crop has no seams of its own.
        guard step.tap.window == nil, let right = step.right else { return [] }
        if let known = step.tilings, standOut == PortCheck.seamsStandOut { return known }
        return TileFinder(
            step.tap, check.network, image: image, right: right, ValueRun(check.evaluator), standsOut: standOut,
            triesUsualSizes: standOut < PortCheck.seamsStandOut
        ).find()
    }

    /// The ends of a step at which a hypothesis reproduces it.
    private func matching(
        _ hypothesis: Hypothesis, _ wrong: PortSession.Step, _ right: PortComparison?
    ) -> [(step: PortSession.Step, comparison: PortComparison)] {
        let most = hypothesis.onlyRounds ? .infinity : right.map { wrong.tap.improved($0.rootMeanSquare) } ?? .infinity
        return Self.ends(wrong, check.network).compactMap { step in
            guard isNear(hypothesis, step, within: most),
                let comparison = compare(hypothesis, step, right, atMost: most), comparison.reproduces,
                comparison.rootMeanSquare < most
            else { return nil }
            return (step, comparison)
        }
    }

    /// A fault explains a dump only if with it the network comes at least twice as close.
    static let improvement = 0.5
    /// Of faults that fit, those that fit this many times worse than the best do not; of floats ``UsualError/spread`` times.
    /// The pixels of an image all err by a rounding that hides what is smaller.
    private static let spreadOfPixels = 1.5

    /// Whether a hypothesis of the whole network comes anywhere near the dump: its values are much faster to compute than
    /// their bounds.
    private func isNear(_ hypothesis: Hypothesis, _ step: PortSession.Step, within most: Double) -> Bool {
        if let source = hypothesis.movesOutput, let right = right(step)?.map {
            return isNear(right, moved: source, step.tap, within: most)
        }
        guard step.layers == check.network.layers.indices, most.isFinite, !hypothesis.changesOnlyOutput,
            session.input != nil
        else { return true }
        guard hypothesis.evaluator.injectedFaults.isEmpty else {
            // No streamed network does anything differently within a layer.
            return hypothesis.changesInput != nil || crop?.isNear(hypothesis) ?? true
        }
        let values = ValueRun(hypothesis.evaluator)
        let made = made(hypothesis, step) { start, _ in values.run(start.map).map(Enclosure.init(exactly:)) }
        return (made.flatMap { step.tap.distance(from: step.tap.recorded($0)) } ?? .infinity) <= 2 * most
    }

    /// The same for values in other places, up to where their distance is too much.
    private func isNear(
        _ right: FeatureMap<Double>, moved source: (FeatureIndex) -> FeatureIndex?, _ tap: Tap, within most: Double
    ) -> Bool {
        guard tap.window == nil, right.values.count == tap.map.values.count else { return true }
        var rest = 4 * most * most * Double(right.values.count)
        var judged = 0
        for index in right.values.indices {
            guard let place = source(right.place(of: index)) else { continue }
            judged += 1
            let value = right.values[right.index(channel: place.channel, row: place.row, column: place.column)]
            let difference = tap.recorded(value) - tap.map.values[index]
            rest -= difference * difference
            if rest < 0 { return false }
        }
        // What comes from outside decides nothing: of a few values left anything is true.
        return judged >= Self.leastJudged && 2 * judged >= right.values.count
    }

    /// So many values of an image have to be where a fault puts them.
    static let leastJudged = 48

    /// The step as it is, and with the layer after it, which may have worked in place on what was recorded.
    private static func ends(_ step: PortSession.Step, _ network: BBCUNetwork) -> [PortSession.Step] {
        guard network.isInPlace(after: step.tap.layer) else { return [step] }
        return [step, step.ending(before: step.tap.layer + 2)]
    }

    /// Faults of the whole network have to fit the whole dump as well as any other of them does.
    private func ranked(_ matches: [Match]) -> [Match] {
        let closest = matches.map(\.comparison.rootMeanSquare).min() ?? 0
        // Below the rounding of the reference itself there is nothing to tell.
        let least = matches.compactMap(\.comparison.referenceDeviation).min() ?? 0
        let spread = session.wrong.first?.tap.pixels == nil ? TypicalDeviation.spread : Self.spreadOfPixels
        let close = matches.filter { $0.comparison.rootMeanSquare <= spread * max(closest, least) }
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
        guard let enclosure = enclosure(hypothesis, step, hypothesis.evaluator),
            var result = PortComparison(step.tap.map, enclosure, storageRadius: step.tap.storageRadius)
        else { return nil }
        result.referenceDeviation = right?.referenceDeviation
        // A loose bound proves nothing by itself: the variant has to be nearly what the port computed.
        // A value beyond its limit, or without a known limit for correct ports, reproduces nothing.
        if result.isLoose {
            result.usual = TypicalDeviation()
            if result.rootMeanSquare < most, let referenceDeviation = right?.referenceDeviation {
                result.usual =
                    check.typicalDeviation(
                        enclosure,
                        flippingDoubtfulSigns: self.enclosure(
                            hypothesis, step, hypothesis.evaluator.flippingDoubtfulSigns), step.tap,
                        referenceDeviation: referenceDeviation) ?? TypicalDeviation()
            }
        }
        return result
    }

    /// What the wrong port of a hypothesis makes of a step.
    private func enclosure(
        _ hypothesis: Hypothesis, _ step: PortSession.Step, _ evaluator: EnclosureEvaluator
    ) -> Enclosure? {
        let isRight = hypothesis.changesOnlyOutput && evaluator.doubts != .flipped
        if isRight, let right = right(step) {
            return step.tap.recorded(changed(right, hypothesis, step))
        }
        return made(hypothesis, step) { start, image in
            let scaledInput = image.map { scaled($0, evaluator) } ?? session.input?.scaled
            return evaluator.run(step.layers, from: start, scaledInput: scaledInput)
        }.map(step.tap.recorded)
    }

    /// What the wrong port makes of its output.
    private func changed(_ output: Enclosure, _ hypothesis: Hypothesis, _ step: PortSession.Step) -> Enclosure {
        guard let change = hypothesis.changesOutput, step.layers.upperBound == check.network.layers.count else {
            return output
        }
        return change(output)
    }

    /// The right network on a step, where that is known already.
    private func right(_ step: PortSession.Step) -> Enclosure? {
        step.tap.name == session.wrong.first?.tap.name ? rights[step.layers.upperBound] : nil
    }

    /// What the wrong port of a hypothesis makes of a step, in the colours of its tap.
    /// - Parameter run: runs the step's layers on a start; it is given the image where that is not the port's input, or is
    ///   scaled in another way.
    private func made(
        _ hypothesis: Hypothesis, _ step: PortSession.Step,
        _ run: (_ start: Enclosure, _ image: Enclosure?) -> Enclosure?
    ) -> Enclosure? {
        if let runs = hypothesis.runs {
            guard step.layers == check.network.layers.indices else { return nil }
            return runs(step.start) { run($0, $0) }.map { step.tap.joined($0) }
        }
        var start = step.start
        var image = hypothesis.evaluator.injectedFaults[0] == nil ? nil : session.input?.image
        var colours: FeatureMap<Double>?
        if let change = hypothesis.changesInput, let input = session.input?.image {
            // Of an image in colour the port takes luma after the change.
            if !hypothesis.changesLuma { colours = self.colours.map { change($0.input) } }
            let changed = colours.map(ColouredOutput.studioLuma) ?? change(input.map)
            // The change is computed too, and rounded.
            let given = Enclosure(exactly: changed).rounded(check.evaluator.arithmetic)
            if step.layers.lowerBound == 0 { start = given }
            image = given
        }
        guard let output = run(start, image) else { return nil }
        guard !hypothesis.changesLuma else {
            return step.tap.joined(changed(output, hypothesis, step), with: colours)
        }
        return changed(step.tap.joined(output, with: colours), hypothesis, step)
    }

    /// An image times k, as a port has it.
    private func scaled(_ image: Enclosure, _ evaluator: EnclosureEvaluator) -> Enclosure? {
        guard evaluator.network.layers.first?.operation == .scaleByK else { return image }
        return evaluator.run(0, image, image)
    }

    /// How many modules of the dump hold under a fault of the whole network.
    /// - Parameter end: the wrong step as it was recorded.
    private func explained(by hypothesis: Hypothesis, end: PortSession.Step) -> PortReport.Diagnosis.Explained {
        var result = PortReport.Diagnosis.Explained(holding: 0, compared: 0)
        var session = session
        for position in session.taps.indices where session.taps[position].name == end.tap.name {
            session.taps[position].end = end.layers.upperBound - 1
        }
        for position in session.taps.indices where session.taps[position].likelyCause == nil {
            guard let step = session.step(to: position)?.ending(before: session.taps[position].end + 1) else {
                continue
            }
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
        return .init(holding: holding, compared: rest.count, wrong: session.wrong.count - 1)
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
