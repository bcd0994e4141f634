import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

extension InjectedFault.Sums {
    /// The sums as they would be without the fault, for signs that are -1 or +1.
    ///
    /// - Parameter counts: the taps that count, for every value.
    /// - Returns: nil where the fault loses what the sums were.
    func undone(_ sums: FeatureMap<Double>, counts: FeatureMap<Float>, unit: BinaryUnit) -> FeatureMap<Double>? {
        let counted = counts.values
        switch self {
        case .unscaled: return sums.with(sums.values.indices.map { 2 * sums.values[$0] - Double(counted[$0]) })
        case .unscaledLessCount: return sums.with(sums.values.indices.map { 2 * sums.values[$0] + Double(counted[$0]) })
        case .unequal: return sums.with(sums.values.indices.map { Double(counted[$0]) - 2 * sums.values[$0] })
        case .borderUnmasked, .tail:
            // Both add what does not depend on the signs.
            let zeros = counts.with(counted.map { _ in 0 })
            let added = apply(to: zeros, counts: counts, unit: unit)
            return sums.with(sums.values.indices.map { sums.values[$0] - Double(added.values[$0]) })
        case .wraps, .saturates: return nil
        }
    }

    /// Which of the sums the fault may have changed, the likeliest first; empty where it changes all of them.
    func suspects(_ sums: FeatureMap<Double>) -> [Int] {
        switch self {
        case .wraps(let bits):
            // A sum just past the end comes out just short of the other end.
            let least = Double(1 << bits) / 8
            return sums.values.indices.filter { abs(sums.values[$0]) >= least }
                .sorted { (abs(sums.values[$0]), $1) > (abs(sums.values[$1]), $0) }
        case .saturates:
            guard let low = sums.values.min(), let high = sums.values.max() else { return [] }
            return sums.values.indices.filter { sums.values[$0] == low || sums.values[$0] == high }
        default: return []
        }
    }
}
