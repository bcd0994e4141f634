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
        let sum = (0..<first.channels).reduce(0.0) { sum, channel in
            sum + mean(first.plane(channel), second.plane(channel), width: first.width, height: first.height)
        }
        return sum / Double(first.channels)
    }

    /// The mean over the positions in one channel.
    private static func mean(_ first: [Double], _ second: [Double], width: Int, height: Int) -> Double {
        let columns = width - side + 1
        // Only the rows that a window spans are kept, filtered along the row already.
        var rows: [Moments] = []
        var sum = 0.0
        for row in 0..<height {
            let filtered = Moments(filtering: first, second, row: row, width: width)
            if rows.count < side { rows.append(filtered) } else { rows[row % side] = filtered }
            guard row >= side - 1 else { continue }
            var window = Moments(zeros: columns)
            for (tap, weight) in Self.window.enumerated() {
                window.add(rows[(row - side + 1 + tap) % side], times: weight)
            }
            sum += window.similarity(luminance, contrast)
        }
        return sum / Double(columns * (height - side + 1))
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

    /// The means along a row of two images.
    init(filtering left: [Double], _ right: [Double], row: Int, width: Int) {
        self.init(zeros: width - StructuralSimilarity.side + 1)
        let (left, right, start) = (left.span, right.span, row * width)
        for tap in 0..<StructuralSimilarity.side {
            let weight = StructuralSimilarity.window[tap]
            for column in 0..<first.count {
                let (a, b) = (left[start + column + tap], right[start + column + tap])
                first[column] += weight * a
                second[column] += weight * b
                firstSquared[column] += weight * (a * a)
                secondSquared[column] += weight * (b * b)
                product[column] += weight * (a * b)
            }
        }
    }

    mutating func add(_ row: Moments, times weight: Double) {
        for column in first.indices {
            first[column] += weight * row.first[column]
            second[column] += weight * row.second[column]
            firstSquared[column] += weight * row.firstSquared[column]
            secondSquared[column] += weight * row.secondSquared[column]
            product[column] += weight * row.product[column]
        }
    }

    /// The sum of the similarities at all positions.
    func similarity(_ luminance: Double, _ contrast: Double) -> Double {
        var sum = 0.0
        for column in first.indices {
            let (a, b) = (first[column], second[column])
            let (variances, covariance) = (
                (firstSquared[column] - a * a) + (secondSquared[column] - b * b), product[column] - a * b
            )
            sum +=
                (2 * a * b + luminance) * (2 * covariance + contrast)
                / ((a * a + b * b + luminance) * (variances + contrast))
        }
        return sum
    }
}
