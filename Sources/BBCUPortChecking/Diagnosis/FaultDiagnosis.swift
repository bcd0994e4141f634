import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// Tries the ways in which a port can be wrong, and reports those that reproduce its dump within rounding.
struct FaultDiagnosis {
    private let check: PortCheck
    /// The dump, its output in colour where it was read from an image in colour.
    private let session: PortSession
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
        (self.check, self.onlyImages, self.progress) = (check, onlyImages, progress)
        var session = session
        let layers = check.network.layers.indices
        // Run once, whoever asks for it.
        if let first = session.wrong.first { session.wrong[0].right = check.right(first, session) }
        luma = session.wrong.first.flatMap { $0.tap.colours == nil ? nil : $0 }
        crop = session.wrong.first.flatMap { step in
            guard step.layers == layers, step.tap.window == nil else { return nil }
            return step.right.flatMap { CropTrial(check, step, right: $0) }
        }
        session = session.inColour
        self.session = session
        alternatives = session.wrong.isEmpty ? [] : check.alternatives()
        let wrong = session.wrong.first
        rights = (wrong.map { Self.ends($0, check.network) } ?? []).reduce(into: [:]) { rights, step in
            rights[step.layers.upperBound] = check.right(step, session).map { step.tap.joined($0) }
        }
        let isOutput = wrong?.layers.upperBound == layers.upperBound
        let frame = isOutput ? previous.map { Enclosure(exactly: $0.asDouble) } : nil
        self.previous = frame.flatMap { check.evaluator.run(layers, from: $0, scaledInput: $0) }
    }

    /// A hypothesis that reproduces the first wrong module.
    private struct Match {
        var hypothesis: Hypothesis
        var comparison: PortComparison
        /// How many of the compared modules a fault of the whole network explains, and of how many.
        var modules: PortReport.Diagnosis.Explained?
    }

    /// The diagnoses for the first wrong step, best first: those that explain most modules, then the simplest.
    func diagnose() -> [PortReport.Diagnosis] {
        guard let wrong = session.wrong.first else { return [] }
        let right = check.comparison(wrong, session)
        for stage in stages(wrong) {
            let hypotheses = hypotheses(stage, wrong)
            let matches = hypotheses.enumerated().flatMap { place, hypothesis in
                progress(place, hypotheses.count)
                return matching(hypothesis, wrong, right).map { step, comparison in
                    let modules = hypothesis.isGlobal ? explained(by: hypothesis, end: step) : nil
                    return Match(hypothesis: hypothesis, comparison: comparison, modules: modules)
                }
            }
            if !matches.isEmpty { return ranked(matches).map { diagnosis($0, wrong) } }
        }
        return []
    }

    /// Faults that are tried together.
    private struct Stage {
        var scopes: [Fault.Scope]
        /// The score from which seams of tiles are looked into.
        var standOut = 1.0

        static let outputs: [Fault.Scope] = [.output, .outputPlaces, .chroma, .missingNetwork, .staleFrame]
        static let images: [Fault.Scope] = [.input, .image, .outputValues, .lumaRange]
        static let rest: [Fault.Scope] = [.format, .unit, .order, .input, .network]
    }

    /// The stages in the order in which they are tried; what comes after one that explains the step is not tried. Only where the
    /// whole network lies between the image and the dump are there several: there each fault of the last one takes a run of the network
    /// with its bounds, and what is done to an image shows by itself.
    private func stages(_ step: PortSession.Step) -> [Stage] {
        guard step.layers == check.network.layers.indices, session.input != nil else {
            return [Stage(scopes: Stage.rest + Stage.outputs + [.outputValues, .image])]
        }
        let (outputs, images) = (Stage(scopes: Stage.outputs), Stage(scopes: Stage.images))
        guard !onlyImages else { return [outputs, images] }
        // Seams that stand out are looked into first, since other faults take a run each; those that do not, later.
        return [
            outputs, Stage(scopes: [.tiles], standOut: Thresholds.seamsStandOut), images, Stage(scopes: [.tiles]),
            Stage(scopes: Stage.rest),
        ]
    }

    private func hypotheses(_ stage: Stage, _ step: PortSession.Step, ids: Set<FaultID>? = nil) -> [Hypothesis] {
        let isOfTiles = stage.scopes == [.tiles]
        // Tiles are those of luma.
        let step = isOfTiles ? luma ?? step : step
        var context = FaultContext(check.evaluator, layers: step.layers, tap: step.tap)
        context.image = session.input.map { step.tap.joined($0.image).map }
        if isOfTiles { context.tilings = tilings(step, standOut: stage.standOut) }
        context.right = right(step)?.map
        if let previous { context.frames = frames(previous, step.tap) }
        if stage.scopes.contains(.network) {
            context.fit = Fit(check.evaluator, luma ?? step, taps: session.taps, scaledInput: session.input?.scaled)
            context.alternatives = alternatives
        }
        return context.hypotheses(stage.scopes, ids: ids)
    }

    /// What a port writes that shows the frame before: in colour with that one's colours, or with this one's.
    private func frames(_ previous: Enclosure, _ tap: Tap) -> [Enclosure] {
        guard tap.colouredInput != nil, let colours = tap.colours else { return [previous] }
        return [colours.previous, colours.input].compactMap { $0 }.map { tap.joined(previous, with: $0) }
    }

    /// Tiles that the seams in the dump's error suggest.
    private func tilings(_ step: PortSession.Step, standOut: Double) -> [Tiling] {
        // A crop has no seams of its own.
        guard step.tap.window == nil, let right = step.right, let image = session.input?.image.map else { return [] }
        if standOut == Thresholds.seamsStandOut, let known = step.tilings { return known }
        return TileFinder(
            step.tap, check.network, image: image, right: right, ValueRun(check.evaluator), standsOut: standOut
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
        _ right: FeatureMap<Double>, moved source: FaultWay.PlaceChange, _ tap: Tap, within most: Double
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
        return judged >= Thresholds.leastValues && 2 * judged >= right.values.count
    }

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
        let isOfFloats = session.wrong.first?.tap.pixels == nil
        let spread = isOfFloats ? Thresholds.spread : Thresholds.spreadOfPixels
        let close = matches.filter { $0.comparison.rootMeanSquare <= spread * max(closest, least) }
        let best = close.compactMap { $0.modules?.holding }.max() ?? 0
        var seen: Set<FaultID> = []
        return close.filter { $0.modules.map { $0.holding == best } ?? true }
            .filter { seen.insert($0.hypothesis.id).inserted }
    }

    /// - Parameters:
    ///   - right: the same step in the right network, which tells how much a right port may err by.
    ///   - most: an error beyond which nobody asks whether a right port may err so much.
    private func compare(
        _ hypothesis: Hypothesis, _ step: PortSession.Step, _ right: PortComparison?, atMost most: Double = .infinity
    ) -> PortComparison? {
        guard let enclosure = enclosure(hypothesis, step, hypothesis.evaluator),
            var result = PortComparison(step.tap.map, enclosure, storageRadius: step.tap.storageRadius)
        else { return nil }
        result.referenceDeviation = right?.referenceDeviation
        guard result.isLoose else { return result }
        // A loose bound proves nothing by itself: the variant has to be nearly what the port computed.
        // A value beyond its limit, or without a known limit for correct ports, reproduces nothing.
        result.usual = TypicalDeviation()
        if result.rootMeanSquare < most, let referenceDeviation = right?.referenceDeviation {
            let flipped = self.enclosure(hypothesis, step, hypothesis.evaluator.flippingDoubtfulSigns)
            result.usual =
                check.typicalDeviation(
                    enclosure, flippingDoubtfulSigns: flipped, step.tap, referenceDeviation: referenceDeviation)
                ?? TypicalDeviation()
        }
        return result
    }

    /// What the wrong port of a hypothesis makes of a step.
    private func enclosure(
        _ hypothesis: Hypothesis, _ step: PortSession.Step, _ evaluator: EnclosureEvaluator
    ) -> Enclosure? {
        if hypothesis.changesOnlyOutput, evaluator.doubts != .flipped, let right = right(step) {
            return step.tap.recorded(changed(right, hypothesis, step))
        }
        return made(hypothesis, step) { start, image in
            let scaledInput = image.map { scaled($0, evaluator) } ?? session.input?.scaled
            return evaluator.run(step.layers, from: start, scaledInput: scaledInput)
        }.map(step.tap.recorded)
    }

    /// What the wrong port makes of its output.
    private func changed(_ output: Enclosure, _ hypothesis: Hypothesis, _ step: PortSession.Step) -> Enclosure {
        guard step.layers.upperBound == check.network.layers.count else { return output }
        return hypothesis.changesOutput?(output) ?? output
    }

    /// The right network on a step, in the colours of its tap, where that is known already.
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
            if !hypothesis.changesLuma { colours = session.colours.map { change($0.input) } }
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
            guard let step = session.step(to: position)?.ending(before: session.taps[position].end + 1),
                let comparison = compare(hypothesis, step, check.comparison(step, session))
            else { continue }
            result.compared += 1
            if comparison.holds { result.holding += 1 }
        }
        result.wrong = result.compared
        return result
    }

    /// How many of the other modules that are wrong the same change repairs.
    private func others(_ id: FaultID) -> PortReport.Diagnosis.Explained? {
        let rest = session.wrong.dropFirst().prefix(Thresholds.mostOtherModules)
        guard !rest.isEmpty else { return nil }
        let holding = rest.count { step in
            let right = check.comparison(step, session)
            return stages(step).contains { stage in
                hypotheses(stage, step, ids: [id]).contains { !matching($0, step, right).isEmpty }
            }
        }
        return .init(holding: holding, compared: rest.count, wrong: session.wrong.count - 1)
    }

    private func diagnosis(_ match: Match, _ wrong: PortSession.Step) -> PortReport.Diagnosis {
        PortReport.Diagnosis(
            match.hypothesis, module: wrong.tap.name, share: match.comparison.share,
            largestDifference: match.comparison.largestDifference, explained: match.modules,
            others: match.hypothesis.isGlobal ? nil : others(match.hypothesis.id))
    }
}
