import BBCUErrorBounds
import BBCUExecution
import TensorBytes

extension WorstValue {
    /// Takes one more value into account.
    package mutating func include(
        _ value: Double, expected: Double, bound: Double, at place: @autoclosure () -> FeatureIndex
    ) {
        let difference = abs(value - expected)
        largestDifference = max(largestDifference, difference.isNaN ? .infinity : difference)
        if !bound.isFinite { isBounded = false }
        // Written so that a NaN on either side counts as beyond.
        let isBeyond = !(difference <= bound)
        if isBeyond { beyond += 1 }
        let share = difference == 0 ? 0 : difference.isNaN || bound == 0 ? .infinity : difference / bound
        guard share > self.share || isUndecided else { return }
        self.place = place()
        self.value = value
        self.expected = expected
        self.difference = difference
        self.bound = bound
        self.share = share
    }

    /// The first value is always taken, so that a unit without any difference still shows a place and a bound.
    private var isUndecided: Bool { bound == 0 && share == 0 }

    /// Takes the values of one row of a tile into account, each with its bound.
    package mutating func include(
        _ values: FeatureMap<Float>, expected: [Double], bounds: [Double], row: Int, of tile: PixelRectangle,
        kernels: Kernels
    ) {
        let count = values.width * values.channels
        let range = row * count..<(row + 1) * count
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.block) {
            let part = start..<min(start + Self.block, range.upperBound)
            // What changes nothing is passed over: each value is closer to what is expected than the largest
            // difference, in units of the last place too, and a smaller share of its bound than the worst; smaller by
            // more than what the product and the quotient are rounded by.
            if !isUndecided,
                kernels.areWithin(
                    values.values, expected: expected, bounds: bounds, range: part, difference: largestDifference,
                    share: min(share, 1) * (1 - 0x1p-50), steps: UInt32(clamping: largestULPDistance))
            {
                continue
            }
            for index in part {
                let value = values.values[index]
                include(
                    Double(value), expected: expected[index], bound: bounds[index],
                    at: tile.place(of: index, channels: values.channels))
                if value != Float(expected[index]),
                    let distance = Measures.ulpDistance(value, Float(expected[index]))
                {
                    largestULPDistance = max(largestULPDistance, distance)
                }
            }
        }
    }

    /// Values that are passed over together where none of them changes anything.
    private static var block: Int { 64 }

    /// Takes what was found in the values that follow into account.
    package mutating func append(_ next: WorstValue) {
        var result = next.share > share || isUndecided ? next : self
        result.largestDifference = max(largestDifference, next.largestDifference)
        result.largestULPDistance = max(largestULPDistance, next.largestULPDistance)
        result.beyond = beyond + next.beyond
        result.isBounded = isBounded && next.isBounded
        self = result
    }
}
