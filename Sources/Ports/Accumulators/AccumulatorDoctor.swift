import Execution
import Networks

/// Tries the faults that can have made wrong sums, and reports those under which the dump is right.
struct AccumulatorDoctor {
    private let check: AccumulatorCheck
    private let session: AccumulatorSession

    init(_ check: AccumulatorCheck, _ session: AccumulatorSession) {
        self.check = check
        self.session = session
    }

    /// The faults that explain the first wrong array, the simplest first.
    func diagnose() -> [PortReport.Diagnosis] {
        guard let wrong = session.wrong.first else { return [] }
        var seen: Set<String> = []
        return diagnoses(wrong).filter { seen.insert($0.ids.sorted().joined(separator: " ")).inserted }
            .map { diagnosis in
                var diagnosis = diagnosis
                diagnosis.others = others(diagnosis.ids)
                return diagnosis
            }
    }

    /// - Parameter ids: the only fault to try, or the only pair; nil for all.
    private func diagnoses(_ wrong: AccumulatorSession.Wrong, ids: [String]? = nil) -> [PortReport.Diagnosis] {
        if wrong.output != nil { return ofOutput(wrong) }
        let singles = SumFaults(check.interpreter, layer: wrong.layer).candidates
        let found = diagnoses(wrong, singles.filter { ids == nil || [$0.hypothesis.id] == ids })
        guard found.isEmpty, ids?.count != 1 else { return found }
        // Thousands of pairs: too many for a large map.
        guard max(wrong.tap.sums.height, wrong.tap.sums.width) <= SignSystem.largest.side else { return [] }
        let pairs = SumFaultPairs(singles, check.interpreter, layer: wrong.layer).candidates
        return diagnoses(wrong, pairs.filter { ids == nil || [$0.hypothesis.id, $0.with ?? ""] == ids })
    }

    private func diagnoses(
        _ wrong: AccumulatorSession.Wrong, _ faults: [SumFaults.Candidate]
    ) -> [PortReport.Diagnosis] {
        if let input = wrong.input { return faults.compactMap { ofKnownInput($0, wrong, input) } }
        return SignFaults(check, wrong).diagnoses(faults)
    }

    /// A fault with which the known input makes exactly the dumped sums.
    private func ofKnownInput(
        _ fault: SumFaults.Candidate, _ wrong: AccumulatorSession.Wrong, _ input: Estimate
    ) -> PortReport.Diagnosis? {
        let sums = fault.rereading?(wrong.tap.sums) ?? wrong.tap.sums
        let found = check.expected(fault.hypothesis.interpreter, wrong.layer, input, sums)
        // Where a doubtful sign reaches every sum, none is left that could show anything.
        guard let found, found.wrong == 0, found.count > found.doubtful else { return nil }
        return .init(
            fault, module: wrong.tap.name, proof: .input(sums: found.count - found.doubtful))
    }

    /// A fault with which the unit makes its output of the dumped sums.
    private func ofOutput(_ wrong: AccumulatorSession.Wrong) -> [PortReport.Diagnosis] {
        guard let output = wrong.output, let input = wrong.input else { return [] }
        var builder = HypothesisBuilder(check.interpreter, layers: wrong.layer..<wrong.layer + 1)
        builder.addUnitHypotheses()
        builder.addWeightHypotheses()
        return builder.hypotheses.compactMap { hypothesis in
            let made = check.output(
                hypothesis.interpreter, wrong.layer, wrong.tap.sums, input, session.input?.scaled)
            guard let made, let comparison = PortComparison(output.map, made, storageRadius: output.storageRadius),
                comparison.holds
            else { return nil }
            return .init(
                id: hypothesis.id, module: output.name, change: hypothesis.change, share: comparison.share,
                largestDifference: comparison.largestDifference)
        }
    }

    /// How many of the other wrong arrays the same fault explains.
    private func others(_ ids: [String]) -> PortReport.Diagnosis.Explained? {
        let rest = session.wrong.dropFirst().prefix(Self.mostOthers)
        guard !rest.isEmpty else { return nil }
        return .init(holding: rest.count { !diagnoses($0, ids: ids).isEmpty }, compared: rest.count)
    }

    /// So many others say enough.
    private static let mostOthers = 4
}

extension PortReport.Diagnosis {
    init(_ fault: SumFaults.Candidate, module: String, proof: SumProof) {
        self.init(
            id: fault.hypothesis.id, with: fault.with, module: module, change: fault.hypothesis.change, share: 0,
            largestDifference: 0, proof: proof)
    }
}
