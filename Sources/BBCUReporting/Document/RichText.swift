/// Text in which names and paths of a file are set apart: `"\(code: name) is missing"`.
public struct RichText: Sendable, ExpressibleByStringInterpolation {
    /// A piece of text.
    package enum Run: Sendable {
        case text(String)
        /// A name, a path or a command, of which at most so many characters are shown.
        case code(String, atMost: Int)
    }

    /// The pieces in their order.
    package var runs: [Run]

    /// Plain text.
    package init(_ text: String) { runs = [.text(text)] }

    public init(stringLiteral value: String) { self.init(value) }

    public init(stringInterpolation: StringInterpolation) { runs = stringInterpolation.runs }

    /// A name or a path by itself.
    package static func code(_ text: String, atMost limit: Int = 200) -> RichText { "\(code: text, atMost: limit)" }

    /// Two texts, one after the other.
    package static func + (left: RichText, right: RichText) -> RichText {
        var result = left
        result.runs += right.runs
        return result
    }

    /// What is between the quotes.
    public struct StringInterpolation: StringInterpolationProtocol {
        var runs: [Run] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { runs.append(.text(literal)) }
        }

        /// Adds plain text.
        public mutating func appendInterpolation<Value>(_ value: Value) {
            runs.append(.text("\(value)"))
        }

        /// Adds text with its own pieces.
        public mutating func appendInterpolation(_ text: RichText) { runs += text.runs }

        /// Adds a name or a path of a file.
        public mutating func appendInterpolation(code: String, atMost limit: Int = 200) {
            runs.append(.code(code, atMost: limit))
        }
    }
}
