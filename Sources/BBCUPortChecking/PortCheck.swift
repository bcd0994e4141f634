import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// Checks what a port dumped against the network: each module on the dump's own input to it, and against the run from
/// the image.
public struct PortCheck: Sendable {
    /// The network as it should be.
    package private(set) var evaluator: EnclosureEvaluator
    /// Models that a port may have taken for it: the other root of the file.
    package let alternatives: @Sendable () -> [(root: String, model: BBCUModel)]
    let referenceDeviation: ReferenceDeviation
    /// The same network in a port whose sums are exact integers; nil if that makes no difference.
    package private(set) var integers: EnclosureEvaluator?

    /// Prepares a check.
    /// - Parameters:
    ///   - model: the network with its weights.
    ///   - alternatives: the models under the file's other roots, by root; asked for where something is wrong.
    ///   - arithmetic: how the port rounds.
    ///   - formats: what the port stores its tensors in; nil for its arithmetic.
    public init(
        _ model: BBCUModel,
        alternatives: @autoclosure @escaping @Sendable () -> [(root: String, model: BBCUModel)] = [],
        arithmetic: Arithmetic = .float32, formats: PortFormats? = nil, kernels: Kernels
    ) {
        evaluator = EnclosureEvaluator(model: model, arithmetic: arithmetic, formats: formats, kernels: kernels)
        self.alternatives = alternatives
        referenceDeviation = ReferenceDeviation(model, arithmetic: arithmetic, kernels: kernels)
        guard arithmetic == .float32, formats == nil else { return }
        integers = evaluator
        integers?.sumsAreIntegers = true
    }

    package var network: BBCUNetwork { evaluator.network }

    /// The same check with its units made ready, for many runs on one thread each.
    package func withPreparedUnits() -> PortCheck {
        var result = self
        result.evaluator = evaluator.withPreparedUnits()
        result.evaluator.kernels.threads = 1
        result.integers = integers?.withPreparedUnits()
        result.integers?.kernels.threads = 1
        return result
    }

    /// The same check of a port whose sums are exact integers; nil if that makes no difference.
    var withIntegerSums: PortCheck? {
        guard let integers else { return nil }
        var result = self
        (result.evaluator, result.integers) = (integers, nil)
        return result
    }

    /// Is told how many faults, of how many that are tried in one go, were tried.
    public typealias Progress = (_ done: Int, _ of: Int) -> Void

    /// Checks a dump.
    ///
    /// - Parameters:
    ///   - input: what the port was given; without it the comparison starts after the first dumped module.
    ///   - names: modules by the dump's names.
    ///   - previous: what the port was given before, which a stale frame shows.
    ///   - diagnoses: whether the fault is looked for where something is wrong.
    ///   - progress: told of every fault that is tried.
    /// - Throws: ``PortError`` where no array of the dump is a module's; `ExecutionError` where the input does not fit.
    public func run(
        _ dump: consuming PortDump, input: FeatureMap<Float>?, names: [String: String] = [:],
        previous: FeatureMap<Float>? = nil, diagnoses: Bool = true, progress: @escaping Progress = { _, _ in }
    ) throws -> PortReport {
        guard diagnoses else { return try examine(dump, input: input, names: names, previous: previous).report }
        var (report, session) = try diagnose(
            dump, input: input, names: names, previous: previous, progress: progress)
        judgeColours(&report, session, previous: previous, progress: progress)
        if previous != nil, !session.taps.contains(where: { $0.layer == network.layers.count - 1 }) {
            report.notes.append(.previousUnused)
        }
        if report.diagnoses.isEmpty, let wrong = session.wrong.first {
            if previous == nil, wrong.layers == network.layers.indices {
                report.notes.append(.previousWouldHelp)
            }
            if let note = noteOfSteps(wrong.tap) { report.notes.append(note) }
        }
        return report
    }

    /// Compares every module of a dump and looks for the fault: of what is wrong first, or where nothing is of what lies
    /// within a bound that tells nothing and is still further off than right ports are.
    /// - Throws: what `run(_:input:names:previous:diagnoses:)` throws.
    package func diagnose(
        _ dump: consuming PortDump, input: FeatureMap<Float>?, names: [String: String],
        previous: FeatureMap<Float>? = nil, progress: @escaping Progress = { _, _ in }
    ) throws -> (report: PortReport, session: PortSession) {
        var (report, session) = try examine(dump, input: input, names: names, previous: previous)
        guard report.firstWrong == nil, let doubted = session.doubted else {
            report.diagnoses = diagnoses(session, previous: previous, progress: progress)
            return (report, session)
        }
        guard doubted.tap.map.values.count >= Thresholds.leastValues else {
            report.faultsOfDoubted = .tooFewValues
            return (report, session)
        }
        let pixels = (input?.height ?? 0) * (input?.width ?? 0)
        guard pixels <= Thresholds.sideOfDoubt * Thresholds.sideOfDoubt else {
            report.faultsOfDoubted = .tooLarge
            return (report, session)
        }
        var doubting = session
        doubting.wrong = [doubted]
        let found = diagnoses(doubting, previous: previous, progress: progress)
        guard !found.isEmpty, let index = report.modules.firstIndex(where: { $0.name == doubted.tap.name }) else {
            report.faultsOfDoubted = .noneFits
            return (report, session)
        }
        report.modules[index].verdict = .fails
        report.firstWrong = doubted.tap.name
        report.notes.append(.hiddenFault(module: doubted.tap.name))
        report.diagnoses = found
        return (report, doubting)
    }

