import Bytes
import Tensors

/// How many values lie where between two numbers.
public struct ValueHistogram: Sendable, Hashable {
    /// Where the first bin begins.
    public let lowest: Double
    /// Where the last bin ends, itself included.
    public let highest: Double
    /// The values in each bin; all bins are as wide.
    public private(set) var counts: [Int]

    /// An empty histogram; nil where the limits are not finite or in another order.
    public init?(from lowest: Double, to highest: Double, bins: Int = 40) {
        guard lowest.isFinite, highest.isFinite, lowest <= highest, bins > 0 else { return nil }
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
    /// The histogram of one or several tensors of this file together, between the smallest and the largest value.
    ///
    /// - Parameter limits: the smallest and the largest value, where another scale is wanted than that of the values.
    /// - Returns: nil where there is no real value, or a tensor's values cannot be read.
    public func histogram(
        _ entries: [TensorEntry], within limits: ClosedRange<Double>? = nil
    ) throws(CheckpointError) -> ValueHistogram? {
        var limits = limits
        if limits == nil {
            for entry in entries {
                guard whyUnreadable(entry.layout) == nil else { return nil }
                guard let found = TensorStatistics(entry.dtype, try values(entry)), let least = found.min,
                    let most = found.max
                else { continue }
                limits = min(limits?.lowerBound ?? least, least)...max(limits?.upperBound ?? most, most)
            }
        }
        guard let limits, var histogram = ValueHistogram(from: limits.lowerBound, to: limits.upperBound)
        else { return nil }
        for entry in entries {
            let bytes = try values(entry)
            let step = (1 << 16) * max(1, entry.dtype.byteCount)
            for start in stride(from: 0, to: bytes.count, by: step) {
                guard let part = try? bytes.slice(at: start, count: min(step, bytes.count - start)).bytes,
                    let tensor = Tensor(
                        dtype: entry.dtype, shape: [part.count / max(1, entry.dtype.byteCount)], bytes: part),
                    let numbers = tensor.doubles()
                else { return nil }
                histogram.add(numbers)
            }
        }
        return histogram
    }
}
