import Execution

extension WorstValue {
    /// Takes one more value into account.
    mutating func include(_ value: Double, expected: Double, bound: Double, at place: @autoclosure () -> Place) {
        let difference = abs(value - expected)
        largestDifference = max(largestDifference, difference.isNaN ? .infinity : difference)
        if !bound.isFinite { isBounded = false }
        // Written so that a NaN on either side counts as beyond.
        let isBeyond = !(difference <= bound)
        if isBeyond { beyond += 1 }
        let share = difference == 0 ? 0 : difference.isNaN || bound == 0 ? .infinity : difference / bound
        // The first value is always taken, so that a unit without any difference still shows a place and a bound.
        guard share > self.share || (self.bound == 0 && self.share == 0) else { return }
        self.place = place()
        self.value = value
        self.expected = expected
        self.difference = difference
        self.bound = bound
        self.share = share
    }
}
