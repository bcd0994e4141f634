import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// What the results of a unit on the same input may be off from the float64 unit's.
struct UnitComparison {
    let bounds: UnitBounds
    /// |effective weight - alpha sign(w)| summed for each filter of the reference.
    let residue: [Double]

    /// The bounds of a part of the unit's output.
    ///
    /// - Parameters:
    ///   - convolved: the float64 unit's scaled convolution.
    ///   - output: its output.
    ///   - magnitudes: the reference's sums of |partial sum|.
    ///   - shortcut: what the shortcut's own arithmetic can be off.
    func bounds(
        convolved: FeatureMap<Double>, output: FeatureMap<Double>, magnitudes: [Float], shortcut: [Double]?
    ) -> (binarized: [Double], reference: [Double]) {
        var binarized = bounds.binarizedErrors(convolved)
        bounds.carryThroughBranch(&binarized, convolved: convolved)
        var reference = bounds.referenceDeviations(magnitudes, residue: residue)
        bounds.carryThroughBranch(&reference, convolved: convolved)
        return (
            ofOutput(convolved.with(binarized), output, shortcut), ofOutput(convolved.with(reference), output, shortcut)
        )
    }

    /// The same for the output, given what the branch can be off.
    private func ofOutput(_ branch: FeatureMap<Double>, _ output: FeatureMap<Double>, _ shortcut: [Double]?) -> [Double]
    {
        var result = bounds.parameters.unit.shuffled(branch).values
        var bounds = result.mutableSpan
        let expected = output.values.span
        precondition(expected.count == bounds.count)
        for index in 0..<bounds.count {
            let own = bounds[index] + Rounding.unit * abs(expected[index])
            bounds[index] = (own + (shortcut.map { $0[index] } ?? 0)) * Rounding.slack
        }
        return result
    }
}
