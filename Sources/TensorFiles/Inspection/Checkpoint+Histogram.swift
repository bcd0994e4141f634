import BBCUPlatform
import TensorBytes

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
