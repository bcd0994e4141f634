import BBCUExecution

/// An interval of numbers.
public struct Interval: Encodable, Sendable, Hashable {
    /// Its lower end.
    public var lower: Double
    /// Its upper end.
    public var upper: Double

    /// The 95 % interval of a mean by the percentile bootstrap (Efron, 1979): the middle of the means of samples drawn with
    /// replacement, from a fixed seed. 10,000 samples, fewer for more than 5,000 values.
    ///
    /// - Returns: nil for fewer than two values, or where one is missing.
    public init?(meanOf values: [Double?]) {
        let values = values.compactMap { $0 }.count == values.count ? values.compactMap { $0 } : []
        guard values.count > 1 else { return nil }
        let count = UInt64(values.count)
        var generator = SplitMix64(seed: 1)
        let samples = min(10_000, max(100, 50_000_000 / values.count))
        var means: [Double] = []
        means.reserveCapacity(samples)
        for _ in 0..<samples {
            var sum = 0.0
            // The high half of the product is a number below count.
            for _ in values { sum += values[Int(generator.next().multipliedFullWidth(by: count).high)] }
            means.append(sum / Double(values.count))
        }
        means.sort()
        let last = Double(samples - 1)
        lower = means[Int((0.025 * last).rounded(.down))]
        upper = means[Int((0.975 * last).rounded(.up))]
    }

    /// Both ends, as a list.
    public func encode(to encoder: any Encoder) throws { try [lower, upper].encode(to: encoder) }
}
