import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// Checks integer sums that a port dumped: nothing else need be known of its run.
public struct AccumulatorCheck: Sendable {
    private(set) var evaluator: EnclosureEvaluator
    /// The same check with the bound of what a port makes of exact integer sums; nil where that makes no difference.
    private let certain: PortCheck?

    /// Prepares a check.
    ///
    /// - Parameters:
    ///   - arithmetic: how the port rounds what it makes of the sums.
    ///   - formats: what the port stores its sums and what it makes of them in; nil for its arithmetic.
    public init(
        _ model: BBCUModel, arithmetic: Arithmetic = .float32, formats: PortFormats? = nil, kernels: Kernels
    ) {
        evaluator = EnclosureEvaluator(model: model, arithmetic: arithmetic, formats: formats, kernels: kernels)
        certain = arithmetic == .float32 && formats == nil ? PortCheck(model, kernels: kernels) : nil
    }

    var network: BBCUNetwork { evaluator.network }

    /// Checks a dump.
    ///
    /// - Parameters:
    ///   - input: what the port was given; with it every unit's input is known, and with that its sums.
    ///   - names: modules by the dump's names.
    ///   - progress: called with the units that are done, and how many there are.
    /// - Throws: ``PortError`` where no array of the dump is a unit's sums; `ExecutionError` where the input does not fit.
    public func run(
        _ dump: consuming PortDump, input: FeatureMap<Float>?, names: [String: String] = [:],
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> PortReport {
        if let input { try network.checkInput(input) }
        let given = input.map { PortInput(evaluator, image: $0) }
        guard let certain, let integers = certain.integers, given.map(certain.isCertain) ?? true else {
            return try examine(dump, given, names, progress)
        }
        var narrow = self
        narrow.evaluator = integers
        let report = try narrow.examine(dump, given, names, progress)
        // Without a known input to a unit the bounds are of nothing.
        guard report.modules.contains(where: { $0.accumulators?.expected != nil || $0.local != nil }) else {
            return report
        }
        let isCertain = report.modules.allSatisfy { ($0.accumulators?.expected?.doubtful ?? 0) == 0 }
        if isCertain, report.holds || given.map(certain.floatSumsKeepSigns) ?? true { return report }
        return try examine(dump, given, names, progress)
    }

    private func examine(
        _ dump: PortDump, _ input: PortInput?, _ names: [String: String],
        _ progress: (_ done: Int, _ total: Int) -> Void
    ) throws -> PortReport {
        var dump = dump
        let rawNotes = evaluator.formats.map { dump.scaleRawNumbers($0, network, names) } ?? []
        var session = try AccumulatorSession(consume dump, network, input, names)
        var report = PortReport(evaluator)
        report.unused = session.unused
        let total = session.taps.count
        for index in network.layers.indices {
            let sums = unit(index, &session, &report.modules)
            if session.taps[index] != nil { progress(report.modules.count { $0.accumulators != nil }, total) }
            session.advance(over: index, sums: sums, evaluator)
        }
        report.firstWrong = report.firstFailing
        let (diagnoses, note) = AccumulatorDiagnosis(self, session).diagnose()
        report.diagnoses = diagnoses
        report.notes =
            rawNotes + session.layoutNote + session.notes + notes(report, session.taps)
            + (diagnoses.isEmpty ? narrowNote(session) : [note].compactMap { $0 })
        return report
    }

    /// Judges a unit's sums, and its output where that is dumped too.
    /// - Returns: the sums that the unit's output was made of; nil for those that its input makes.
    private func unit(
        _ index: Int, _ session: inout AccumulatorSession, _ modules: inout [PortReport.Module]
    ) -> FeatureMap<Double>? {
        guard network.layers[index].operation.unit != nil else { return nil }
        let prefix = network.layers[index].prefix
        let name = AccumulatorTap.name(prefix)
        guard var tap = session.taps[index] else {
            let misfit = session.misfits[index]
            modules.append(.init(name: name, verdict: misfit == nil ? .absent : .wrongSize, likelyCause: misfit))
            return nil
        }
        session.settleInput(of: tap, self)
        var module = PortReport.Module(name: name, verdict: .notCompared)
        func compared(_ tap: AccumulatorTap) -> SumComparison? {
            session.current.flatMap { self.comparison(evaluator, index, $0, tap.sums) }
        }
        var comparison = compared(tap)
        var finding = self.finding(tap, comparison)
        // Where either layout fits, the one in which the sums are right.
        if finding.fails, let rotated = tap.rotated {
            let otherComparison = compared(rotated)
            let other = self.finding(rotated, otherComparison)
            if !other.fails {
                (tap, comparison, finding) = (rotated, otherComparison, other)
                session.take(rotated)
            }
        }
        module.accumulators = finding
        module.verdict = finding.fails ? .fails : .holds
        module.start = comparison == nil ? nil : "the unit's input"
        module.likelyCause = session.likelyCause(of: tap, finding, comparison)
        if module.likelyCause != nil { module.verdict = .notCaptured }
        modules.append(module)
        var used = tap
        if module.verdict == .fails {
            used.sums = session.addWrong(
                .init(
                    layer: index, tap: tap, finding: finding, comparison: comparison, input: session.current,
                    origin: session.origin), self)
        }
        if let output = session.outputs[index], let known = session.current {
            modules.append(self.output(output, used, known, &session))
        }
        return module.likelyCause == nil && used.sums.values.allSatisfy(\.isFinite) ? used.sums : nil
    }

    /// What the report says of a unit's output.
    private func output(
        _ output: Tap, _ tap: AccumulatorTap, _ known: Enclosure, _ session: inout AccumulatorSession
    ) -> PortReport.Module {
        var whole = PortReport.Module(name: tap.prefix, verdict: .notCompared)
        whole.start = tap.name
        if let enclosure = evaluator.run(tap.layer, sums: tap.sums, known, session.input?.scaled) {
            whole.local = PortComparison(output.map, enclosure, storageRadius: output.storageRadius)
            // The sums may be integers in the dump alone.
            if let narrow = whole.local, !narrow.holds, evaluator.sumsAreIntegers,
                let wide = certain?.floatComparison(output, tap.layer, sums: tap.sums, known, session.input)
            {
                whole.local = wide
            }
            whole.verdict = whole.local.map { $0.holds ? .holds : .fails } ?? .notCompared
        }
        if whole.verdict == .fails {
            session.wrong.append(.init(layer: tap.layer, tap: tap, input: known, output: output))
        }
        return whole
    }

    private func finding(_ tap: AccumulatorTap, _ comparison: SumComparison?) -> AccumulatorFinding {
        let violations = violations(tap)
        var finding = AccumulatorFinding(
            test: comparison == nil ? .bounds : .input, fractional: violations.fractional,
            beyondCount: violations.beyondCount,
            wrongParity: losesSums(tap.layer) || canBeZero(tap.layer) ? nil : violations.wrongParity,
            signs: nil, expected: comparison?.finding)
        // What the port does not hold shows no signs.
        guard !losesSums(tap.layer) else { return finding }
        // No sign is in doubt: whatever the signs are, these are the sums.
        if let expected = finding.expected, expected.doubtful == 0, expected.wrong == 0 { return finding }
        guard let recovery = SignRecovery(evaluator, layer: tap.layer) else { return finding }
        if let comparison, comparison.wrong.isEmpty {
            finding.signs = recovery.finding(of: comparison, makes: tap.sums)
            if finding.signs?.reproduce == true { return finding }
        }
        // Where no doubtful signs make them, all are solved for, to see whether any do.
        if var system = recovery.system(height: tap.sums.height, width: tap.sums.width) {
            finding.signs = recovery.finding(system.solve(tap.sums), makes: tap.sums)
            if finding.expected == nil { finding.test = .signs }
        }
        return finding
    }

    /// Whether the port's format holds not all sums that a unit can make.
    func losesSums(_ layer: Int) -> Bool {
        evaluator.formats?.accumulator.map { Double(most(layer)) > $0.range.upperBound } ?? false
    }

    /// The sums that no signs make.
    func violations(_ tap: AccumulatorTap) -> SumCounts.Violations {
        guard let unit = network.layers[tap.layer].operation.unit else { return SumCounts.Violations() }
        let parameters = UnitParameters(unit, prefix: tap.prefix, model: evaluator.model)
        return SumCounts(unit, weights: parameters.weightSigns).violations(tap.sums)
    }

    /// Dumped sums against those of a known input; nil where the sizes differ.
    func comparison(
        _ evaluator: EnclosureEvaluator, _ index: Int, _ input: Enclosure, _ sums: FeatureMap<Double>
    ) -> SumComparison? {
        guard let unit = evaluator.network.layers[index].operation.unit,
            (input.map.height, input.map.width, input.map.channels) == (sums.height, sums.width, unit.inputs)
        else { return nil }
        let prefix = evaluator.network.layers[index].prefix
        return SumComparison(
            sums,
            evaluator.sums(
                evaluator.prepared(unit, prefix, forSums: true), input,
                evaluator.injectedFaults[index] ?? InjectedFault()))
    }
}

extension AccumulatorCheck {
    /// Whether an activation of a unit can be exactly 0: numbers of few bits cancel out, or the unit adds nothing to its input in
    /// some channel, and a zero that a ReLU made, or an image of zeros, may have come along the shortcuts.
    func canBeZero(_ layer: Int) -> Bool {
        evaluator.formats != nil || evaluator.arithmetic != .float32
            || evaluator.model.values(network.layers[layer].prefix, UnitKey.shift).contains(0)
    }
}
