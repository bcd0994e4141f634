import BBCUPlatform
import TensorBytes

/// How a tensor is stored: a type of numbers, and what becomes of a value that is beyond its range.
///
/// A value is rounded to the nearest number, ties to the one whose last bit is 0. Beyond the range it is held at the
/// end, floating-point types at their largest finite number, or wraps round in two's complement.
public struct NumberFormat: Sendable, Hashable {
    /// The type of numbers.
    public let arithmetic: Arithmetic
    /// Whether a fixed-point value beyond the range wraps round.
    public let wraps: Bool

    /// How a value between two numbers of fixed point is rounded; other than ``Rounding/halfToEven`` only in a wrong port.
    package var rounding = Rounding.halfToEven

    /// What becomes of a value between two numbers.
    package enum Rounding: Sendable, Hashable {
        /// To the nearest, ties to the one whose last bit is 0.
        case halfToEven
        /// Down, as a shift to the right does.
        case down
        /// Towards zero, as a conversion to an integer does.
        case towardZero
        /// To the nearest, ties up, as adding half before a shift does.
        case halfUp
        /// To the nearest, ties away from zero, as `round` of C does.
        case halfAwayFromZero

        package func apply(_ units: Double) -> Double {
            switch self {
            case .halfToEven: units.rounded(.toNearestOrEven)
            case .down: units.rounded(.down)
            case .towardZero: units.rounded(.towardZero)
            case .halfUp: (units + 0.5).rounded(.down)
            case .halfAwayFromZero: units.rounded(.toNearestOrAwayFromZero)
            }
        }
    }

    private let scale: Double
    private let lowest: Double
    private let highest: Double

    /// A format of an arithmetic; only fixed point can wrap.
    public init(_ arithmetic: Arithmetic, wraps: Bool = false) {
        self.arithmetic = arithmetic
        guard case .fixedPoint(let integer, let fraction) = arithmetic else {
            self.wraps = false
            (scale, lowest, highest) = (1, -arithmetic.largest, arithmetic.largest)
            return
        }
        self.wraps = wraps
        scale = Double(sign: .plus, exponent: fraction, significand: 1)
        let half = Double(sign: .plus, exponent: integer + fraction - 1, significand: 1)
        (lowest, highest) = (-half, half - 1)
    }

    /// As it is written: what ``Arithmetic`` reads, and `fixed:9.8:wrap`; nil for anything else.
    public init?(_ text: String) {
        let wraps = text.ends(with: ":wrap")
        guard let arithmetic = Arithmetic(text.without(suffix: ":wrap") ?? text) else { return nil }
        self.init(arithmetic, wraps: wraps)
        guard self.wraps == wraps else { return nil }
    }

    /// As it is written.
    public var text: String { arithmetic.text + (wraps ? ":wrap" : "") }

    /// Bits a number.
    public var bits: Int {
        switch arithmetic {
        case .fixedPoint(let integer, let fraction): integer + fraction
        case .floatingPoint(let dtype): dtype.byteCount * 8
        case .exact: 64
        }
    }

    /// The least and the greatest number.
    public var range: ClosedRange<Double> { lowest / scale...highest / scale }

    /// Fraction bits of fixed point; nil for floating point.
    package var fractionBits: Int? {
        if case .fixedPoint(_, let fraction) = arithmetic { fraction } else { nil }
    }

    /// What is stored of a value.
    public func stored(_ value: Double) -> Double { store(value).value }

    /// What is stored of a value, and whether the value was beyond the range.
    @inline(__always)
    func store(_ value: Double) -> (value: Double, overflows: Bool) {
        guard fractionBits != nil else {
            let rounded = arithmetic.rounded(value)
            guard abs(rounded) > highest else { return (rounded, false) }
            return (rounded < 0 ? lowest : highest, true)
        }
        let units = rounding.apply(value * scale)
        guard units < lowest || units > highest else { return (units / scale, false) }
        guard wraps else { return ((units < lowest ? lowest : highest) / scale, true) }
        let size = highest - lowest + 1
        return ((units - ((units - lowest) / size).rounded(.down) * size) / scale, true)
    }

    /// The variance of one rounding of a value of this magnitude, as though errors were spread evenly over a step.
    package func variance(_ magnitude: Double) -> Double {
        let step: Double
        switch arithmetic {
        case .fixedPoint: step = 1 / scale
        case .floatingPoint(let dtype): step = dtype.unitInTheLastPlace(magnitude) ?? 0
        case .exact: step = 0
        }
        return step * step / 12
    }

    /// The narrowest fixed point with so many fraction bits that holds a range, its ends rounded.
    package static func fixed(holding range: ClosedRange<Double>, fractionBits: Int) -> NumberFormat {
        let integer = min(32, max(1, integerBits(holding: range, fractionBits: fractionBits)))
        return NumberFormat(.fixedPoint(integerBits: integer, fractionBits: fractionBits))
    }

    /// The integer bits, sign included, that a range needs once its ends are rounded to so many fraction bits: 0.9 to
    /// none is 1, which takes 2.
    package static func integerBits(holding range: ClosedRange<Double>, fractionBits: Int) -> Int {
        let scale = Double(sign: .plus, exponent: fractionBits, significand: 1)
        func rounded(_ value: Double) -> Double { (value * scale).rounded(.toNearestOrEven) / scale }
        return integerBits(holding: rounded(range.lowerBound)...rounded(range.upperBound))
    }

    /// The integer bits, sign included, that a range needs; 0 or less for small values.
    static func integerBits(holding range: ClosedRange<Double>) -> Int {
        // -2^n still fits n + 1 bits, 2^n does not.
        let above = range.upperBound > 0 ? Int(range.upperBound.exponent) + 2 : Int.min
        let low = -range.lowerBound
        let below = low > 0 ? Int(low.exponent) + (low.significand == 1 ? 1 : 2) : Int.min
        return above == .min && below == .min ? 1 : max(above, below)
    }
}

/// How the integer sums of the 1-bit convolutions are kept. A sum is finished first; saturating while it grows would
/// depend on the order.
public struct AccumulatorFormat: Sendable, Hashable {
    /// Bits, sign included.
    public let bits: Int
    /// Whether a sum beyond them wraps round in two's complement, in place of being held at the end.
    public let wraps: Bool

    /// As it is written: `16` or `16:wrap`, from 2 to 32 bits; nil for anything else.
    public init?(_ text: String) {
        wraps = text.ends(with: ":wrap")
        guard let bits = Int(text.without(suffix: ":wrap") ?? text), (2...32).contains(bits) else {
            return nil
        }
        self.bits = bits
    }

    package init(bits: Int, wraps: Bool = false) { (self.bits, self.wraps) = (bits, wraps) }

    /// As it is written.
    public var text: String { "\(bits)" + (wraps ? ":wrap" : "") }

    /// The least and the greatest sum.
    public var range: ClosedRange<Double> {
        let half = Double(sign: .plus, exponent: bits - 1, significand: 1)
        return -half...half - 1
    }

    /// What is stored of a sum, and whether it was beyond the range.
    @inline(__always)
    func store(_ sum: Int) -> (value: Int, overflows: Bool) {
        let half = 1 << (bits - 1)
        guard sum < -half || sum >= half else { return (sum, false) }
        guard wraps else { return (sum < 0 ? -half : half - 1, true) }
        return (((sum + half) & (2 * half - 1)) - half, true)
    }
}
