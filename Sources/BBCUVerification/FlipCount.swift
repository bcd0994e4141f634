import BBCUErrorBounds
import BBCUExecution

/// Counts the signs that differ in a row of a unit's input and judges each by its margin.
struct FlipCount {
    var report: UnitFlips
    /// Reference sign - binarized sign of the explained flips. What an unexplained flip does is not excused, so that the
    /// unit's output exceeds the propagated bound.
    var changes: [SignChange] = []

    /// - Parameters:
    ///   - inputs: what the unit is given in each path, and what rounding and earlier flips can have done to it.
    ///   - signs: the signs each path took.
    init(
        name: String, inputs: MapTiles, signs: (reference: FeatureMap<Float>, binarized: FeatureMap<Float>),
        shift: [Float]
    ) {
        let channels = inputs.reference.channels
        let first = inputs.reference.values
        let second = inputs.binarized.values
        report = UnitFlips(name: name, signs: first.count)
        report.positives = signs.reference.values.count { $0 > 0 }
        for pixel in 0..<first.count / channels {
            for channel in 0..<channels where first[pixel * channels + channel] == -shift[channel] {
                report.zeros += 1
            }
        }
        for change in SignChange.changes(from: signs.binarized, to: signs.reference) {
            let index = change.column * channels + change.channel
            report.flips += 1
            let bias = Double(shift[change.channel])
            // The two lie on either side of zero, so neither can be further from it than they are apart.
            let margin = max(abs(Double(first[index]) + bias), abs(Double(second[index]) + bias))
            report.smallestMargin = min(report.smallestMargin ?? .infinity, margin)
            report.largestMargin = max(report.largestMargin ?? 0, margin)
            report.margins.add(margin)
            guard margin <= inputs.propagatedBound.values[index] else {
                report.unexplained += 1
                continue
            }
            changes.append(change)
        }
    }
}

extension UnitFlips {
    /// Adds what was counted in other rows.
    mutating func append(_ next: UnitFlips) {
        signs += next.signs
        positives += next.positives
        flips += next.flips
        unexplained += next.unexplained
        zeros += next.zeros
        if let margin = next.smallestMargin { smallestMargin = min(smallestMargin ?? .infinity, margin) }
        if let margin = next.largestMargin { largestMargin = max(largestMargin ?? 0, margin) }
        margins.append(next.margins)
    }
}
