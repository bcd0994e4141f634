/// Values as Python's `repr` writes them.
///
/// Source: the Python language reference, "String and Bytes literals"; `repr` escapes what Unicode does not count as
/// printable, and prefers single quotes.
package enum PythonNotation {
    /// A text: `'a\n'`. Anything that could steer a terminal is escaped.
    static func text(_ text: String) -> String { quoted(text.unicodeScalars.map { $0 }) }

    /// Bytes: `b'\x80'`.
    package static func bytes(_ bytes: [UInt8]) -> String {
        "b" + quoted(bytes.map { Unicode.Scalar($0) }, isBytes: true)
    }

    /// A text whose every byte is one character, as in Latin-1.
    static func latin1(_ bytes: [UInt8]) -> String { quoted(bytes.map { Unicode.Scalar($0) }) }

    /// A number with a fraction.
    static func float(_ value: Double) -> String {
        value.isNaN ? "nan" : value.isInfinite ? (value < 0 ? "-inf" : "inf") : value.description
    }

    /// The integer of little-endian two's complement bytes, in decimal digits; in hexadecimal beyond 1024 bytes, where
    /// the conversion would take too long.
    static func integer(twosComplement bytes: [UInt8]) -> String {
        guard case .bigInteger(let digits) = PickleText.integer(twosComplement: bytes) else {
            if case .integer(let value) = PickleText.integer(twosComplement: bytes) { return String(value) }
            return ""
        }
        return bytes.count <= 1024 ? decimal(bytes) : digits
    }

    private static func decimal(_ bytes: [UInt8]) -> String {
        let isNegative = bytes.last.map { $0 >= 0x80 } ?? false
        // Groups of nine decimal digits, the least significant first.
        var groups: [UInt64] = [0]
        for byte in bytes.reversed() {
            var carry = UInt64(isNegative ? ~byte : byte)
            for index in groups.indices {
                carry += groups[index] << 8
                groups[index] = carry % 1_000_000_000
                carry /= 1_000_000_000
            }
            if carry > 0 { groups.append(carry) }
        }
        if isNegative {
            var index = 0
            while index < groups.count, groups[index] == 999_999_999 {
                groups[index] = 0
                index += 1
            }
            if index < groups.count { groups[index] += 1 } else { groups.append(1) }
        }
        var text = String(groups.last ?? 0)
        for group in groups.dropLast().reversed() {
            let digits = String(group)
            text += String(repeating: "0", count: 9 - digits.count) + digits
        }
        return (isNegative ? "-" : "") + text
    }

    private static func quoted(_ scalars: [Unicode.Scalar], isBytes: Bool = false) -> String {
        let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
        var text = ""
        text.unicodeScalars.append(quote)
        for scalar in scalars {
            switch scalar {
            case quote, "\\":
                text += "\\"
                text.unicodeScalars.append(scalar)
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where isBytes ? !(0x20..<0x7F).contains(scalar.value) : !isPrintable(scalar): text += escaped(scalar)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text.unicodeScalars.append(quote)
        return text
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let (letter, width) =
            scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        let digits = String(scalar.value, radix: 16)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }
}