    /// Compares every module of a dump.
    /// - Returns: the report, without a diagnosis, and the dump with the steps that are wrong.
    /// - Throws: what `run(_:input:names:previous:diagnoses:)` throws.
    func examine(
        _ dump: consuming PortDump, input: FeatureMap<Float>?, names: [String: String],
        previous: FeatureMap<Float>? = nil
    ) throws -> (report: PortReport, session: PortSession) {
        for image in [input, previous] { if let image { try network.checkInput(image) } }
        let given = input.map { PortInput(evaluator, image: $0) }
        var dump = dump
        let notes = dump.notes
        try DumpMatching.check(names, dump, network)
        let rawNotes = evaluator.formats.map { dump.scaleRawNumbers($0, network, names) } ?? []
        let found =
            dump.arrays.isEmpty
            ? "no arrays" : dump.arrays.prefix(4).map { "'\($0.name)' \($0.shape)" }.joined(separator: ", ")
        let echoes = input.map { dump.names(equalTo: $0) } ?? []
        let holdsSums = dump.arrays.contains { AccumulatorTap.layer(of: $0.name, in: network) != nil }
        let matching = DumpMatching(
            consume dump, network, names: names, size: input.map { ($0.height, $0.width) },
            expected: { [evaluator] in given.map { EndToEndRun.taps(evaluator, $0) } ?? [:] })
        guard !matching.taps.isEmpty || !matching.misfits.isEmpty else {
            throw PortError(
                .nothingKnown, found: "no array of the dump is a module's output; found \(found)",
                expected: "names such as \(network.someTapNames), (1, C, H, W) each",
                advice: holdsSums ? "\(Advice.mapArrays); \(Advice.checkSums)" : .mapArrays)
        }
        var report = PortReport()
        report.arithmetic = evaluator.arithmetic
        report.formats = evaluator.formats
        report.notes = notes + rawNotes + matching.notes
        report.unused = matching.unused.filter { !echoes.contains($0) }
        if input == nil {
            report.notes.append(.noInput)
        }
        if let input, let low = input.values.min(), let high = input.values.max(), low < 0 || high > 1 {
            report.notes.append(.inputRange(low: low, high: high))
        }
        var session = PortSession(taps: matching.taps, input: given)
        compare(&session, matching.misfits, &report)
        let judged = report.modules.filter { $0.verdict == .holds || $0.verdict == .fails }.map(\.name)
        report.unmatched = report.unused.filter { name in
            !judged.contains { DumpMatching.plain(name).begins(with: $0 + ".") }
        }
        report.firstWrong =
            report.modules.first { $0.verdict == .fails || $0.verdict == .wrongSize || $0.isNotFinite }?.name
            ?? report.modules.first { $0.verdict == .notCaptured }?.name
        return (report, session)
    }

    private func compare(_ session: inout PortSession, _ misfits: [String: LikelyCause], _ report: inout PortReport) {
        var free = session.taps.isEmpty ? nil : session.input.map { EndToEndRun(evaluator, $0) }
        var causes = LikelyCauses()
        for index in network.layers.indices {
            free?.advance()
            guard let name = network.tapName(ofLayer: index) else { continue }
            guard let position = session.taps.firstIndex(where: { $0.name == name }) else {
                let misfit = misfits[name]
                report.modules.append(
                    .init(name: name, verdict: misfit == nil ? .absent : .wrongSize, likelyCause: misfit))
                continue
            }
            session.taps[position].likelyCause = causes.cause(
                of: position, in: session.taps, expected: free?.current?.map)
            if let likelyCause = session.taps[position].likelyCause {
                report.modules.append(.init(name: name, verdict: .notCaptured, likelyCause: likelyCause))
                continue
            }
            report.modules.append(self.module(position, &session, free, &report.notes))
        }
    }

    /// Compares one module.
    private func module(
        _ position: Int, _ session: inout PortSession, _ free: EndToEndRun?, _ notes: inout [PortNote]
    ) -> PortReport.Module {
        let (name, index) = (session.taps[position].name, session.taps[position].layer)
        var module = PortReport.Module(name: name, verdict: .notCompared)
        chooseOutputLayout(before: position, &session)
        if var step = session.step(to: position, after: free) {
            step.comparison = self.comparison(step, session)
            let (end, comparison) = bestEnd(step, session)
            if end != index, comparison?.holds == true {
                notes.append(network.recordedLater(name, layer: index))
            }
            session.taps[position].end = end
            module.start = step.startName
            module.local = comparison
            module.verdict = comparison.map { $0.holds ? .holds : .fails } ?? .notCompared
            if let comparison, hidesOutputFault(&step, session, comparison) {
                module.verdict = .fails
                notes.append(.hiddenFault(module: name))
            }
            if module.verdict == .holds, let comparison, comparison.isLoose, comparison.leavesDoubt {
                module.isDoubted = true
                session.doubt(step, comparison)
            }
            if module.verdict == .fails { session.wrong.append(step) }
            if let reason = comparison?.referenceFailure {
                notes.append(.noReference(module: name, reason: reason))
            }
        }
        let tap = session.taps[position]
        if let free {
            module.cumulative = free.output(ofLayer: tap.end).flatMap {
                PortComparison(tap.map, tap.recorded($0), storageRadius: tap.storageRadius)
            }
            module.flips = session.flips(atLayer: index, free.previous.map, evaluator.model)
        }
        noteRange(module, &notes)
        return module
    }

