import BBCUExecution

/// What a unit's dumped integer sums say.
public struct AccumulatorFinding: Encodable, Sendable, Hashable {
    /// What was asked of the sums.
    public enum Test: String, Encodable, Sendable, Hashable {
        /// The bound |S| <= n, and S = n mod 2: many faults pass.
        case bounds
        /// Whether signs -1, 0 and +1 make exactly these sums, whatever the unit's input.
        case signs
        /// The sums of the unit's known input.
        case input
    }

    /// The strongest test that could be made.
    public var test: Test
    /// Values that are no whole numbers.
    public var fractional: Int
    /// Sums of a magnitude beyond the number of taps that count.
    public var beyondCount: Int
    /// Sums of the wrong parity; nil where activations can be exactly 0.
    public var wrongParity: Int?
    /// What the sums say about the signs; nil where they were not solved for them.
    public var signs: Signs?
    /// The sums against those of the known input; nil where it is not known.
    public var expected: Expected?

    package init(
        test: Test, fractional: Int, beyondCount: Int, wrongParity: Int? = nil, signs: Signs? = nil,
        expected: Expected? = nil
    ) {
        (self.test, self.fractional, self.beyondCount) = (test, fractional, beyondCount)
        (self.wrongParity, self.signs, self.expected) = (wrongParity, signs, expected)
    }

    /// Whether no signs make the sums: they are no whole numbers, too large, or of the wrong parity.
    package var isImpossible: Bool { fractional + beyondCount + (wrongParity ?? 0) > 0 }

    /// Whether the sums were solved for the signs, and none make them.
    package var hasNoSigns: Bool { signs.map { !$0.reproduce } ?? false }

    /// Whether the sums are wrong, or those of no unit.
    package var fails: Bool { isImpossible || hasNoSigns || (expected.map { $0.wrong > 0 } ?? false) }

    /// The signs that make the sums.
    public struct Signs: Encodable, Sendable, Hashable {
        /// How many there are.
        public var count: Int
        /// How many of the solution's numbers are none of -1, 0 and +1.
        public var foreign: Int
        /// How many are 0.
        public var zeros: Int
        /// The number that is furthest from -1, 0 and +1.
        public var worst: Double
        /// Where that is.
        public var place: FeatureIndex
        /// Whether the rounded signs make exactly the dumped sums.
        public var reproduce: Bool

        enum CodingKeys: String, CodingKey {
            case count, foreign, zeros, worst
            case place = "at"
            case reproduce
        }

        package init(count: Int, foreign: Int, zeros: Int, worst: Double, place: FeatureIndex, reproduce: Bool) {
            (self.count, self.foreign, self.zeros, self.worst, self.place) = (count, foreign, zeros, worst, place)
            self.reproduce = reproduce
        }
    }

    /// The sums against those of the known input.
    public struct Expected: Encodable, Sendable, Hashable {
        /// How many sums differ by more than doubtful signs can explain.
        public var wrong: Int
        /// How many sums there are.
        public var count: Int
        /// Where the first is that differs; nil where none does.
        public var place: FeatureIndex?
        /// The dump's sum there.
        public var value: Double
        /// The sum that was due there.
        public var expected: Double
        /// How many sums a doubtful sign can move.
        public var doubtful: Int

        enum CodingKeys: String, CodingKey {
            case count, wrong, doubtful
            case place = "at"
            case value, expected
        }

        package init(wrong: Int, count: Int, place: FeatureIndex? = nil, value: Double, expected: Double, doubtful: Int)
        {
            (self.wrong, self.count, self.place, self.value, self.expected) = (wrong, count, place, value, expected)
            self.doubtful = doubtful
        }
    }
}

extension PortReport.Diagnosis {
    /// What shows that a fault made the dumped sums.
    public enum SumProof: Sendable, Hashable {
        /// With the fault the unit's known input makes exactly the dumped sums, in so far as no doubtful sign moves them:
        /// `certain` of `sums`, of which `explained` are not those of the right unit.
        /// - Parameter of: the unit whose sums they are, where the fault lies before it.
        case input(certain: Int, sums: Int, explained: Int, of: String? = nil)
        /// With the fault undone the sums are made by signs -1 and +1, which with the fault make exactly the dump's.
        case signs(sums: Int)
        /// With the fault undone the sums pass the bound and the parity, which they do not as they are.
        case bounds
    }
}
