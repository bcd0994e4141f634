import BBCUPlatform
import TensorBytes

/// Bytes that are written in text as base64 (RFC 4648, both alphabets) or as hexadecimal digits.
enum EncodedText {
    /// How bytes are written.
    enum Encoding: String, CaseIterable {
        case base64
        case hexadecimal

        /// The bytes; nil where the text is not written so.
        func decode(_ text: [UInt8]) -> [UInt8]? {
            switch self {
            case .base64: EncodedText.base64(text)
            case .hexadecimal: EncodedText.hexadecimal(text)
            }
        }
    }

    /// A run of digits in a text.
    struct Run {
        let offset: Int
        /// The digits, without the line ends between them.
        let text: [UInt8]
    }

    /// Shorter runs are words. The shortest pickle that calls something with an argument takes 24 bytes.
    private static let shortest = 32
    /// Lines of a longer run end behind so many digits at least; words in a list are shorter.
    private static let shortestLine = 40

    /// The runs that are long enough to hold a file.
    static func runs(in region: ByteRegion) -> [Run] {
        var runs: [Run] = []
        var (text, offset, lineStart) = ([UInt8](), 0, 0)
        func finish() {
            if text.count >= shortest { runs.append(Run(offset: offset, text: text)) }
            text.removeAll(keepingCapacity: true)
            lineStart = 0
        }
        for (position, byte) in region.bytes.enumerated() {
            if digit(byte) != nil {
                if text.isEmpty { offset = position }
                text.append(byte)
            } else if byte == 0x0A || byte == 0x0D, text.count - lineStart >= shortestLine {
                lineStart = text.count
            } else if byte == 0x0A, lineStart > 0, lineStart == text.count {
                continue
            } else {
                finish()
            }
        }
        finish()
        return runs
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }

    private static func base64(_ text: [UInt8]) -> [UInt8]? {
        var (bytes, bits, count) = ([UInt8](), 0, 0)
        bytes.reserveCapacity(text.count / 4 * 3 + 3)
        for byte in text {
            guard let digit = digit(byte) else { return nil }
            bits = (bits << 6 | Int(digit)) & 0xFFFF
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        return bytes
    }

    private static func hexadecimal(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = hexDigit(text[index]), let low = hexDigit(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
