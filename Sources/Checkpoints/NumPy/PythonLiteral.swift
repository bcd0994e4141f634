/// Reads the few Python literals that a `.npy` header is made of: a flat dictionary of strings, booleans and tuples
/// of integers.
struct PythonLiteral {
    /// A value of the dictionary.
    enum Value {
        case string(String)
        case bool(Bool)
        case tuple([Int])
    }

    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    /// The dictionary that the whole text is, or nil.
    mutating func dictionary() -> [String: Value]? {
        guard take("{") else { return nil }
        var members: [String: Value] = [:]
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
        guard take("(") else { return nil }
        var numbers: [Int] = []
        while !take(")") {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let number = Int(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            _ = word("L")
            numbers.append(number)
            guard take(",") || peek == ")" else { return nil }
            skipBlanks()
        }
        return .tuple(numbers)
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
        guard rest.hasPrefix(word) else { return false }
        rest = rest.dropFirst(word.count)
        return true
    }

    private mutating func take(_ character: Character) -> Bool { word(String(character)) }

    private var peek: Character? { rest.first { !$0.isWhitespace } }

    private mutating func skipBlanks() { rest = rest.drop { $0.isWhitespace } }
}
