/// What helps, in words that a library can say.
///
/// A program that offers the same under another name, such as an option of a command, gives its own words in ``wording``.
public struct Advice: Hashable, Sendable {
    /// The library's words; `%` stands for the detail.
    public let plain: String
    /// What it is about: a name, a number, a place.
    public let detail: String

    /// Advice in words; those of a table have one `%` for their detail.
    package init(_ plain: String, detail: String = "") {
        self.plain = plain
        self.detail = detail
    }

    /// A program's own words for advice without its detail, while it runs.
    @TaskLocal public static var wording: [Advice: String] = [:]

    /// The same advice about something.
    package func of(_ detail: String) -> Advice { Advice(plain, detail: detail) }
}

extension Advice: CustomStringConvertible {
    /// The program's words, or else the library's.
    public var description: String {
        let words = Advice.wording[Advice(plain)] ?? plain
        return detail.isEmpty ? words : words.parts(at: "%").joined(separator: detail)
    }
}

extension Advice: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.init(text) }
}
