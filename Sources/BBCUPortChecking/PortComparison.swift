import BBCUErrorBounds
import BBCUExecution

/// A dumped map held against an estimate of it.
public struct PortComparison: Sendable {
    /// Where the difference is the largest share of its bound.
    public private(set) var place = FeatureIndex(channel: 0, row: 0, column: 0)
    /// The port's value there.
    public private(set) var value = 0.0
    /// The expected value there.
    public private(set) var expected = 0.0
    /// The bound there.
    public private(set) var bound = 0.0
    /// The difference there as a share of the bound.
    public private(set) var share = 0.0
    /// The largest difference anywhere: the smallest tolerance that would pass.
    public private(set) var largestDifference = 0.0
    /// The largest magnitude of the expected values.
    public private(set) var range = 0.0
    /// The root of the mean squared difference.
    public private(set) var rootMeanSquare = 0.0
    /// Values beyond their bound.
    public private(set) var beyond = 0
    /// How many times as far from float64 as the float32 reference; nil where that is not off at all or was not run.
    public var errorRatio: Double?
    /// The root of the reference's mean squared error; nil where it was not run.
    package var referenceDeviation: Double?
    /// Why the reference could not be run; nil if it was, or was not asked for.
    var referenceFailure: String?
    /// The root mean square of what storing the values loses.
    var storageError = 0.0
    /// What a right port's error may be made of where the bound tells nothing; nil where it does.
    var usual: TypicalDeviation?
    /// The root mean square that a right port's error may have where the bound tells nothing.
    public var typicalDeviation: Double? { usual?.most }
    /// Whether the bound holds only rounding: no sign may differ in a correct port.
    package var isSure = false
    /// Whether the bound is so wide, because signs that nobody saw may have flipped, that it tells nothing.
    public private(set) var isLoose = false

    /// Compares; nil where the sizes differ.
    package init?(_ dump: FeatureMap<Double>, _ enclosure: Enclosure, storageRadius: [Double]?) {
        guard dump.channels == enclosure.map.channels, dump.height == enclosure.map.height,
            dump.width == enclosure.map.width
        else { return nil }
        isLoose = enclosure.looseness > Thresholds.looseBound
        var squares = 0.0
        for index in dump.values.indices {
            let exact = enclosure.map.values[index]
            let difference = abs(dump.values[index] - exact)
            let bound = (enclosure.radius[index] + (storageRadius?[index] ?? 0)) * (1 + 0x1p-16)
            range = max(range, abs(exact))
            largestDifference = max(largestDifference, difference.isNaN ? .infinity : difference)
            squares += difference * difference
            if !(difference <= bound) { beyond += 1 }
            let share = difference == 0 ? 0 : difference.isNaN || bound == 0 ? .infinity : difference / bound
            guard share > self.share || index == 0 else { continue }
            (self.share, self.bound) = (share, bound)
            place = enclosure.map.place(of: index)
            value = dump.values[index]
            expected = exact
        }
        rootMeanSquare = (squares / Double(max(1, dump.values.count))).squareRoot()
    }

    /// Whether every value is within its bound; where the bound tells nothing, whether the port errs no more than a
    /// correct one whose doubtful signs all flip, if that is known.
    public var holds: Bool {
        guard beyond == 0 else { return false }
        guard isLoose, let typicalDeviation else { return true }
        return rootMeanSquare == 0 || rootMeanSquare <= typicalDeviation
    }

    /// The root mean square of what right ports err by, as the float32 reference does, and of what storing loses; nil where
    /// the reference was not run.
    public var commonError: Double? {
        referenceDeviation.map { ($0 * $0 + storageError * storageError).squareRoot() }
    }

    /// The same for a port that sums in float32 with every sign certain: that it errs no more than such ports do proves more
    /// than its bound.
    var judgedByItsError: PortComparison {
        var result = self
        result.isLoose = false
        return result
    }

    /// How many times as far off as that.
    public var excess: Double { rootMeanSquare / max(commonError ?? 0, .leastNonzeroMagnitude) }

    /// Whether every value is within its bound; where the bound tells nothing, whether the error is one that a right port
    /// is likely to have: what holds by a loose bound is no proof of a fault.
    var reproduces: Bool { holds && (!isLoose || rootMeanSquare <= usual?.likely ?? 0) }

    /// Whether a right port's error would be smaller: there is something left for a fault to explain.
    package var leavesDoubt: Bool {
        guard let referenceDeviation else { return false }
        let rounding = Thresholds.spread * referenceDeviation
        return rootMeanSquare * rootMeanSquare > rounding * rounding + Thresholds.spreadOfStorage * storageError
            * storageError
    }
}
