import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// How many taps count in each sum of a 1-bit convolution: those within the image whose weight is not 0. A sum of n
/// numbers that are -1 or +1 is at most n in magnitude, and even or odd as n is.
package struct SumCounts: Sendable {
    private let unit: BinaryUnit
    /// Weights that are not 0, for each output and tap.
    private let perTap: [Int]

    /// - Parameter weights: -1, 0 or +1 of shape (outputs, inputs, kernel, kernel); empty where none is 0.
    package init(_ unit: BinaryUnit, weights: [Float]) {
        self.unit = unit
        let taps = unit.kernel * unit.kernel
        guard !weights.isEmpty else {
            perTap = [Int](repeating: unit.inputs, count: unit.outputs * taps)
            return
        }
        var counts = [Int](repeating: 0, count: unit.outputs * taps)
        for index in weights.indices where weights[index] != 0 {
            counts[index / (unit.inputs * taps) * taps + index % taps] += 1
        }
        perTap = counts
    }

    /// n(o, y, x) as a map.
    /// - Parameter hasBorder: whether taps beyond the image's border count too.
    package func map(height: Int, width: Int, hasBorder: Bool = false) -> FeatureMap<Float> {
        var result = FeatureMap<Float>(zeros: unit.outputs, height: height, width: width)
        let (margin, taps) = (unit.kernel / 2, unit.kernel * unit.kernel)
        for row in 0..<height {
            for column in 0..<width {
                let valid = (0..<taps).filter { tap in
                    hasBorder
                        || (0..<height).contains(row + tap / unit.kernel - margin)
                            && (0..<width).contains(column + tap % unit.kernel - margin)
                }
                for output in 0..<unit.outputs {
                    let count = valid.reduce(0) { $0 + perTap[output * taps + $1] }
                    result.values[result.index(channel: output, row: row, column: column)] = Float(count)
                }
            }
        }
        return result
    }

    /// Sums that no signs make.
    package struct Violations: Sendable, Hashable {
        /// Values that are no whole numbers, or not finite.
        package var fractional = 0
        /// Sums of a magnitude beyond n.
        package var beyondCount = 0
        /// Sums that are even where n is odd, or odd where it is even.
        package var wrongParity = 0
        /// Where the first of them is.
        package var place: FeatureIndex?
        package var value = 0.0
        package var count = 0

        package init() {}
    }

    /// The sums that no signs -1 and +1 make.
    package func violations(_ sums: FeatureMap<Double>) -> Violations {
        let counts = map(height: sums.height, width: sums.width)
        var result = Violations()
        for index in sums.values.indices {
            let (value, count) = (sums.values[index], Double(counts.values[index]))
            let isWhole = value.isFinite && value == value.rounded()
            if !isWhole {
                result.fractional += 1
            } else if abs(value) > count {
                result.beyondCount += 1
            } else if (value - count).truncatingRemainder(dividingBy: 2) != 0 {
                result.wrongParity += 1
            } else {
                continue
            }
            if result.place == nil {
                (result.place, result.value, result.count) = (sums.place(of: index), value, Int(count))
            }
        }
        return result
    }
}
