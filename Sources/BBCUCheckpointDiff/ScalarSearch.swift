import BBCUPlatform
import TensorBytes

/// Looks for one number c with B = A + c, or with B = c A.
///
/// Each pair of values leaves an interval in which c must lie if B's value is the result rounded; where the intervals
/// have a number in common that is narrow enough to tell c from no change at all, the simplest number in it is tried on
/// every value.
struct ScalarSearch {
    enum Operation { case offset, factor }

    /// The widest residual that is still "within rounding", in units in the last place: two operations that round
    /// differently from one, such as a division by what was multiplied with here.
    static let widestResidual = 4.0

    private let pair: TensorPair
    private let operation: Operation

    init(_ pair: TensorPair, _ operation: Operation) {
        self.pair = pair
        self.operation = operation
    }

    /// The relation, or nil where no number is one for all values.
    var relation: Relation? {
        guard pair.a.dtype != .bool else { return nil }
        if pair.a.dtype.isInteger, pair.b.dtype.isInteger { return integerRelation }
        guard pair.b.dtype.isFloatingPoint else { return nil }
        for slack in [0.5, Self.widestResidual] {
            guard let interval = interval(slack: slack) else { continue }
            var best: (c: Double, residual: Double)?
            for c in candidates(interval) {
                for isThroughFloat32 in pair.b.dtype.byteCount < 4 ? [false, true] : [false] {
                    let limit = best?.residual ?? .infinity
                    if let residual = residual(c, isThroughFloat32, below: limit) { best = (c, residual) }
                    if residual(of: best) == 0 { break }
                }
                if residual(of: best) == 0 { break }
            }
            if let best { return result(best.c, ulps: best.residual) }
        }
        return nil
    }

    private func residual(of best: (c: Double, residual: Double)?) -> Double { best?.residual ?? .infinity }

    private func result(_ c: Double, ulps: Double) -> Relation {
        operation == .offset ? .offset(c, ulps: ulps) : .factor(c, ulps: ulps)
    }

    /// What c is when nothing changes.
    private var neutral: Double { operation == .offset ? 0 : 1 }

    /// The numbers that c can be, or nil where there are none, where fewer than two pairs say anything, or where c
    /// cannot be told from no change.
    private func interval(slack: Double) -> ClosedRange<Double>? {
        var low = -Double.infinity
        var high = Double.infinity
        var telling = 0
        let dtype = pair.b.dtype
        // Half a unit of a float64 is no float64; a whole one is.
        let width = dtype == .float64 ? slack + 0.5 : slack
        let isPossible = pair.allSatisfy { a, b in
            guard a.isFinite, b.isFinite else {
                // A finite value can overflow; NaN and infinities stay what they are.
                return a.isNaN == b.isNaN && (a.isFinite || !b.isFinite)
            }
            let half = width * (dtype.unitInTheLastPlace(b) ?? 0)
            let ends: (Double, Double)
            if operation == .offset {
                ends = ((b - half) - a, (b + half) - a)
            } else {
                if a == 0 { return b == 0 }
                ends = ((b - half) / a, (b + half) / a)
            }
            telling += 1
            // One step outwards each for the rounding of the two operations above.
            low = max(low, min(ends.0, ends.1).nextDown.nextDown)
            high = min(high, max(ends.0, ends.1).nextUp.nextUp)
            return low <= high
        }
        guard isPossible, telling >= 2, low.isFinite, high.isFinite else { return nil }
        let distance = abs((low + high) / 2 - neutral)
        return high - low <= distance / 16 ? low...high : nil
    }

    /// The numbers to try, those first that a person would have chosen: a short decimal as a float32 (a smaller type
    /// takes its factor as one) or as it is, one divided by a whole number, then any decimal, then the middle.
    private func candidates(_ interval: ClosedRange<Double>) -> [Double] {
        let middle = interval.lowerBound + (interval.upperBound - interval.lowerBound) / 2
        let isSmall = pair.b.dtype.byteCount <= 4
        let single = isSmall ? ShortestDecimal.inside(interval) { Double(Float($0)) } : nil
        let double = ShortestDecimal.inside(interval) { $0 }
        let decimals = [single, double].compactMap(\.self)
        let reciprocal = 1 / (1 / middle).rounded()
        let ordered =
            decimals.filter { $0.digits <= 6 }.map(\.value) + [reciprocal] + decimals.map(\.value) + [
                Double(Float(middle)), middle, middle.nextDown, middle.nextUp, interval.lowerBound, interval.upperBound,
            ]
        var result: [Double] = []
        for candidate in ordered
        where interval.contains(candidate) && candidate != neutral && !result.contains(candidate) {
            result.append(candidate)
        }
        return result
    }

    /// The largest distance of B from the result for c, in units in the last place of B; nil where it is beyond the
    /// widest residual or not below `limit`.
    private func residual(_ c: Double, _ isThroughFloat32: Bool, below limit: Double) -> Double? {
        var largest = 0.0
        let dtype = pair.b.dtype
        let holds = pair.allSatisfy { a, b in
            let wide = operation == .offset ? a + c : a * c
            guard let result = dtype.rounded(isThroughFloat32 ? Double(Float(wide)) : wide) else { return false }
            if result == b || result.isNaN && b.isNaN { return true }
            guard result.isFinite, let unit = dtype.unitInTheLastPlace(b) else { return false }
            largest = max(largest, abs(result - b) / unit)
            return largest <= Self.widestResidual && largest < limit
        }
        return holds && largest < limit ? largest : nil
    }

    /// The relation of integers, exact or none.
    private var integerRelation: Relation? {
        var constant: Int128?
        var telling = 0
        let holds = pair.integersAllSatisfy { a, b in
            if operation == .offset {
                telling += 1
                if constant == nil { constant = b - a }
                return b - a == constant
            }
            if a == 0 { return b == 0 }
            telling += 1
            if constant == nil, b.isMultiple(of: a) { constant = b / a }
            return constant.map { $0.multipliedReportingOverflow(by: a) }.map { !$0.overflow && $0.partialValue == b }
                ?? false
        }
        guard holds, telling >= 2, let constant, abs(Double(constant)) <= 0x1p53, Double(constant) != neutral else {
            return nil
        }
        return result(Double(constant), ulps: 0)
    }
}

/// The number with the fewest decimal digits in an interval, as a person would have written it.
enum ShortestDecimal {
    /// A decimal of as few significant digits as possible that lies in the interval once it is stored, and the number
    /// that is stored; nil where 16 digits are not enough.
    static func inside(
        _ interval: ClosedRange<Double>, stored: (Double) -> Double
    ) -> (value: Double, digits: Int)? {
        let middle = interval.lowerBound + (interval.upperBound - interval.lowerBound) / 2
        guard middle.isFinite, !interval.contains(0) else { return nil }
        // The shortest digits that read back as the middle, cut to ever more of them.
        let parts = abs(middle).description.parts(at: "e")
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let whole = (parts.first ?? "").parts(at: ".")
        let digits = whole.joined().drop { $0 == "0" }
        let point = (whole.first?.count ?? 0) + exponent - (whole.joined().count - digits.count)
        for count in stride(from: 1, through: min(16, digits.count), by: 1) {
            let kept = Int(digits.prefix(count)) ?? 0
            for number in [kept, kept + 1] {
                guard let decimal = Double("\(number)e\(point - count)") else { continue }
                let value = stored(middle < 0 ? -decimal : decimal)
                if interval.contains(value) { return (value, count) }
            }
        }
        return nil
    }
}
