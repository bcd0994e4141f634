import BBCUPlatform
import TensorBytes

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

extension Checkpoint {
    /// The smallest and the largest value of a tensor; nil where it has no real value, or they cannot be read.
    public func limits(_ entry: TensorEntry) throws(CheckpointError) -> ClosedRange<Double>? {
        guard whyUnreadable(entry.layout) == nil,
            let statistics = TensorStatistics(entry.dtype, try values(entry))
        else { return nil }
        return statistics.limits
    }

    /// The histogram of one or several tensors of this file together.
    ///
    /// - Parameter limits: where the first bin begins and the last ends.
    /// - Returns: nil where a tensor has no real values.
    public func histogram(
        _ entries: [TensorEntry], within limits: ClosedRange<Double>
    ) throws(CheckpointError) -> ValueHistogram? {
        guard var histogram = ValueHistogram(from: limits.lowerBound, to: limits.upperBound) else { return nil }
        for entry in entries {
            let bytes = try values(entry)
            let size = max(1, entry.dtype.byteCount)
            let step = (1 << 16) * size
            for start in stride(from: 0, to: bytes.count, by: step) {
                guard let part = try? bytes.slice(at: start, count: min(step, bytes.count - start)).bytes,
                    let tensor = Tensor(dtype: entry.dtype, row: part),
                    let numbers = tensor.doubles()
                else { return nil }
                histogram.add(numbers)
            }
        }
        return histogram
    }
}

extension TensorStatistics {
    /// The smallest and the largest finite value; nil where there is none.
    public var limits: ClosedRange<Double>? {
        guard let min, let max else { return nil }
        return min...max
    }
}
