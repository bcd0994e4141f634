import BBCUPlatform

/// How many values lie where between two numbers.
public struct ValueHistogram: Sendable, Hashable {
    /// Where the first bin begins.
    public let lowest: Double
    /// Where the last bin ends, itself included.
    public let highest: Double
    /// The values in each bin; all bins are as wide.
    public private(set) var counts: [Int]

    /// An empty histogram; nil if the limits are not finite or in another order, and for other than 1 to 2^20 bins.
    public init?(from lowest: Double, to highest: Double, bins: Int = 40) {
        guard lowest.isFinite, highest.isFinite, lowest <= highest, (1...1 << 20).contains(bins) else { return nil }
        self.lowest = lowest
        self.highest = highest
        counts = [Int](repeating: 0, count: bins)
    }

    /// Counts values; those that are not finite or beyond the limits are left out.
    public mutating func add(_ values: some Sequence<Double>) {
        // Halved, so that the width of any two finite numbers is one.
        let width = highest / 2 - lowest / 2
        for value in values where value >= lowest && value <= highest {
            let share = width > 0 ? (value / 2 - lowest / 2) / width : 0
            counts[min(counts.count - 1, Int(share * Double(counts.count)))] += 1
        }
    }
}
