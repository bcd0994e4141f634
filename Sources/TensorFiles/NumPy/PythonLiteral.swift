import BBCUPlatform

/// Reads the few Python literals that a `.npy` header is made of: a flat dictionary of strings, booleans and tuples
/// of integers.
struct PythonLiteral {
    /// A value of the dictionary.
    enum Value {
        case string(String)
        case bool(Bool)
        case tuple([Int])
        /// Something else between brackets, as it is written: the fields of a record.
        case text(String)

        /// The element type: a code, or the list of a record's fields.
        var descriptor: String? {
            switch self {
            case .string(let text), .text(let text): text
            default: nil
            }
        }
    }

    private var rest: Substring.UnicodeScalarView

    init(_ text: String) { rest = text[...].unicodeScalars }

    /// The dictionary that the whole text is, or nil.
    mutating func dictionary() -> ExactDictionary<Value>? {
        guard take("{") else { return nil }
        var members: ExactDictionary<Value> = [:]
        while !take("}") {
            guard let key = string(), take(":"), let value = value(), members.updateValue(value, forKey: key) == nil
            else { return nil }
            guard take(",") || peek == "}" else { return nil }
        }
        return peek == nil ? members : nil
    }

    private mutating func value() -> Value? {
        if let text = string() { return .string(text) }
        if word("True") { return .bool(true) }
        if word("False") { return .bool(false) }
        if peek == "[" { return bracketed() }
        guard take("(") else { return nil }
        var numbers: [Int] = []
        while !take(")") {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            guard let number = Int(String(digits)) else { return nil }
            rest = rest.dropFirst(digits.count)
            _ = word("L")
            numbers.append(number)
            guard take(",") || peek == ")" else { return nil }
            skipBlanks()
        }
        return .tuple(numbers)
    }

    /// A list up to the bracket that closes it; brackets within quotes do not count.
    private mutating func bracketed() -> Value? {
        skipBlanks()
        var depth = 0
        var quote: Unicode.Scalar?
        for (offset, character) in zip(rest.indices, rest) {
            if let open = quote {
                if character == open { quote = nil }
                continue
            }
            switch character {
            case "'", "\"": quote = character
            case "[": depth += 1
            case "]": depth -= 1
            default: break
            }
            guard depth == 0 else { continue }
            let text = rest[...offset]
            rest = rest[rest.index(after: offset)...]
            return .text(String(text))
        }
        return nil
    }

    private mutating func string() -> String? {
        skipBlanks()
        guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
        let content = rest.dropFirst().prefix { $0 != quote && $0 != "\\" }
        let end = rest.dropFirst(content.count + 1)
        guard end.first == quote else { return nil }
        rest = end.dropFirst()
        return String(content)
    }

    private mutating func word(_ word: String) -> Bool {
        skipBlanks()
        guard rest.starts(with: word.unicodeScalars) else { return false }
        rest = rest.dropFirst(word.unicodeScalars.count)
        return true
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool { word(String(sign)) }

    private var peek: Unicode.Scalar? { rest.first { !$0.properties.isWhitespace } }

    private mutating func skipBlanks() { rest = rest.drop { $0.properties.isWhitespace } }
}
