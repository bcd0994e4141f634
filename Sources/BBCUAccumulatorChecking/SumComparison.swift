import BBCUErrorBounds
import BBCUExecution
import BBCUPortChecking

/// A unit's dumped integer sums against those that an input of it makes.
struct SumComparison {
    /// What the unit makes of the input.
    let made: UnitSums
    /// The sums that the input makes, and how far doubtful signs can move each.
    let expected: Enclosure
    /// Where the dump's differ by more than that, or are no numbers.
    let wrong: [Int]
    private let sums: FeatureMap<Double>

    /// - Returns: nil where the sizes differ.
    init?(_ sums: FeatureMap<Double>, _ made: UnitSums) {
        let expected = made.enclosure
        guard sums.values.count == expected.map.values.count else { return nil }
        (self.sums, self.made, self.expected) = (sums, made, expected)
        wrong = sums.values.indices.filter { place in
            let isRight = abs(sums.values[place] - expected.map.values[place]) <= expected.radius[place]
            return !isRight
        }
    }

    /// How many sums no doubtful sign moves.
    var certain: Int { expected.radius.count { $0 == 0 } }

    /// Whether all sums are right, some of them for certain.
    var holds: Bool { wrong.isEmpty && certain > 0 }

    /// The share of the certain sums that are wrong; all where none is certain.
    var wrongShare: Double { certain == 0 ? 1 : Double(wrong.count) / Double(certain) }

    /// How many sums that are wrong for the right unit are right here, with no more doubt than there: more proves nothing.
    func explained(_ right: SumComparison) -> Int {
        wrong.isEmpty ? rights(right) : 0
    }

    /// How many sums that are wrong for another input are right for this one, with no more doubt.
    func rights(_ other: SumComparison) -> Int {
        let wrong = Set(self.wrong)
        return other.wrong.count { !wrong.contains($0) && expected.radius[$0] <= other.expected.radius[$0] }
    }

    /// The dumped sums, but those that are wrong, or all if most are, as they should be, and how far these may be.
    var repaired: Enclosure {
        // Of an array that is mostly wrong, the rest is right by chance.
        guard wrong.count * 2 < sums.values.count else { return expected }
        var result = Enclosure(exactly: sums)
        for place in wrong {
            (result.map.values[place], result.radius[place]) = (expected.map.values[place], expected.radius[place])
        }
        return result
    }

    var finding: AccumulatorFinding.Expected {
        .init(
            wrong: wrong.count, count: sums.values.count, place: wrong.first.map { sums.place(of: $0) },
            value: wrong.first.map { sums.values[$0] } ?? 0, expected: wrong.first.map { expected.map.values[$0] } ?? 0,
            doubtful: sums.values.count - certain)
    }
}