    /// Where a wrong module may have been recorded before or after what works in place on it, the next one tells: it
    /// is run from either.
    private func chooseOutputLayout(before position: Int, _ session: inout PortSession) {
        guard position > 0, session.wrong.last?.tap.name == session.taps[position - 1].name,
            network.isInPlace(after: session.taps[position - 1].layer)
        else { return }
        var other = session
        let layer = session.taps[position - 1].layer
        other.taps[position - 1].end = session.taps[position - 1].end == layer ? layer + 1 : layer
        guard other.taps[position - 1].end < session.taps[position].layer, let step = session.step(to: position),
            let otherStep = other.step(to: position), let comparison = comparison(otherStep, other), comparison.holds,
            self.comparison(step, session)?.holds != true
        else { return }
        session.taps[position - 1].end = other.taps[position - 1].end
    }

    /// Says where values no longer fit the port's arithmetic.
    private func noteRange(_ module: PortReport.Module, _ notes: inout [PortNote]) {
        let arithmetic = evaluator.arithmetic
        guard let range = (module.local ?? module.cumulative)?.range, range > arithmetic.largest,
            !notes.contains(where: { if case .beyondRange = $0 { true } else { false } })
        else { return }
        notes.append(.beyondRange(module: module.name, range: Float(range), arithmetic))
    }

    /// The comparison of a module as its last layer left it, or as the one after it did, which works in place in the
    /// published code; whichever is closer.
    package func bestEnd(_ step: PortSession.Step, _ session: PortSession) -> (Int, PortComparison?) {
        let plain = comparison(step, session)
        guard plain?.holds != true, network.isInPlace(after: step.tap.layer) else { return (step.tap.layer, plain) }
        let aliased = comparison(step.ending(before: step.tap.layer + 2), session)
        let isCloser = (aliased?.rootMeanSquare ?? .infinity) < (plain?.rootMeanSquare ?? .infinity)
        return isCloser ? (step.tap.layer + 1, aliased) : (step.tap.layer, plain)
    }

    /// The network as it should be on a step's own input.
    func comparison(_ step: PortSession.Step, _ session: PortSession) -> PortComparison? {
        if let known = step.comparison { return known }
        guard let right = right(step, session) else { return nil }
        let enclosure = step.tap.recorded(right)
        guard var result = PortComparison(step.tap.map, enclosure, storageRadius: step.tap.storageRadius) else {
            return nil
        }
        result.isSure = right.isSure
        // In formats a right port errs by nothing, or by steps that the bound knows of.
        if evaluator.formats != nil {
            result.referenceDeviation = 0
        } else {
            addReferenceError(&result, step, session, enclosure)
        }
        if !right.isSure, let certain = certainComparison(step, session, like: result) { return certain }
        if result.isLoose, let referenceDeviation = result.referenceDeviation {
            result.usual = typicalDeviation(
                enclosure, flippingDoubtfulSigns: flippingDoubtfulSigns(step, session).map(step.tap.recorded), step.tap,
                referenceDeviation: referenceDeviation)
        }
        return result
    }

    private func addReferenceError(
        _ result: inout PortComparison, _ step: PortSession.Step, _ session: PortSession, _ enclosure: Enclosure
    ) {
        do throws(ReferenceFailure) {
            let deviation = try referenceDeviation.rootMeanSquare(
                step.layers, from: step.start, scaledInput: session.input?.floatScaled, exact: enclosure.map,
                recorded: { step.tap.recorded(Enclosure(exactly: $0)).map })
            result.referenceDeviation = deviation
            if deviation > 0 { result.errorRatio = result.rootMeanSquare / deviation }
        } catch {
            // Without it only the bound judges, and the report says so.
            result.referenceFailure = error.reason
        }
        result.storageError = step.tap.usualStorageError
    }

    /// What the right network makes of a step.
    func right(_ step: PortSession.Step, _ session: PortSession) -> Enclosure? {
        step.right ?? evaluator.run(step.layers, from: step.start, scaledInput: session.input?.scaled)
    }

    private func flippingDoubtfulSigns(_ step: PortSession.Step, _ session: PortSession) -> Enclosure? {
        evaluator.flippingDoubtfulSigns.run(step.layers, from: step.start, scaledInput: session.input?.scaled)
    }
}
