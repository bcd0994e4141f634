import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// Tries the faults that can have made wrong sums, and reports those under which the dump is right.
struct AccumulatorDiagnosis {
    private let check: AccumulatorCheck
    private let session: AccumulatorSession

    init(_ check: AccumulatorCheck, _ session: AccumulatorSession) {
        self.check = check
        self.session = session
    }

    /// The faults that explain the first wrong array, the simplest first; where the likely ones lost too much of it,
    /// those of them that explain another.
    /// - Returns: the faults, and a note where they are another array's.
    func diagnose() -> (diagnoses: [PortReport.Diagnosis], note: PortNote?) {
        guard let wrong = session.wrong.first else { return ([], nil) }
        let first = answer(wrong)
        guard first.diagnoses.isEmpty, wrong.input == nil, !first.open.isEmpty else {
            return (distinct(first.diagnoses, of: 0), nil)
        }
        for place in session.wrong.indices.dropFirst().prefix(Thresholds.mostOtherSums) {
            let found = first.open.flatMap { answer(session.wrong[place], ids: [$0]).diagnoses }
            guard !found.isEmpty else { continue }
            let note = PortNote.faultOfOtherSums(lost: wrong.tap.name, found: session.wrong[place].tap.name)
            return (distinct(found, of: place), note)
        }
        return ([], nil)
    }

    /// Each fault once, with what else it explains.
    /// - Parameter place: the place of the array that it was found in.
    private func distinct(_ diagnoses: [PortReport.Diagnosis], of place: Int) -> [PortReport.Diagnosis] {
        var seen: Set<Set<FaultID>> = []
        return diagnoses.filter { seen.insert(Set($0.ids)).inserted }.map { diagnosis in
            var diagnosis = diagnosis
            diagnosis.others = others(diagnosis.ids, than: place)
            return diagnosis
        }
    }

    /// What was found out about a wrong array.
    private struct Answer {
        var diagnoses: [PortReport.Diagnosis] = []
        /// Single faults that can be neither proved nor ruled out.
        var open: [FaultID] = []
    }

    /// - Parameter ids: the only fault to try, or the only pair; nil for all.
    private func answer(_ wrong: AccumulatorSession.Wrong, ids: [FaultID]? = nil) -> Answer {
        if wrong.output != nil { return Answer(diagnoses: ofOutput(wrong)) }
        let faults = SumFaults(
            check.evaluator, wrong.tap, session.taps, isKnown: wrong.input != nil, ids: ids.map(Set.init))
        let all = faults.names + faults.singles + faults.moved
        let found = answer(wrong, all.filter { ids == nil || $0.ids == ids }, ids)
        guard found.diagnoses.isEmpty, ids?.count != 1 else { return found }
        // Thousands of pairs: too many for a large map.
        guard max(wrong.tap.sums.height, wrong.tap.sums.width) <= Thresholds.largestSystem.side else { return found }
        let pairs = faults.pairs.filter { ids == nil || $0.ids == ids }
        return Answer(diagnoses: answer(wrong, pairs, []).diagnoses, open: found.open)
    }

    /// - Parameter ids: the only faults to try between the sums before and these; nil for all.
    private func answer(
        _ wrong: AccumulatorSession.Wrong, _ faults: [Hypothesis], _ ids: [FaultID]?
    ) -> Answer {
        if wrong.input != nil {
            let known = InputFaults(check, wrong, scaledInput: session.input?.scaled)
            let diagnoses = InputFaults.best(known.within(faults) + known.before(ids: ids)).map(\.diagnosis)
            guard let ids, diagnoses.isEmpty else { return Answer(diagnoses: diagnoses) }
            return Answer(open: !known.canTell || faults.contains(where: known.leavesOpen) ? ids : [])
        }
        var unknown = SignFaults(check, wrong)
        let diagnoses = unknown.diagnoses(faults)
        return Answer(diagnoses: diagnoses, open: unknown.open)
    }

    /// A fault with which the unit makes its output of the dumped sums.
    private func ofOutput(_ wrong: AccumulatorSession.Wrong) -> [PortReport.Diagnosis] {
        guard let output = wrong.output, let input = wrong.input else { return [] }
        let context = FaultContext(check.evaluator, layers: wrong.layer..<wrong.layer + 1)
        return context.hypotheses([.unit, .order]).compactMap { hypothesis in
            let made = hypothesis.evaluator.run(
                wrong.layer, sums: wrong.tap.sums, input, session.input?.scaled)
            guard let made, let comparison = PortComparison(output.map, made, storageRadius: output.storageRadius),
                comparison.holds
            else { return nil }
            return .init(
                hypothesis, module: output.name, share: comparison.share,
                largestDifference: comparison.largestDifference)
        }
    }

    /// How many of the other wrong arrays the same fault explains, of those that can be told.
    private func others(_ ids: [FaultID], than place: Int) -> PortReport.Diagnosis.Explained? {
        let rest = session.wrong.dropFirst(place + 1)
        var result = PortReport.Diagnosis.Explained(holding: 0, compared: 0, wrong: session.wrong.count - 1)
        for wrong in rest.prefix(Thresholds.mostOtherSums) {
            let answer = answer(wrong, ids: ids)
            guard !answer.diagnoses.isEmpty || answer.open.isEmpty else { continue }
            result.compared += 1
            if answer.diagnoses.contains(where: { $0.ids == ids }) { result.holding += 1 }
        }
        return result.compared > 0 ? result : nil
    }
}
