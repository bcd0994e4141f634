import Execution
import Networks

/// Undoes faults in sums whose unit's input nobody knows: what is left has to be made by signs.
struct SignFaults {
    private let check: AccumulatorCheck
    private let wrong: AccumulatorSession.Wrong
    private let isSolvable: Bool

    init(_ check: AccumulatorCheck, _ wrong: AccumulatorSession.Wrong) {
        self.check = check
        self.wrong = wrong
        let (height, width) = (wrong.tap.sums.height, wrong.tap.sums.width)
        isSolvable =
            check.network.layers[wrong.layer].operation.unit.map {
                SignSystem.isSolvable($0, height: height, width: width)
            } ?? false
    }

    /// The faults that, undone, leave sums which signs make.
    func diagnoses(_ faults: [SumFaults.Candidate]) -> [PortReport.Diagnosis] {
        var systems: [SystemKey: SignSystem?] = [:]
        return faults.compactMap { diagnosis($0, &systems) }
    }

    /// What a linear system depends on.
    private struct SystemKey: Hashable {
        var weights: [Float]
        var repeatsEdge: Bool
    }

    private func diagnosis(
        _ fault: SumFaults.Candidate, _ systems: inout [SystemKey: SignSystem?]
    ) -> PortReport.Diagnosis? {
        let interpreter = fault.hypothesis.interpreter
        guard changesSums(fault), let recovery = SignRecovery(interpreter, layer: wrong.layer) else { return nil }
        let sums = fault.rereading?(wrong.tap.sums) ?? wrong.tap.sums
        guard sums.values.allSatisfy({ $0 == $0.rounded() }) else { return nil }
        let deviation = interpreter.deviations[wrong.layer] ?? Deviation()
        func proved() -> PortReport.Diagnosis {
            .init(fault, module: wrong.tap.name, proof: .signs(sums: sums.values.count))
        }
        guard let plain = recovery.plain(sums) else {
            guard isSolvable, fault.with == nil, let lossy = deviation.sums else { return nil }
            return recovery.signsOfClipped(sums, lossy) == nil ? nil : proved()
        }
        // Cheap, and few wrong guesses pass; beyond the repeated edge other taps count.
        if !deviation.padsWithEdge {
            var undone = wrong.tap
            undone.sums = plain
            let violations = check.violations(undone)
            let isPossible = violations.fractional + violations.beyondCount == 0
            let hasParity = violations.wrongParity == 0
            guard isPossible, hasParity || check.network.canBeZero(atUnit: wrong.layer, check.interpreter.model) else {
                return nil
            }
        }
        if !check.network.canBeZero(atUnit: wrong.layer, check.interpreter.model) {
            let parity = PairParity(
                recovery.unit, weights: recovery.weights, repeatsEdge: deviation.padsWithEdge)
            guard parity.isPossible(plain) else { return nil }
        }
        guard isSolvable else { return weakDiagnosis(fault) }
        let key = SystemKey(weights: recovery.weights, repeatsEdge: deviation.padsWithEdge)
        if systems[key] == nil { systems[key] = recovery.system(height: plain.height, width: plain.width) }
        guard var system = systems[key] ?? nil else { return nil }
        let signs = SignRecovery.signs(system.solve(plain))
        return recovery.reproduces(signs, sums) ? proved() : nil
    }

    /// For sums of a large map: that undoing the fault makes possible what is impossible as it stands.
    private func weakDiagnosis(_ fault: SumFaults.Candidate) -> PortReport.Diagnosis? {
        let deviation = fault.hypothesis.interpreter.deviations[wrong.layer] ?? Deviation()
        guard deviation.sums != nil || fault.rereading != nil, fault.with == nil else { return nil }
        return .init(fault, module: wrong.tap.name, proof: .bounds)
    }

    /// Whether a fault can show in sums whose signs are free: one that only renames or negates the signs cannot.
    private func changesSums(_ fault: SumFaults.Candidate) -> Bool {
        guard fault.rereading == nil else { return true }
        guard let right = SignRecovery(check.interpreter, layer: wrong.layer),
            let other = SignRecovery(fault.hypothesis.interpreter, layer: wrong.layer)
        else { return false }
        return !other.makesTheSameSums(as: right)
    }
}
