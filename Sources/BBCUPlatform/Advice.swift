/// What helps, in words that a library can say.
///
/// A program that offers the same under another name, such as an option of a command, gives its own words in ``wording``.
public struct Advice: Hashable, Sendable {
    /// The library's words; `%` stands for a detail.
    public let plain: String
    /// What it is about: names, numbers, places.
    public let details: [String]

    /// Advice in words.
    package init(_ plain: String, details: [String] = []) {
        self.plain = plain
        self.details = details
    }

    /// A program's own words for advice without its details, while it runs.
    @TaskLocal public static var wording: [Advice: String] = [:]

    /// The same advice about something.
    package func of(_ details: String...) -> Advice { Advice(plain, details: details) }
}

extension Advice: CustomStringConvertible {
    /// The program's words, or else the library's.
    public var description: String {
        let words = Advice.wording[Advice(plain)] ?? plain
        guard !details.isEmpty else { return words }
        let parts = words.parts(at: "%")
        return parts[0] + zip(details, parts.dropFirst()).map { $0 + $1 }.joined()
    }
}

extension Advice: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.init(text) }
}
