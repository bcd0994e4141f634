import Tensors

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

    /// The statistics of values, in float64 and two passes.
    init(_ values: [Double]) {
        var sum = 0.0
        var smallest = Double.infinity
        var largest = -Double.infinity
        for value in values {
            guard value.isFinite else {
                nonFinite += 1
                continue
            }
            finite += 1
            if value == 0 { zeros += 1 }
            sum += value
            smallest = Swift.min(smallest, value)
            largest = Swift.max(largest, value)
        }
        guard finite > 0 else { return }
        (min, max, finiteMean) = (smallest, largest, sum / Double(finite))
        for value in values where value.isFinite { squares += (value - finiteMean) * (value - finiteMean) }
    }

    /// The statistics of a tensor's values, or nil for a dtype whose values are not real numbers.
    public init?(_ tensor: Tensor) {
        guard let values = tensor.doubles() else { return nil }
        self.init(values)
    }

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
