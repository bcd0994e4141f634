import BBCUPlatform
import TensorBytes

/// The text forms of old protocols, and integers of any size.
package enum PickleText {
    /// A string of Python 2, which did not say whether it is text: text where it is UTF-8, as PyTorch reads it.
    static func python2(_ region: ByteRegion) -> PickleValue {
        String(validating: region.bytes, as: UTF8.self).map(PickleValue.string) ?? .bytes(region)
    }

    /// The integer of little-endian two's complement bytes.
    package static func integer(twosComplement bytes: [UInt8]) -> PickleValue {
        let isNegative = bytes.last.map { $0 >= 0x80 } ?? false
        let filler: UInt8 = isNegative ? 0xFF : 0
        let significant = bytes.count > 8 && bytes[8...].allSatisfy { $0 == filler } ? Array(bytes[..<8]) : bytes
        // The ninth byte was only a sign if the eighth carries the same.
        let fits = significant.count < 8 || (significant.count == 8 && (significant[7] >= 0x80) == isNegative)
        guard fits else {
            let digits = bytes.reversed().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            return .bigInteger("0x" + digits.joined())
        }
        var value: UInt64 = isNegative ? .max : 0
        for byte in significant.reversed() { value = value << 8 | UInt64(byte) }
        return .integer(Int(Int64(bitPattern: value)))
    }

    /// The number of an INT, LONG or FLOAT line, or nil where it is none.
    package static func number(_ text: String, _ opcode: PickleOpcode) -> PickleValue? {
        switch opcode {
        case .float: return Double(text).map(PickleValue.float)
        case .int where text == "00": return .bool(false)
        case .int where text == "01": return .bool(true)
        default:
            let digits = text.without(suffix: "L") ?? text
            if let value = Int(digits) { return .integer(value) }
            let unsigned = digits.without(prefix: "-") ?? digits
            guard !unsigned.isEmpty, unsigned.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return .bigInteger(digits)
        }
    }

    /// The digits of a line without what an unpickler passes over: blanks around them and underscores between them.
    static func lenientDigits(_ line: ByteRegion) -> String {
        guard line.count <= 64 else { return "" }
        return String(decoding: line.bytes.filter { $0 > 0x20 && $0 != 0x5F }, as: UTF8.self)
    }

    /// The text of a UNICODE line: Latin-1 with `\u` and `\U` escapes.
    static func rawUnicodeEscape(_ bytes: [UInt8]) -> String {
        var text = ""
        var index = 0
        while index < bytes.count {
            let width = index + 1 < bytes.count && bytes[index] == 0x5C ? [0x75: 4, 0x55: 8][bytes[index + 1]] : nil
            if let width, let code = hexadecimal(bytes, at: index + 2, count: width), let scalar = Unicode.Scalar(code)
            {
                text.unicodeScalars.append(scalar)
                index += 2 + width
            } else if let width, let code = hexadecimal(bytes, at: index + 2, count: width), code < 0x11_0000 {
                // Half of a surrogate pair, shown as its number.
                text += "\u{FFFD}" + String(code, radix: 16, uppercase: true)
                index += 2 + width
            } else {
                // A backslash belongs to what follows it: of two in a row the second begins no escape.
                let count = bytes[index] == 0x5C && index + 1 < bytes.count ? 2 : 1
                for byte in bytes[index..<index + count] { text.unicodeScalars.append(Unicode.Scalar(byte)) }
                index += count
            }
        }
        return text
    }

    /// The bytes of a quoted and escaped STRING line, or nil without quotes.
    static func unquoted(_ line: [UInt8]) -> [UInt8]? {
        guard line.count >= 2, let quote = line.first, quote == line.last, quote == 0x22 || quote == 0x27 else {
            return nil
        }
        let inner = Array(line[1..<line.count - 1])
        var bytes: [UInt8] = []
        var index = 0
        while index < inner.count {
            guard inner[index] == 0x5C, index + 1 < inner.count else {
                bytes.append(inner[index])
                index += 1
                continue
            }
            let (byte, length) = escape(inner, at: index + 1)
            if let byte { bytes.append(byte) } else { bytes += inner[index...index + 1] }
            index += 1 + length
        }
        return bytes
    }

    private static let simpleEscapes: [UInt8: UInt8] = [
        0x5C: 0x5C, 0x27: 0x27, 0x22: 0x22, 0x61: 7, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9, 0x76: 11,
    ]

    /// The byte that what follows a backslash stands for, and how long that is.
    private static func escape(_ bytes: [UInt8], at index: Int) -> (byte: UInt8?, length: Int) {
        if let byte = simpleEscapes[bytes[index]] { return (byte, 1) }
        if bytes[index] == 0x78, let code = hexadecimal(bytes, at: index + 1, count: 2) { return (UInt8(code), 3) }
        let octal = bytes[index...].prefix(3).prefix { (0x30...0x37).contains($0) }
        guard !octal.isEmpty else { return (nil, 1) }
        let code = octal.reduce(0) { $0 * 8 + Int($1 - 0x30) }
        return (UInt8(truncatingIfNeeded: code), octal.count)
    }

    private static func hexadecimal(_ bytes: [UInt8], at index: Int, count: Int) -> UInt32? {
        guard index + count <= bytes.count else { return nil }
        return UInt32(String(decoding: bytes[index..<index + count], as: UTF8.self), radix: 16)
    }
}
