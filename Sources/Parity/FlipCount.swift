import Execution

/// Counts the signs that differ at a unit's input and judges each by its margin.
struct FlipCount {
    var report: UnitFlips
    /// Reference sign - binarized sign of the explained flips; nil without one. What an unexplained flip does is not
    /// excused, so that the unit's output exceeds D.
    var changes: FeatureMap<Float>?

    /// - Parameters:
    ///   - inputs: what the unit is given in each path.
    ///   - signs: the signs each path took.
    ///   - drift: what rounding and earlier flips can have done to each input value.
    init(
        name: String, inputs: (reference: FeatureMap<Float>, binarized: FeatureMap<Float>),
        signs: (reference: FeatureMap<Float>, binarized: FeatureMap<Float>), shift: [Float],
        drift: FeatureMap<Double>
    ) {
        let channels = inputs.reference.channels
        let ours = signs.reference.values
        let theirs = signs.binarized.values
        let first = inputs.reference.values
        let second = inputs.binarized.values
        let allowed = drift.values
        var report = UnitFlips(name: name, signs: ours.count)
        var changes: [Float] = []
        for index in ours.indices {
            if first[index] == -shift[index % channels] { report.zeros += 1 }
            guard ours[index] != theirs[index] else { continue }
            report.flips += 1
            let bias = Double(shift[index % channels])
            // The two lie on either side of zero, so neither can be further from it than they are apart.
            let margin = max(abs(Double(first[index]) + bias), abs(Double(second[index]) + bias))
            report.smallestMargin = min(report.smallestMargin ?? .infinity, margin)
            report.largestMargin = max(report.largestMargin ?? 0, margin)
            guard margin <= allowed[index] else {
                report.unexplained += 1
                continue
            }
            if changes.isEmpty { changes = [Float](repeating: 0, count: ours.count) }
            changes[index] = ours[index] - theirs[index]
        }
        self.report = report
        self.changes = changes.isEmpty ? nil : signs.reference.with(changes)
    }
}
