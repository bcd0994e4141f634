import BBCUPlatform

/// A JSON document, with everything that the standard decoders hide: duplicate keys are an error, members keep their
/// order (RFC 8259).
package enum StrictJSON: Sendable {
    case object([(key: String, value: StrictJSON)])
    case array([StrictJSON])
    case string(String)
    /// A number as it is written.
    case number(String)
    case bool(Bool)
    case null

    /// Where a text is no JSON, and what was expected there.
    package struct Failure: Error, Hashable {
        package var offset: Int
        package var expected: String
        /// Whether the text is JSON for all that is known, and only nests deeper than is read.
        package var isLimit = false

        init(offset: Int, expected: String, isLimit: Bool = false) {
            (self.offset, self.expected, self.isLimit) = (offset, expected, isLimit)
        }
    }

    /// More than any header has.
    package static let mostValues = 1 << 24

    /// More than any header nests, and little enough for the stack.
    static let deepest = 64

    /// Parses a whole text; white space may stand around the document.
    ///
    /// - Parameter most: how many values it may have; each takes far more memory than the two bytes that state it.
    package static func parse(_ bytes: [UInt8], most: Int = mostValues) throws(Failure) -> StrictJSON {
        var parser = StrictJSONParser(bytes, most: most)
        let value = try parser.value(depth: 0)
        try parser.end()
        return value
    }

    /// The value of a member, or nil.
    package subscript(key: String) -> StrictJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// The text of a string, or nil.
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// What the value is, for messages.
    package var kindText: String {
        switch self {
        case .object(let members): members.isEmpty ? "an empty object" : "an object"
        case .array(let elements): elements.isEmpty ? "an empty list" : "a list"
        case .string: "a text"
        case .number: "a number"
        case .bool: "true or false"
        case .null: "null"
        }
    }

    /// The number, or nil. What JSON cannot hold stands as a text: `"Infinity"`.
    package var number: Double? {
        switch self {
        case .number(let digits): Double(digits)
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        case .string("NaN"): .nan
        default: nil
        }
    }

    /// The whole numbers of an array, none negative; nil for anything else.
    package var sizes: [Int]? {
        guard case .array(let elements) = self else { return nil }
        var result: [Int] = []
        for element in elements {
            guard case .number(let digits) = element, let size = Int(digits), size >= 0, digits != "-0" else {
                return nil
            }
            result.append(size)
        }
        return result
    }
}

/// Recursive descent over the bytes of a JSON text.
private struct StrictJSONParser {
    private let bytes: [UInt8]
    private var position = 0
    /// How many values may still come.
    private var valuesLeft: Int

    init(_ bytes: [UInt8], most: Int) { (self.bytes, valuesLeft) = (bytes, most) }

    mutating func value(depth: Int) throws(StrictJSON.Failure) -> StrictJSON {
        skipSpace()
        guard depth < StrictJSON.deepest else {
            throw StrictJSON.Failure(
                offset: position, expected: "at most \(StrictJSON.deepest.counted("level"))", isLimit: true)
        }
        guard valuesLeft > 0 else { throw failure("no more values: there are as many as can be read") }
        valuesLeft -= 1
        switch peek {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    mutating func end() throws(StrictJSON.Failure) {
        skipSpace()
        guard position == bytes.count else { throw failure("the end of the text") }
    }

    private mutating func object(_ depth: Int) throws(StrictJSON.Failure) -> StrictJSON {
        position += 1
        var members: [(key: String, value: StrictJSON)] = []
        // Two texts can be equal to Swift and two keys to JSON, which knows bytes.
        var keys: Set<[UInt8]> = []
        skipSpace()
        if take("}") { return .object([]) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a key in quotes") }
            let start = position
            let key = try string()
            guard keys.insert(Array(key.utf8)).inserted else {
                throw StrictJSON.Failure(offset: start, expected: "a key that is not there already")
            }
            skipSpace()
            guard take(":") else { throw failure("':'") }
            members.append((key, try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw failure("',' or '}'") }
        }
    }

    private mutating func array(_ depth: Int) throws(StrictJSON.Failure) -> StrictJSON {
        position += 1
        var elements: [StrictJSON] = []
        skipSpace()
        if take("]") { return .array([]) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw failure("',' or ']'") }
        }
    }

    private mutating func string() throws(StrictJSON.Failure) -> String {
        position += 1
        var units: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: units, as: UTF8.self) else { throw failure("UTF-8") }
                return text
            case UInt8(ascii: "\\"): units += String(try escape()).utf8
            case 0..<0x20: throw failure("no control character in a string")
            default: units.append(byte)
            }
        }
        throw failure("'\"'")
    }

    private mutating func escape() throws(StrictJSON.Failure) -> Unicode.Scalar {
        let escapes: [UInt8: Unicode.Scalar] = [
            UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/", UInt8(ascii: "b"): "\u{8}",
            UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
        ]
        guard let byte = peek else { throw failure("an escape") }
        position += 1
        if let scalar = escapes[byte] { return scalar }
        guard byte == UInt8(ascii: "u") else { throw failure("an escape") }
        let first = try hexadecimal()
        if (0xD800..<0xDC00).contains(first), take("\\"), take("u") {
            let second = try hexadecimal()
            if (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
            throw failure("the second half of a surrogate pair")
        }
        guard let scalar = Unicode.Scalar(first) else { throw failure("a surrogate pair") }
        return scalar
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46, 0x61...0x66: (byte | 0x20) - 0x57
        default: nil
        }
    }

    private mutating func hexadecimal() throws(StrictJSON.Failure) -> UInt32 {
        var result: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Self.hexadecimal(byte) else {
                throw failure("four hexadecimal digits")
            }
            position += 1
            result = result << 4 | UInt32(digit)
        }
        return result
    }

    private mutating func number() throws(StrictJSON.Failure) -> StrictJSON {
        let start = position
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws(StrictJSON.Failure) {
        let start = position
        while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw failure("a value") }
    }

    private mutating func literal(_ text: String, _ value: StrictJSON) throws(StrictJSON.Failure) -> StrictJSON {
        guard bytes[position...].starts(with: text.utf8) else { throw failure("a value") }
        position += text.utf8.count
        return value
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek.map(UInt32.init) == scalar.value else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func failure(_ expected: String) -> StrictJSON.Failure {
        StrictJSON.Failure(offset: position, expected: expected)
    }
}
