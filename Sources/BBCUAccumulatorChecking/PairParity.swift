import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// What the sums of two filters have to do with each other: where t taps have weights of equal sign in both, S1 + S2 is
/// twice a sum of t numbers that are -1 or +1, so that (S1 + S2) / 2 is even or odd as t is.
///
/// It holds for signs without zeros and weights without zeros. Wrong weights fail it at about every second pixel and pair
/// of filters, which spares solving for signs that are none.
struct PairParity {
    private let unit: BinaryUnit
    private let repeatsEdge: Bool
    /// Neighbouring filters without a weight that is 0: the first of the two.
    private let pairs: [Int]
    /// For each pair and tap, whether the weights that agree are odd in number.
    private let odd: [Bool]

    /// - Parameters:
    ///   - weights: -1, 0 or +1 of shape (outputs, inputs, kernel, kernel).
    ///   - repeatsEdge: whether taps beyond the border see the nearest pixel, and count.
    init(_ unit: BinaryUnit, weights: [Float], repeatsEdge: Bool) {
        (self.unit, self.repeatsEdge) = (unit, repeatsEdge)
        let taps = unit.kernel * unit.kernel
        let size = unit.inputs * taps
        let isWhole = (0..<unit.outputs).map { !weights[$0 * size..<($0 + 1) * size].contains(0) }
        let pairs = (0..<max(0, unit.outputs - 1)).filter { isWhole[$0] && isWhole[$0 + 1] }
        self.pairs = pairs
        odd = pairs.flatMap { filter in
            (0..<taps).map { tap in
                (0..<unit.inputs).reduce(false) { odd, input in
                    let first = (filter * unit.inputs + input) * taps + tap
                    return odd != (weights[first] == weights[first + size])
                }
            }
        }
    }

    /// Whether signs that are -1 and +1 can make the sums.
    func isPossible(_ sums: FeatureMap<Double>) -> Bool {
        let taps = unit.kernel * unit.kernel
        for row in 0..<sums.height {
            for column in 0..<sums.width {
                let counted = unit.taps(row, column, height: sums.height, width: sums.width, hasBorder: repeatsEdge)
                for (index, filter) in pairs.enumerated() {
                    let first = sums.index(channel: filter, row: row, column: column)
                    guard let half = Int(exactly: (sums.values[first] + sums.values[first + 1]) / 2) else {
                        return false
                    }
                    let isOdd = counted.reduce(false) { $0 != odd[index * taps + $1] }
                    if (half & 1 == 1) != isOdd { return false }
                }
            }
        }
        return true
    }
}
