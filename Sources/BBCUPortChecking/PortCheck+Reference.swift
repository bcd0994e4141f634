import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// What the float32 reference's error says of a port's. Where the reference flips a sign, its error is that of the flip, behind
/// which a fault of the same size hides.
extension PortCheck {
    /// Whether a port errs no more than correct ones do: like a reference that has every sign of the exact values, in all and at
    /// the worst value.
    /// - Parameter comparison: the dumped module against the exact values.
    func errsAsReference(_ comparison: PortComparison, _ step: PortSession.Step, _ session: PortSession) -> Bool {
        guard comparison.referenceDeviation != nil, !comparison.leavesDoubt,
            let largest = largestErrorOfSameSigns(step, session)
        else { return false }
        // One value that is stored as another is further off than any rounding of it.
        guard comparison.storageError == 0 else { return true }
        return comparison.largestDifference <= Thresholds.spread * largest
    }

    /// The largest error of the reference over the layers of a step; nil where one of its signs is not that of the exact values,
    /// or where it cannot be run.
    private func largestErrorOfSameSigns(_ step: PortSession.Step, _ session: PortSession) -> Double? {
        let run: ReferenceDeviation.Run
        do throws(ReferenceFailure) {
            guard let made = try referenceOfSameSigns(step, session) else { return nil }
            run = made
        } catch { return nil }
        guard let right = right(step, session) else { return nil }
        let exact = step.tap.recorded(right).map
        let made = step.tap.recorded(Enclosure(exactly: run.current.asDouble)).map
        guard made.values.count == exact.values.count else { return nil }
        return zip(made.values, exact.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    /// The reference at the end of a step; nil where one of its signs is another than that of the exact values.
    private func referenceOfSameSigns(
        _ step: PortSession.Step, _ session: PortSession
    ) throws(ReferenceFailure) -> ReferenceDeviation.Run? {
        var run = try ReferenceDeviation.Run(referenceDeviation, step.start, session.input?.floatScaled)
        var (exact, scaled) = (step.start, session.input?.scaled)
        for index in step.layers {
            guard hasSameSigns(index, run.current, exact.map), let next = evaluator.run(index, exact, scaled) else {
                return nil
            }
            exact = next
            if network.layers[index].operation == .scaleByK { scaled = exact }
            try run.advance(index)
        }
        return run
    }

    private func hasSameSigns(_ index: Int, _ float: FeatureMap<Float>, _ exact: FeatureMap<Double>) -> Bool {
        let layer = network.layers[index]
        guard layer.operation.unit != nil else { return true }
        let shift = evaluator.model.values(layer.prefix, UnitKey.shift).map(Double.init)
        func sign(_ value: Double) -> Int { value > 0 ? 1 : value < 0 ? -1 : 0 }
        return exact.values.indices.allSatisfy { place in
            let bias = shift[place % shift.count]
            return sign(Double(float.values[place]) + bias) == sign(exact.values[place] + bias)
        }
    }

    /// A unit's output against its sums and its input, for a port that sums in float32 beside: nil where it errs more than such a
    /// port.
    package func floatComparison(
        _ output: Tap, _ layer: Int, sums: FeatureMap<Double>, _ known: Enclosure, _ input: PortInput?
    ) -> PortComparison? {
        guard let wide = evaluator.run(layer, sums: sums, known, input?.scaled),
            var result = PortComparison(output.map, wide, storageRadius: output.storageRadius), result.holds
        else { return nil }
        do throws(ReferenceFailure) {
            result.referenceDeviation = try referenceDeviation.rootMeanSquare(
                layer..<layer + 1, from: known, scaledInput: input?.floatScaled, exact: wide.map, recorded: { $0 })
        } catch { return nil }
        result.storageError = output.usualStorageError
        return result.leavesDoubt ? nil : result
    }
}
