import Execution
import Networks
import Tensors

/// Checks integer sums that a port dumped: nothing else need be known of its run.
public struct AccumulatorCheck: Sendable {
    let interpreter: Interpreter

    /// Prepares a check.
    /// - Parameter arithmetic: how the port rounds what it makes of the sums.
    public init(_ model: Model, arithmetic: Arithmetic = .float32, kernels: Kernels) {
        interpreter = Interpreter(model: model, arithmetic: arithmetic, kernels: kernels)
    }

    var network: Network { interpreter.network }

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
        var session = try AccumulatorSession(dump, network, input.map { PortInput(interpreter, image: $0) }, names)
        var report = PortReport()
        report.arithmetic = interpreter.arithmetic
        report.notes = session.notes
        report.unused = session.unused
        let total = session.taps.count
        for index in network.layers.indices {
            let known = session.input(ofLayer: index)
            if network.layers[index].operation.unit != nil {
                report.modules += modules(index, known, &session)
                if session.taps[index] != nil { progress(report.modules.count { $0.accumulators != nil }, total) }
            }
            session.advance(over: index, from: known, interpreter)
        }
        report.notes += notes(report)
        report.firstWrong = report.modules.first { $0.verdict == .fails || $0.verdict == .wrongSize }?.name
        report.diagnoses = AccumulatorDoctor(self, session).diagnose()
        return report
    }

    /// What the report says of a unit: its sums, and its output where that is dumped too.
    private func modules(
        _ index: Int, _ known: Estimate?, _ session: inout AccumulatorSession
    ) -> [PortReport.Module] {
        let prefix = network.layers[index].prefix
        let name = AccumulatorTap.name(prefix)
        guard let tap = session.taps[index] else {
            let misfit = session.misfits[index]
            return [.init(name: name, verdict: misfit == nil ? .absent : .wrongSize, suspicion: misfit)]
        }
        var module = PortReport.Module(name: name, verdict: .notCompared)
        let finding = self.finding(tap, known)
        module.accumulators = finding
        module.verdict = verdict(finding)
        module.start = finding.expected == nil ? nil : "the unit's input"
        if module.verdict == .fails { session.wrong.append(.init(layer: index, tap: tap, input: known, output: nil)) }
        guard let output = session.outputs[index], let known else { return [module] }
        var whole = PortReport.Module(name: prefix, verdict: .notCompared)
        whole.start = name
        if let estimate = self.output(interpreter, index, tap.sums, known, session.input?.scaled) {
            whole.local = PortComparison(output.map, estimate, storageRadius: output.storageRadius)
            whole.verdict = whole.local.map { $0.holds ? .holds : .fails } ?? .notCompared
        }
        if whole.verdict == .fails {
            session.wrong.append(.init(layer: index, tap: tap, input: known, output: output))
        }
        return [module, whole]
    }

    /// What a unit makes of dumped sums.
    func output(
        _ interpreter: Interpreter, _ index: Int, _ sums: FeatureMap<Double>, _ input: Estimate,
        _ scaledInput: Estimate?
    ) -> Estimate? {
        guard let unit = interpreter.network.layers[index].operation.unit else { return nil }
        let prefix = interpreter.network.layers[index].prefix
        return interpreter.output(
            interpreter.prepared(unit, prefix), known: sums, input, scaledInput,
            interpreter.deviations[index] ?? Deviation())
    }

    private func finding(_ tap: AccumulatorTap, _ known: Estimate?) -> AccumulatorFinding {
        let violations = violations(tap)
        var finding = AccumulatorFinding(
            test: .bounds, fractional: violations.fractional, beyondCount: violations.beyondCount,
            wrongParity: network.canBeZero(atUnit: tap.layer, interpreter.model) ? nil : violations.wrongParity,
            signs: nil, expected: nil)
        if let known {
            finding.expected = expected(interpreter, tap.layer, known, tap.sums)
            if finding.expected != nil { finding.test = .input }
            // No sign is in doubt: whatever the signs are, these are the sums.
            if let expected = finding.expected, expected.doubtful == 0, expected.wrong == 0 { return finding }
        }
        if let recovery = SignRecovery(interpreter, layer: tap.layer),
            var system = recovery.system(height: tap.sums.height, width: tap.sums.width)
        {
            finding.signs = recovery.finding(system.solve(tap.sums), makes: tap.sums)
            if finding.expected == nil { finding.test = .signs }
        }
        return finding
    }

    /// The sums that no signs make.
    func violations(_ tap: AccumulatorTap) -> SumCounts.Violations {
        guard let unit = network.layers[tap.layer].operation.unit else { return SumCounts.Violations() }
        let parameters = UnitParameters(unit, prefix: tap.prefix, model: interpreter.model)
        return SumCounts(unit, weights: parameters.weightSigns).violations(tap.sums)
    }

    /// Dumped sums against those of a known input; nil where the sizes differ.
    func expected(
        _ interpreter: Interpreter, _ index: Int, _ input: Estimate, _ sums: FeatureMap<Double>
    ) -> AccumulatorFinding.Expected? {
        guard let unit = interpreter.network.layers[index].operation.unit,
            (input.map.height, input.map.width, input.map.channels) == (sums.height, sums.width, unit.inputs)
        else { return nil }
        let prefix = interpreter.network.layers[index].prefix
        let ours = interpreter.sums(
            interpreter.prepared(unit, prefix), input, interpreter.deviations[index] ?? Deviation()
        ).estimate
        var result = AccumulatorFinding.Expected(
            wrong: 0, count: sums.values.count, place: nil, value: 0, expected: 0,
            doubtful: ours.radius.count { $0 > 0 })
        for place in sums.values.indices {
            // A sum that is no number is wrong too.
            let isRight = abs(sums.values[place] - ours.map.values[place]) <= ours.radius[place]
            guard !isRight else { continue }
            result.wrong += 1
            guard result.place == nil else { continue }
            result.place = sums.place(of: place)
            (result.value, result.expected) = (sums.values[place], ours.map.values[place])
        }
        return result
    }

    private func verdict(_ finding: AccumulatorFinding) -> PortReport.Verdict {
        let isImpossible = finding.fractional + finding.beyondCount + (finding.wrongParity ?? 0) > 0
        let isWrong = finding.expected.map { $0.wrong > 0 } ?? false
        let hasNoSigns = finding.signs.map { !$0.reproduce } ?? false
        return isImpossible || isWrong || hasNoSigns ? .fails : .holds
    }

    /// What a reader should know of how much was asked.
    private func notes(_ report: PortReport) -> [String] {
        let judged = report.modules.compactMap(\.accumulators)
        let weak = judged.count { $0.test == .bounds }
        var notes: [String] = []
        if weak > 0 {
            notes.append(
                "\(weak) of \(judged.count) units are judged by |S| <= n and the parity of n alone, which many faults "
                    + "pass; give --input, or dump sums of an input of at most 8x8 pixels")
        }
        if judged.contains(where: { $0.test == .signs }) {
            notes.append(
                "sums alone do not show which signs are right: a shift, the polarity of bits and the order of channels "
                    + "are judged where --input is given or the unit's input is in the dump")
        }
        return notes
    }
}

extension Network {
    /// Whether an activation of a unit can be exactly 0: it adds nothing to its input in some channel, and a zero that a
    /// ReLU made, or an image of zeros, may have come along the shortcuts.
    func canBeZero(atUnit index: Int, _ model: Model) -> Bool {
        model.values(layers[index].prefix, UnitKey.shift).contains(0)
    }
}
