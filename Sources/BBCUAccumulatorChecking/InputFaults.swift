import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// Faults with which a unit's known input makes the dumped sums, in so far as no doubtful sign moves them.
///
/// A fault has to explain what is wrong: put wrong sums right that it leaves no more in doubt, and, where the sums are few enough
/// to be solved for their signs and some are in doubt, have them made by signs.
struct InputFaults {
    private let check: AccumulatorCheck
    private let wrong: AccumulatorSession.Wrong
    private let scaledInput: Enclosure?
    private let right: SumComparison?

    init(_ check: AccumulatorCheck, _ wrong: AccumulatorSession.Wrong, scaledInput: Enclosure?) {
        self.check = check
        self.wrong = wrong
        self.scaledInput = scaledInput
        right = wrong.comparison
    }

    /// A fault that explains the sums.
    struct Found {
        var diagnosis: PortReport.Diagnosis
        /// Sums that are wrong without the fault and right with it.
        var explained: Int
        /// Sums that no doubtful sign moves.
        var certain: Int
        /// What the unit was given, with a fault that lies before it.
        var input: Enclosure?
    }

    /// Whether some sums are certain, so that faults can be told.
    var canTell: Bool { (right?.certain ?? 0) > 0 }

    /// Whether a fault leaves what is wrong in doubt, so that it can be neither proved nor ruled out.
    func leavesOpen(_ fault: Hypothesis) -> Bool {
        guard let input = wrong.input, let right else { return false }
        let sums = fault.rereading?(wrong.tap.sums) ?? wrong.tap.sums
        let made = check.comparison(fault.evaluator, wrong.layer, input, sums)
        return made.map { $0.wrong.isEmpty && $0.rights(right) < right.wrong.count } ?? false
    }

    /// Those that explain the most: what is proved by fewer sums is no rival.
    static func best(_ found: [Found]) -> [Found] {
        func rank(_ found: Found) -> (Int, Int) { (found.explained, found.certain) }
        let most = found.map(rank).max { $0 < $1 }
        return found.filter { found in most.map { rank(found) == $0 } ?? false }
    }

    /// The faults of the unit itself, and of what was written, that explain its sums.
    func within(_ faults: [Hypothesis]) -> [Found] {
        guard let right, let input = wrong.input else { return [] }
        var signs = SignFaults(check, wrong)
        return faults.compactMap { fault in
            let sums = fault.rereading?(wrong.tap.sums) ?? wrong.tap.sums
            guard let made = check.comparison(fault.evaluator, wrong.layer, input, sums), made.holds,
                right.wrong.isEmpty || made.explained(right) > 0
            else { return nil }
            if check.losesSums(wrong.layer) {
                // No signs can be told from what is left of the sums.
                guard !right.wrong.isEmpty else { return nil }
            } else if made.certain < sums.values.count || right.wrong.isEmpty {
                let answer = signs.answer(fault, near: made.expected.map)
                let isMade = answer == .made || answer == .possible && (wrong.finding?.isImpossible ?? false)
                // Nothing that the input makes for certain was wrong: it was the signs, or the parity.
                guard right.wrong.isEmpty ? isMade : answer != .impossible else { return nil }
            }
            return found(.init(fault, module: wrong.tap.name, proof: proof(made)), made)
        }
    }

    private func proof(_ made: SumComparison) -> PortReport.Diagnosis.SumProof {
        guard let right, !right.wrong.isEmpty else { return .signs(sums: wrong.tap.sums.values.count) }
        return .input(certain: made.certain, sums: wrong.tap.sums.values.count, explained: made.explained(right))
    }

    private func found(
        _ diagnosis: PortReport.Diagnosis, _ made: SumComparison, input: Enclosure? = nil
    ) -> Found {
        Found(
            diagnosis: diagnosis, explained: right.map(made.explained) ?? 0, certain: made.certain, input: input)
    }

    /// The faults of what lies between the last sums that were dumped, or the image, and these: with them the unit, which
    /// is right, is given what makes its sums.
    /// - Parameter ids: the only faults to try; nil for all.
    func before(ids: [FaultID]?) -> [Found] {
        guard let origin = wrong.origin, let right, !right.wrong.isEmpty, wrong.finding?.hasNoSigns == false,
            wrong.finding?.isImpossible == false,
            let module = (origin.layer..<wrong.layer).last(where: { check.network.tapName(ofLayer: $0) != nil })
        else { return [] }
        let units = (origin.layer..<wrong.layer).filter { check.network.layers[$0].operation.unit != nil }
        // Sums that nobody dumped lie between: that is too far for one fault to be told from another.
        guard units.count == (origin.sums == nil ? 0 : 1) else { return [] }
        return hypotheses(origin, ids).compactMap { hypothesis in
            guard let input = input(hypothesis, origin),
                let made = check.comparison(check.evaluator, wrong.layer, input, wrong.tap.sums), made.holds,
                made.explained(right) > 0
            else { return nil }
            let proof = PortReport.Diagnosis.SumProof.input(
                certain: made.certain, sums: wrong.tap.sums.values.count, explained: made.explained(right),
                of: wrong.tap.name)
            let diagnosis = PortReport.Diagnosis(
                hypothesis, module: check.network.tapName(ofLayer: module) ?? "", proof: proof)
            return found(diagnosis, made, input: input)
        }
    }

    private func hypotheses(_ origin: AccumulatorSession.Origin, _ ids: [FaultID]?) -> [Hypothesis] {
        var context = FaultContext(check.evaluator, layers: origin.layer..<wrong.layer)
        context.image = origin.input.map
        return context.hypotheses([.unit, .order, .input, .network, .image], ids: ids.map(Set.init))
            .filter { !$0.onlyRounds }
    }

    /// What the unit is given with a fault before it.
    private func input(_ hypothesis: Hypothesis, _ origin: AccumulatorSession.Origin) -> Enclosure? {
        let evaluator = hypothesis.evaluator
        guard let sums = origin.sums else {
            var start = origin.input
            if let change = hypothesis.changesInput {
                start = Enclosure(exactly: change(start.map)).rounded(evaluator.arithmetic)
            }
            return evaluator.run(origin.layer..<wrong.layer, from: start, scaledInput: scaledInput)
        }
        return evaluator.run(origin.layer, sums: sums.sums, origin.input, scaledInput).flatMap {
            evaluator.run(origin.layer + 1..<wrong.layer, from: $0, scaledInput: scaledInput)
        }
    }
}
