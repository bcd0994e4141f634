import BBCUPlatform

/// Numbers as a person reads them; the same text on every machine and in every locale.
public enum NumberText {
    /// A number with a fixed number of decimals: `3.14`.
    public static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf" }
        let scale = 10.0.raised(to: Double(decimals))
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 1e18 else { return value.description }
        let whole = Int(scaled)
        let sign = value < 0 && whole > 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(whole) }
        let digits = String(repeating: "0", count: max(0, decimals + 1 - String(whole).count)) + String(whole)
        return sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
    }

    /// A number with `digits` significant digits and an exponent: `1.2e-06`; a zero is `0`.
    public static func scientific(_ value: Double, digits: Int = 2) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : fixed(value, decimals: 0) }
        var exponent = Int(abs(value).commonLogarithm.rounded(.down))
        var mantissa = abs(value) / 10.0.raised(to: Double(exponent))
        let scale = 10.0.raised(to: Double(digits - 1))
        if (mantissa * scale).rounded() >= 10 * scale {
            mantissa /= 10
            exponent += 1
        } else if (mantissa * scale).rounded() < scale {
            mantissa *= 10
            exponent -= 1
        }
        let power = (exponent < 0 ? "-" : "+") + (abs(exponent) < 10 ? "0" : "") + String(abs(exponent))
        return (value < 0 ? "-" : "") + fixed(mantissa, decimals: digits - 1) + "e" + power
    }

    /// The number with so many significant digits, in scientific form where that is shorter (C's `%g`).
    public static func significant(_ value: Double, _ digits: Int = 4) -> String {
        value.general(digits: max(1, min(17, digits)))
    }

    /// A share as a percentage: `31 %`, `0.4 %`.
    public static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "beyond" }
        if share >= 10 { return "\(fixed(share, decimals: 0)) x" }
        return fixed(share * 100, decimals: share < 0.1 ? 1 : 0) + " %"
    }
}
