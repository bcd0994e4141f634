import BBCUPlatform

/// What a tensor's values are like. Infinities and NaN are counted and left out of everything else.
public struct TensorStatistics: Sendable, Hashable {
    /// The number of finite values.
    public private(set) var finite = 0
    /// The number of values equal to zero, of either sign.
    public private(set) var zeros = 0
    /// The number of infinities and NaN.
    public private(set) var nonFinite = 0
    /// The smallest finite value, or nil where there is none.
    public private(set) var min: Double?
    /// The largest finite value, or nil where there is none.
    public private(set) var max: Double?
    private var finiteMean = 0.0
    /// The sum of squared distances from the mean.
    private var squares = 0.0

    /// The mean of the finite values, or nil where there is none.
    public var mean: Double? { finite > 0 ? finiteMean : nil }

    /// The sample standard deviation of the finite values, `sqrt(sum (x - mean)^2 / (n - 1))`, as `torch.std` computes
    /// it by default: NaN for a single value, nil where there is none.
    public var standardDeviation: Double? {
        finite > 1 ? (squares / Double(finite - 1)).squareRoot() : finite == 1 ? .nan : nil
    }

    /// Values that are converted at a time; they stay in the processor's cache for both passes.
    private static let step = 1 << 12

    /// The statistics of little-endian values, in float64; nil for a dtype whose values are not real numbers. No more
    /// than a few thousand values are in memory at a time.
    package init?(_ dtype: DType, _ values: ByteRegion) {
        guard Tensor(dtype: dtype, shape: [0], bytes: [])?.doubles() != nil else { return nil }
        let size = dtype.byteCount
        var run: [Double] = []
        for start in stride(from: 0, to: values.count, by: Self.step * size) {
            let range = start..<start + Swift.min(Self.step * size, values.count - start)
            if dtype == .float32 {
                if run.count != range.count / size { run = [Double](repeating: 0, count: range.count / size) }
                values.withSpan { _ = LittleEndian.widen($0, range, into: &run) }
            } else {
                guard let bytes = try? values.slice(at: range.lowerBound, count: range.count).bytes,
                    let numbers = Tensor(dtype: dtype, row: bytes)?.doubles()
                else { return nil }
                run = numbers
            }
            self = merged(with: TensorStatistics(run))
        }
    }

    /// The statistics of values in two passes, eight at a time; what is not finite counts as nothing.
    private init(_ values: [Double]) {
        typealias Lanes = SIMD8<Double>
        var (sums, smallest, largest) = (Lanes.zero, Lanes(repeating: .infinity), Lanes(repeating: -.infinity))
        var (finites, zeroes) = (Lanes.zero, Lanes.zero)
        // The last lanes are filled with what counts as nothing.
        let lanes = stride(from: 0, to: values.count, by: Lanes.scalarCount).map { index in
            var lanes = Lanes(repeating: .nan)
            if index + Lanes.scalarCount <= values.count {
                for lane in 0..<Lanes.scalarCount { lanes[lane] = values[index + lane] }
            } else {
                for lane in 0..<values.count - index { lanes[lane] = values[index + lane] }
            }
            return lanes
        }
        for value in lanes {
            let isFinite = (value - value) .== 0
            let kept = Lanes.zero.replacing(with: value, where: isFinite)
            sums += kept
            smallest.replace(with: value, where: isFinite .& (value .< smallest))
            largest.replace(with: value, where: isFinite .& (value .> largest))
            finites += Lanes.zero.replacing(with: 1, where: isFinite)
            zeroes += Lanes.zero.replacing(with: 1, where: value .== 0)
        }
        finite = Int(finites.sum())
        zeros = Int(zeroes.sum())
        nonFinite = values.count - finite
        guard finite > 0 else { return }
        (min, max, finiteMean) = (smallest.min(), largest.max(), sums.sum() / Double(finite))
        var squaredDistances = Lanes.zero
        for value in lanes {
            let distance = value - finiteMean
            squaredDistances += Lanes.zero.replacing(with: distance * distance, where: (distance - distance) .== 0)
        }
        squares = squaredDistances.sum()
    }

    /// The statistics of a tensor's values, or nil for a dtype whose values are not real numbers.
    public init?(_ tensor: Tensor) { self.init(tensor.dtype, ByteRegion(tensor.bytes)) }

    /// The statistics of both sets of values together (Chan, Golub and LeVeque 1983 for the squares).
    public func merged(with other: TensorStatistics) -> TensorStatistics {
        var merged = self
        merged.finite += other.finite
        merged.zeros += other.zeros
        merged.nonFinite += other.nonFinite
        merged.min = [min, other.min].compactMap(\.self).min()
        merged.max = [max, other.max].compactMap(\.self).max()
        guard merged.finite > 0 else { return merged }
        let distance = other.finiteMean - finiteMean
        let share = Double(other.finite) / Double(merged.finite)
        merged.finiteMean += distance * share
        merged.squares += other.squares + distance * distance * share * Double(finite)
        return merged
    }
}
