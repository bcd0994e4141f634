import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// Undoes faults in sums whose unit's input nobody knows: what is left has to be made by signs.
struct SignFaults {
    private let check: AccumulatorCheck
    private let wrong: AccumulatorSession.Wrong
    private let isSolvable: Bool
    private var systems: [SystemKey: SignSystem?] = [:]
    /// Single faults that were met and can be neither proved nor ruled out.
    private(set) var open: [FaultID] = []

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
    mutating func diagnoses(_ faults: [Hypothesis]) -> [PortReport.Diagnosis] {
        faults.filter(changesSums).compactMap { fault in
            switch answer(fault) {
            case .made: return .init(fault, module: wrong.tap.name, proof: .signs(sums: wrong.tap.sums.values.count))
            case .possible: return weakDiagnosis(fault)
            case .open:
                if fault.faults.count == 1, !open.contains(fault.id) { open.append(fault.id) }
                return nil
            case .impossible: return nil
            }
        }
    }

    /// What sums say of a fault.
    enum Answer {
        /// With the fault, signs make them.
        case made
        /// They pass the bound and the parity; they are too many to be solved for signs.
        case possible
        /// No signs make them, with the fault.
        case impossible
        /// The fault loses what they were, and it was not found again.
        case open
    }

    /// What a linear system depends on.
    private struct SystemKey: Hashable {
        var weights: [Float]
        var repeatsEdge: Bool
    }

    /// Whether signs make the dumped sums with a fault.
    /// - Parameter expected: the sums that the unit's input makes with the fault, where that is known.
    mutating func answer(_ fault: Hypothesis, near expected: FeatureMap<Double>? = nil) -> Answer {
        let evaluator = fault.evaluator
        guard let recovery = SignRecovery(evaluator, layer: wrong.layer) else { return .impossible }
        let sums = fault.rereading?(wrong.tap.sums) ?? wrong.tap.sums
        guard sums.values.allSatisfy({ $0 == $0.rounded() }) else { return .impossible }
        let injectedFault = fault.injectedFault(inLayer: wrong.layer)
        guard let plain = recovery.plain(sums) else {
            // A sum that was lost and is not in doubt is the input's.
            guard expected == nil, isSolvable, fault.faults.count == 1, let lossy = injectedFault.sums else {
                return .open
            }
            return recovery.signsOfClipped(sums, lossy) == nil ? .open : .made
        }
        guard isPossible(plain, recovery, injectedFault) else { return .impossible }
        guard isSolvable else { return .possible }
        let key = SystemKey(weights: recovery.weights, repeatsEdge: injectedFault.padsWithEdge)
        if systems[key] == nil { systems[key] = recovery.system(height: plain.height, width: plain.width) }
        guard var system = systems[key] ?? nil else { return .open }
        return recovery.reproduces(SignRecovery.signs(system.solve(plain)), sums) ? .made : .impossible
    }

    /// What is cheap to ask, and passed by few wrong guesses.
    private func isPossible(
        _ plain: FeatureMap<Double>, _ recovery: SignRecovery, _ injectedFault: InjectedFault
    ) -> Bool {
        let canBeZero = check.canBeZero(wrong.layer)
        // Beyond the repeated edge other taps count.
        if !injectedFault.padsWithEdge {
            var undone = wrong.tap
            undone.sums = plain
            let violations = check.violations(undone)
            guard violations.fractional + violations.beyondCount == 0, violations.wrongParity == 0 || canBeZero else {
                return false
            }
        }
        let parity = PairParity(recovery.unit, weights: recovery.weights, repeatsEdge: injectedFault.padsWithEdge)
        return canBeZero || parity.isPossible(plain)
    }

    /// For sums of a large map: that undoing the fault makes possible what is impossible as it stands.
    private func weakDiagnosis(_ fault: Hypothesis) -> PortReport.Diagnosis? {
        let injectedFault = fault.injectedFault(inLayer: wrong.layer)
        guard injectedFault.sums != nil || fault.rereading != nil, fault.faults.count == 1 else { return nil }
        // Without the parity, sums in other places pass the bound by chance.
        guard !fault.movesSums || !check.canBeZero(wrong.layer) else { return nil }
        return .init(fault, module: wrong.tap.name, proof: .bounds)
    }

    /// Whether a fault can show in sums whose signs are free: one that only renames or negates the signs cannot.
    private func changesSums(_ fault: Hypothesis) -> Bool {
        guard fault.rereading == nil else { return true }
        guard let right = SignRecovery(check.evaluator, layer: wrong.layer),
            let other = SignRecovery(fault.evaluator, layer: wrong.layer)
        else { return false }
        return !other.makesTheSameSums(as: right)
    }
}
