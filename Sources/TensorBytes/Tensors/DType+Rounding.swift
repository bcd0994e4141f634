extension DType {
    /// The number of this floating-point type nearest to `value`, ties to the even neighbour (IEEE 754, 4.3.1), or nil
    /// for a type that is not floating point or has no such rule (`float8_e8m0fnu`).
    ///
    /// What lies beyond the largest number becomes infinity, or NaN in a type without infinities. A type without a
    /// negative zero gives zero.
    public func rounded(_ value: Double) -> Double? {
        switch self {
        case .float64: value
        case .float32: Double(Float(value))
        case .float16: SmallFloat.float16.rounded(value)
        case .bfloat16: SmallFloat.bfloat16.rounded(value)
        case .float8E8M0FNU: nil
        default: SmallFloat.small(self)?.rounded(value)
        }
    }

    /// The distance from `value` to its neighbour in this floating-point type (the unit in the last place): for zero
    /// and subnormal numbers the smallest positive number. Nil for a type that is not floating point, and for a value
    /// that is not finite.
    public func unitInTheLastPlace(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        switch self {
        case .float64: return value.ulp
        case .float32: return Self.unit(value, mantissaBits: 23, bias: 127)
        case .float16: return Self.unit(value, SmallFloat.float16)
        case .bfloat16: return Self.unit(value, SmallFloat.bfloat16)
        default: return SmallFloat.small(self).map { Self.unit(value, $0) }
        }
    }

    /// The largest finite number of this floating-point type; nil for any other.
    public var largestFinite: Double? {
        switch self {
        case .float64: Double.greatestFiniteMagnitude
        case .float32: Double(Float.greatestFiniteMagnitude)
        case .float16: SmallFloat.float16.largest
        case .bfloat16: SmallFloat.bfloat16.largest
        default: SmallFloat.small(self)?.largest
        }
    }

    private static func unit(_ value: Double, _ format: SmallFloat) -> Double {
        unit(value, mantissaBits: format.mantissaBits, bias: format.bias)
    }

    private static func unit(_ value: Double, mantissaBits: Int, bias: Int) -> Double {
        let exponent = value == 0 ? 1 - bias : max(Int(value.exponent), 1 - bias)
        return Double(sign: .plus, exponent: exponent - mantissaBits, significand: 1)
    }
}

extension SmallFloat {
    /// bfloat16: the upper half of binary32.
    static let bfloat16 = SmallFloat(exponentBits: 8, mantissaBits: 7, bias: 127, special: .ieee)

    /// The largest finite number.
    var largest: Double {
        let ones = Double((2 << mantissaBits) - 1)
        let scale = Double(sign: .plus, exponent: (1 << exponentBits) - 1 - bias - mantissaBits, significand: 1)
        switch special {
        case .ieee: return ones * scale / 2
        case .allOnesIsNaN: return mantissaBits > 0 ? (ones - 1) * scale : scale / 2
        case .negativeZeroIsNaN, .none: return ones * scale
        }
    }

    /// The number nearest to `value`, ties to even.
    func rounded(_ value: Double) -> Double {
        guard value.isFinite else {
            if case .ieee = special { return value }
            return beyondLargest(value)
        }
        guard value != 0 else { return zero(like: value) }
        // Counted in units of the last place the rounding is one to an integer, subnormal numbers included.
        let exponent = max(Int(value.exponent), 1 - bias) - mantissaBits
        let units = Double(sign: .plus, exponent: -exponent, significand: value).rounded(.toNearestOrEven)
        guard units != 0 else { return zero(like: value) }
        let result = Double(sign: .plus, exponent: exponent, significand: units)
        guard abs(result) > largest else { return result }
        if case .ieee = special { return result < 0 ? -.infinity : .infinity }
        return beyondLargest(result)
    }

    /// What a format without infinities has for a number that it cannot hold: NaN, or its largest number where it lacks
    /// NaN too (OCP Microscaling, 5.3.3).
    private func beyondLargest(_ value: Double) -> Double {
        guard case .none = special, !value.isNaN else { return .nan }
        return value < 0 ? -largest : largest
    }

    private func zero(like value: Double) -> Double {
        if case .negativeZeroIsNaN = special { return 0 }
        return value.sign == .minus ? -0.0 : 0
    }
}
