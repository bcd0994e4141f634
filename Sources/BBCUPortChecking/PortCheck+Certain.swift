import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// Steps on which every sign is certain. A right port either has integer sums, or sums alpha times signs in float32 and is
/// hundreds of times as far from float64 by its bound, though hardly by its error. Where integer sums leave no sign in doubt,
/// the wide bound of the other kind must not hide a fault.
extension PortCheck {
    /// Whether no sign of a port with integer sums may be another on an image.
    package func isCertain(_ input: PortInput) -> Bool {
        guard let integers else { return false }
        return integers.run(network.layers.indices, from: input.image, scaledInput: input.scaled)?.isSure ?? false
    }

    /// A step with integer sums; nil if a sign may be another in a correct port.
    func certainRun(_ step: PortSession.Step, _ session: PortSession) -> Enclosure? {
        certainRun(step.layers, from: step.start, session.input) { _, _ in true }
    }

    /// - Parameter goesOn: is given every layer with its input before it is run; false ends the run.
    private func certainRun(
        _ layers: Range<Int>, from start: Enclosure, _ input: PortInput?,
        _ goesOn: (_ layer: Int, _ input: Enclosure) -> Bool
    ) -> Enclosure? {
        guard let integers else { return nil }
        var current = start
        var scaled = input?.scaled
        for index in layers {
            guard goesOn(index, current), let next = integers.run(index, current, scaled), next.isSure,
                next.map.values.allSatisfy(\.isFinite)
            else { return nil }
            current = next
            if network.layers[index].operation == .scaleByK { scaled = current }
        }
        return current
    }

    /// A dumped module against the bound of rounding alone; nil if a sign may be another in a right port.
    /// - Parameter wide: the same by the bound of all right ports, with the reference's error.
    func certainComparison(
        _ step: PortSession.Step, _ session: PortSession, like wide: PortComparison
    ) -> PortComparison? {
        guard let run = certainRun(step, session), var result = compare(step, run, like: wide) else { return nil }
        guard !result.holds else { return result }
        // A port that sums in float32 errs by more than the bound of integer sums allows, if rarely.
        var settled = evaluator
        settled.doubts = .settled
        if let run = settled.run(step.layers, from: step.start, scaledInput: session.input?.scaled),
            let other = compare(step, run, like: wide), other.beyond == 0, errsAsReference(other, step, session)
        {
            return other.judgedByItsError
        }
        guard floatSumsKeepSigns(step, session) else { return nil }
        result.usual = nil
        return result
    }

    private func compare(
        _ step: PortSession.Step, _ run: Enclosure, like wide: PortComparison
    ) -> PortComparison? {
        let enclosure = step.tap.recorded(run)
        guard var result = PortComparison(step.tap.map, enclosure, storageRadius: step.tap.storageRadius) else {
            return nil
        }
        result.isSure = true
        (result.referenceDeviation, result.storageError) = (wide.referenceDeviation, wide.storageError)
        (result.errorRatio, result.referenceFailure) = (wide.errorRatio, wide.referenceFailure)
        return result
    }

    /// Whether the signs are certain in a port that sums in float32 too: the reference, which does, is many times closer to
    /// the exact values than these are to their thresholds.
    private func floatSumsKeepSigns(_ step: PortSession.Step, _ session: PortSession) -> Bool {
        floatSumsKeepSigns(step.layers, from: step.start, session.input)
    }

    /// The same in the whole network.
    package func floatSumsKeepSigns(_ input: PortInput) -> Bool {
        floatSumsKeepSigns(network.layers.indices, from: input.image, input)
    }

    private func floatSumsKeepSigns(_ layers: Range<Int>, from start: Enclosure, _ input: PortInput?) -> Bool {
        do throws(ReferenceFailure) {
            var run = try ReferenceDeviation.Run(referenceDeviation, start, input?.floatScaled)
            var failure: ReferenceFailure?
            let end = certainRun(layers, from: start, input) { index, exact in
                guard keepsSigns(index, run.current, exact.map) else { return false }
                do throws(ReferenceFailure) { try run.advance(index) } catch {
                    failure = error
                    return false
                }
                return true
            }
            if let failure { throw failure }
            return end != nil
        } catch {
            // What cannot be run in float32 has no signs there.
            return false
        }
    }

    private func keepsSigns(_ index: Int, _ input: FeatureMap<Float>, _ exact: FeatureMap<Double>) -> Bool {
        let layer = network.layers[index]
        guard layer.operation.unit != nil else { return true }
        let shift = evaluator.model.values(layer.prefix, UnitKey.shift)
        return exact.values.indices.allSatisfy { place in
            let error = abs(Double(input.values[place]) - exact.values[place])
            return error == 0
                || Thresholds.spread * error < abs(exact.values[place] + Double(shift[place % shift.count]))
        }
    }

    /// The known faults that reproduce the first wrong step of a session. Where every sign is certain, those of a port with
    /// integer sums: their bounds are narrow, so that fewer faults fit, and still far beyond what float32 sums err by.
    package func knownFaults(
        _ session: PortSession, previous: FeatureMap<Float>?, onlyImages: Bool = false,
        progress: @escaping Progress = { _, _ in }
    ) -> [PortReport.Diagnosis] {
        var (check, session) = (self, session)
        if let integers = withIntegerSums, let step = session.wrong.first, right(step, session)?.isSure == false,
            let run = certainRun(step, session)
        {
            check = integers
            session.wrong[0].right = run
        }
        return FaultDiagnosis(check, session, previous: previous, onlyImages: onlyImages, progress: progress).diagnose()
    }
}
