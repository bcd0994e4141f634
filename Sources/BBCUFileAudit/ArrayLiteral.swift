/// Reads the Python literals that an array's header is made of: a dictionary of texts, truth values, and tuples and
/// lists of those and of integers, nested as record types are.
struct ArrayLiteral {
    indirect enum Value {
        case text(String)
        case integer(Int)
        case bool
        case tuple([Value])
        case list([Value])
        case dictionary([(key: String, value: Value)])
    }

    private static let deepest = 32
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The one value that the whole text is, or nil.
    mutating func whole() -> Value? {
        guard let value = value(0) else { return nil }
        return peek == nil ? value : nil
    }

    private var peek: UInt8? { bytes[position...].first { $0 > 0x20 } }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
        guard position < bytes.count, UInt32(bytes[position]) == byte.value else { return false }
        position += 1
        return true
    }

    private mutating func value(_ depth: Int) -> Value? {
        guard depth < Self.deepest else { return nil }
        if take("'") { return text() }
        if take("(") { return values(until: ")", depth).map { $0.isSingle ? $0.values[0] : .tuple($0.values) } }
        if take("[") { return values(until: "]", depth).map { .list($0.values) } }
        if take("{") { return dictionary(depth) }
        if word("True") || word("False") { return .bool }
        let isNegative = take("-")
        let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
        position += digits.count
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        // Python 2 wrote long integers with an L.
        _ = take("L")
        return .integer(isNegative ? -number : number)
    }

    /// `isSingle` where one value stands between brackets without a comma, which makes no tuple.
    private mutating func values(until end: Unicode.Scalar, _ depth: Int) -> (values: [Value], isSingle: Bool)? {
        var (values, commas) = ([Value](), 0)
        while !take(end) {
            guard let value = value(depth + 1) else { return nil }
            values.append(value)
            if take(",") {
                commas += 1
            } else {
                guard take(end) else { return nil }
                break
            }
        }
        return (values, values.count == 1 && commas == 0)
    }

    private mutating func dictionary(_ depth: Int) -> Value? {
        var members: [(key: String, value: Value)] = []
        while !take("}") {
            guard take("'"), case .text(let key)? = text(), take(":"), let value = value(depth + 1) else { return nil }
            members.append((key, value))
            guard take(",") || peek == UInt8(ascii: "}") else { return nil }
        }
        return .dictionary(members)
    }

    private mutating func text() -> Value? {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "'")),
            !bytes[position..<end].contains(UInt8(ascii: "\\"))
        else { return nil }
        defer { position = end + 1 }
        return .text(String(decoding: bytes[position..<end], as: UTF8.self))
    }

    private mutating func word(_ word: String) -> Bool {
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }
}
