/// A binary floating-point format of at most 16 bits, decoded by integer arithmetic, so that the result does not
/// depend on the machine's own half-precision support.
struct SmallFloat {
    let exponentBits: Int
    let mantissaBits: Int
    let bias: Int
    let special: Special
    var hasSign = true

    /// Which bit patterns are not finite numbers.
    enum Special {
        /// Largest exponent: infinity, or NaN where the mantissa is not zero (IEEE 754).
        case ieee
        /// All exponent and mantissa bits set: NaN. No infinity (the "fn" formats).
        case allOnesIsNaN
        /// The pattern of negative zero: NaN. No infinity, no negative zero (the "fnuz" formats).
        case negativeZeroIsNaN
        /// Every pattern is a finite number (the 4-bit format).
        case none
    }

    /// IEEE 754 binary16.
    static let float16 = SmallFloat(exponentBits: 5, mantissaBits: 10, bias: 15, special: .ieee)

    /// The formats of 8 and fewer bits as PyTorch defines them (`c10/util/Float8_*.h`; Micikevicius et al. 2022 for E4M3
    /// and E5M2, the OCP Microscaling specification for E8M0 and E2M1).
    static func small(_ dtype: DType) -> SmallFloat? {
        switch dtype {
        case .float8E4M3FN: SmallFloat(exponentBits: 4, mantissaBits: 3, bias: 7, special: .allOnesIsNaN)
        case .float8E4M3FNUZ: SmallFloat(exponentBits: 4, mantissaBits: 3, bias: 8, special: .negativeZeroIsNaN)
        case .float8E5M2: SmallFloat(exponentBits: 5, mantissaBits: 2, bias: 15, special: .ieee)
        case .float8E5M2FNUZ: SmallFloat(exponentBits: 5, mantissaBits: 2, bias: 16, special: .negativeZeroIsNaN)
        case .float8E8M0FNU:
            SmallFloat(exponentBits: 8, mantissaBits: 0, bias: 127, special: .allOnesIsNaN, hasSign: false)
        case .float4E2M1FN: SmallFloat(exponentBits: 2, mantissaBits: 1, bias: 1, special: .none)
        default: nil
        }
    }

    /// The value of a bit pattern; exact, since every such number is a float32.
    func value(_ pattern: UInt16) -> Float {
        let pattern = Int(pattern)
        let mantissa = pattern & ((1 << mantissaBits) - 1)
        let exponent = (pattern >> mantissaBits) & ((1 << exponentBits) - 1)
        let isNegative = hasSign && (pattern >> (mantissaBits + exponentBits)) & 1 == 1
        let largest = (1 << exponentBits) - 1
        switch special {
        case .ieee where exponent == largest:
            return mantissa != 0 ? .nan : isNegative ? -.infinity : .infinity
        case .allOnesIsNaN where exponent == largest && mantissa == (1 << mantissaBits) - 1:
            return .nan
        case .negativeZeroIsNaN where isNegative && exponent == 0 && mantissa == 0:
            return .nan
        default: break
        }
        // Without a sign and a mantissa (E8M0) the exponent 0 is an ordinary power of two.
        let isSubnormal = exponent == 0 && mantissaBits > 0
        let significand = isSubnormal ? mantissa : mantissa + (1 << mantissaBits)
        let power = max(exponent, isSubnormal ? 1 : 0) - bias - mantissaBits
        let magnitude = Float(sign: .plus, exponent: power, significand: Float(significand))
        return isNegative ? -magnitude : magnitude
    }

    /// The bit pattern of the number nearest to a value, for a format as IEEE 754 has it.
    func pattern(_ value: Float) -> UInt16 {
        let sign: UInt16 = value.sign == .minus ? 1 << UInt16(mantissaBits + exponentBits) : 0
        let largest = (1 << exponentBits) - 1
        let rounded = abs(rounded(Double(value)))
        guard rounded.isFinite else {
            return sign | UInt16(largest << mantissaBits) | (rounded.isNaN ? 1 << UInt16(mantissaBits - 1) : 0)
        }
        guard rounded > 0 else { return sign }
        let exponent = max(Int(rounded.exponent), 1 - bias)
        // Counted in units of the last place: below 2^mantissaBits for a subnormal number.
        let units = Int(Double(sign: .plus, exponent: mantissaBits - exponent, significand: rounded))
        return sign | UInt16(((exponent + bias - 1) << mantissaBits) + units)
    }
}
