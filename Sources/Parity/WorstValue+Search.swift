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

    /// Takes what was found in the values that follow into account.
    mutating func append(_ next: WorstValue) {
        largestDifference = max(largestDifference, next.largestDifference)
        largestULPDistance = max(largestULPDistance, next.largestULPDistance)
        beyond += next.beyond
        isBounded = isBounded && next.isBounded
        guard next.share > share || isUndecided else { return }
        place = next.place
        value = next.value
        expected = next.expected
        difference = next.difference
        bound = next.bound
        share = next.share
    }
}
