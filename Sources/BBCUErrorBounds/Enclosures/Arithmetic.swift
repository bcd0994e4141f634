import BBCUPlatform
import TensorBytes

/// How a port rounds: what replaces float32's unit roundoff in every bound.
public enum Arithmetic: Sendable, Hashable {
    /// A floating-point type, rounded to nearest.
    case floatingPoint(DType)
    /// Fixed point with the given bits of integer (sign included) and fraction, rounded to nearest or cut off.
    case fixedPoint(integerBits: Int, fractionBits: Int)
    /// Nothing is rounded: what integers do that are wide enough.
    case exact

    /// float32.
    public static let float32 = Arithmetic.floatingPoint(.float32)

    /// As it is written: `float16`, `bfloat16`, `float32` or `fixed:8.8`; nil for anything else.
    public init?(_ text: String) {
        switch text {
        case "float32": self = .float32
        case "float16": self = .floatingPoint(.float16)
        case "bfloat16": self = .floatingPoint(.bfloat16)
        default:
            let parts = text.parts(at: ":")
            guard parts.count == 2, parts[0] == "fixed" else { return nil }
            let bits = parts[1].parts(at: ".").map { Int($0) }
            guard bits.count == 2, let integer = bits[0], let fraction = bits[1], (1...32).contains(integer),
                (0...48).contains(fraction)
            else { return nil }
            self = .fixedPoint(integerBits: integer, fractionBits: fraction)
        }
    }

    /// As it is written.
    public var text: String {
        switch self {
        case .floatingPoint(let dtype): dtype.rawValue
        case .fixedPoint(let integer, let fraction): "fixed:\(integer).\(fraction)"
        case .exact: "exact"
        }
    }

    /// The largest relative error of one rounding.
    package var relative: Double {
        switch self {
        case .floatingPoint(.float16): 0x1p-11
        case .floatingPoint(.bfloat16): 0x1p-8
        case .floatingPoint: 0x1p-24
        case .fixedPoint, .exact: 0
        }
    }

    /// The largest absolute error of one rounding: the last place of a fixed-point number, which hardware cuts off as
    /// often as it rounds, or what a float loses when it becomes subnormal.
    var absolute: Double {
        switch self {
        case .floatingPoint(.float16): 0x1p-25
        case .floatingPoint(.bfloat16): 0x1p-134
        case .floatingPoint: 0x1p-150
        case .fixedPoint(_, let fraction): Double(sign: .plus, exponent: -fraction, significand: 1)
        case .exact: 0
        }
    }

    /// What one rounding of a value of this magnitude can lose.
    package func rounding(_ magnitude: Double) -> Double { relative * magnitude + absolute }

    /// What a parameter loses when the port keeps it in this arithmetic; checkpoints hold float32.
    func parameterRounding(_ parameter: Double) -> Double { self == .float32 ? 0 : rounding(abs(parameter)) }

    /// The largest magnitude that it can hold.
    package var largest: Double {
        switch self {
        case .floatingPoint(.float16): 65504
        case .floatingPoint: Double(Float.greatestFiniteMagnitude)
        case .fixedPoint(let integer, let fraction):
            Double(sign: .plus, exponent: integer - 1, significand: 1)
                - Double(sign: .plus, exponent: -fraction, significand: 1)
        case .exact: .infinity
        }
    }

    /// A number of this arithmetic, as though it had no largest one: the nearest, ties to even, or in fixed point the one
    /// below, whose errors add up.
    package func rounded(_ value: Double) -> Double {
        switch self {
        case .floatingPoint(let dtype): return dtype.rounded(value) ?? value
        case .fixedPoint(_, let fraction):
            let scale = Double(sign: .plus, exponent: fraction, significand: 1)
            return (value * scale).rounded(.down) / scale
        case .exact: return value
        }
    }
}
