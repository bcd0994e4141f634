import Execution
import Networks

/// Compares one unit's results on the same input with the float64 unit's.
struct UnitComparison {
    let name: String
    let bounds: UnitBounds
    /// |effective weight - alpha sign(w)| summed for each filter of the reference.
    let residue: [Double]

    func check(
        reference: UnitResult<Float>, binarized: UnitResult<Float>, truth: UnitResult<Double>,
        scaledInput: FeatureMap<Float>
    ) -> UnitCheck {
        let convolved = truth.convolved
        let shortcut = bounds.shortcutRounding(scaledInput: scaledInput, height: truth.output.height)
        let convolvedValues = convolved.values
        let magnitudes = reference.magnitudes
        let binarizedErrors = bounds.branchErrors(convolved) { index, channel in
            bounds.binarizedError(convolved: convolvedValues[index], channel: channel)
        }
        let referenceErrors = bounds.branchErrors(convolved) { index, channel in
            bounds.referenceError(magnitude: magnitudes[index], channel: channel, residue: residue)
        }
        return UnitCheck(
            name: name,
            binarized: worst(binarized.output, truth.output, binarizedErrors, shortcut),
            reference: worst(reference.output, truth.output, referenceErrors, shortcut))
    }

    private func worst(
        _ output: FeatureMap<Float>, _ truth: FeatureMap<Double>, _ branchErrors: FeatureMap<Double>,
        _ shortcut: [Double]?
    ) -> WorstValue {
        let errors = bounds.parameters.unit.shuffled(branchErrors).values
        let values = output.values
        let expected = truth.values
        var worst = WorstValue()
        for index in values.indices {
            let bound =
                (errors[index] + Rounding.unit * abs(expected[index]) + (shortcut?[index] ?? 0)) * Rounding.slack
            worst.include(
                Double(values[index]), expected: expected[index], bound: bound, at: output.place(of: index))
            if values[index] != Float(expected[index]),
                let distance = Measures.ulpDistance(values[index], Float(expected[index]))
            {
                worst.largestULPDistance = max(worst.largestULPDistance, distance)
            }
        }
        return worst
    }
}
