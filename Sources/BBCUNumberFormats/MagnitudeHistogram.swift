import BBCUErrorBounds
import BBCUPlatform

/// How large numbers are: counts by magnitude, eight bins an octave, so that what a format does to millions of values
/// is estimated from a few hundred.
struct MagnitudeHistogram: Sendable {
    private static let lowest = -40
    private static let octaves = 72
    private static let bins = 8

    private var counts = [Int](repeating: 0, count: octaves * bins)
    /// Numbers that are exactly 0.
    private(set) var zeros = 0
    /// All numbers.
    private(set) var total = 0

    @inline(__always)
    mutating func count(_ value: Double) {
        total += 1
        guard value != 0 else {
            zeros += 1
            return
        }
        let octave = Int(value.exponent) - Self.lowest
        let share = Int((value.significand - 1) * Double(Self.bins))
        counts[min(max(octave * Self.bins + share, 0), counts.count - 1)] += 1
    }

    /// The sum of a function of the magnitude over all numbers that are not 0.
    func sum(_ body: (Double) -> Double) -> Double {
        counts.indices.reduce(0) { sum, bin in
            guard counts[bin] > 0 else { return sum }
            let significand = 1 + (Double(bin % Self.bins) + 0.5) / Double(Self.bins)
            let magnitude = Double(sign: .plus, exponent: bin / Self.bins + Self.lowest, significand: significand)
            return sum + Double(counts[bin]) * body(magnitude)
        }
    }

    /// The mean variance of one rounding of the numbers.
    func variance(_ format: NumberFormat?) -> Double {
        guard let format, total > 0 else { return 0 }
        return sum(format.variance) / Double(total)
    }

    /// How many of the numbers, taken as margins, an error of this variance is expected to carry to the other side of
    /// zero: normally distributed errors, as sums of many roundings are.
    func crossings(variance: Double) -> Double {
        guard variance > 0 else { return 0 }
        let scale = 1 / (2 * variance).squareRoot()
        return sum { ($0 * scale).complementaryError / 2 } + Double(zeros)
    }
}
