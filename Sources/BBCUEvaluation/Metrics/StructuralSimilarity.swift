/// SSIM with a Gaussian window of 11x11 and sigma 1.5, on windows that lie inside the image, for a peak of 255.
enum StructuralSimilarity {
    /// The side of the window.
    static let side = 11

    /// (0.01 * 255)^2 and (0.03 * 255)^2.
    private static let (luminance, contrast) = (6.5025, 58.5225)

    /// The window in one direction, with sum 1. exp(-d^2 / 4.5) is written out for d = 5 ... 0, so that no mathematics
    /// library decides the last bit.
    static let window: [Double] = {
        let half = [
            0.0038659201394728076, 0.028565500784550377, 0.1353352832366127, 0.41111229050718745, 0.8007374029168081,
        ]
        let all = half + [1] + half.reversed()
        let sum = all.reduce(0, +)
        return all.map { $0 / sum }
    }()

    /// The mean over the positions, then over the channels; nil where no window lies inside.
    static func mean(_ first: ComparedImage, _ second: ComparedImage) -> Double? {
        guard min(first.width, first.height) >= side else { return nil }
        let channels = first.channels
        // Only the rows that a window spans are kept, filtered along the row already; channels stay side by side.
        var rows: [Moments] = []
        var sums = [Double](repeating: 0, count: channels)
        for row in 0..<first.height {
            let filtered = Moments(filtering: first.row(row), second.row(row), channels: channels)
            if rows.count < side { rows.append(filtered) } else { rows[row % side] = filtered }
            guard row >= side - 1 else { continue }
            var window = Moments(zeros: filtered.count)
            for (tap, weight) in Self.window.enumerated() {
                window.add(rows[(row - side + 1 + tap) % side], times: weight)
            }
            window.addSimilarities(luminance, contrast, to: &sums)
        }
        let positions = Double((first.width - side + 1) * (first.height - side + 1))
        return sums.reduce(0) { $0 + $1 / positions } / Double(channels)
    }
}

/// Weighted means of two rows, of their squares and of their product, at every position of a row.
private struct Moments {
    var first: [Double]
    var second: [Double]
    var firstSquared: [Double]
    var secondSquared: [Double]
    var product: [Double]

    init(zeros count: Int) {
        first = [Double](repeating: 0, count: count)
        (second, firstSquared, secondSquared, product) = (first, first, first, first)
    }

    var count: Int { first.count }

    /// The means along a row of two images.
    init(filtering left: [Double], _ right: [Double], channels: Int) {
        self.init(zeros: left.count - (StructuralSimilarity.side - 1) * channels)
        let (left, right) = (left.span, right.span)
        for (tap, weight) in StructuralSimilarity.window.enumerated() {
            for index in first.indices {
                let (a, b) = (left[index + tap * channels], right[index + tap * channels])
                first[index] += weight * a
                second[index] += weight * b
                firstSquared[index] += weight * (a * a)
                secondSquared[index] += weight * (b * b)
                product[index] += weight * (a * b)
            }
        }
    }

    mutating func add(_ row: Moments, times weight: Double) {
        for index in first.indices {
            first[index] += weight * row.first[index]
            second[index] += weight * row.second[index]
            firstSquared[index] += weight * row.firstSquared[index]
            secondSquared[index] += weight * row.secondSquared[index]
            product[index] += weight * row.product[index]
        }
    }

    /// Adds the similarities at all positions to the sums of their channels.
    func addSimilarities(_ luminance: Double, _ contrast: Double, to sums: inout [Double]) {
        for index in first.indices {
            let (a, b) = (first[index], second[index])
            let variances = (firstSquared[index] - a * a) + (secondSquared[index] - b * b)
            let covariance = product[index] - a * b
            sums[index % sums.count] +=
                (2 * a * b + luminance) * (2 * covariance + contrast)
                / ((a * a + b * b + luminance) * (variances + contrast))
        }
    }
}
