/// A name, compared by its Unicode scalars.
///
/// Swift's `String` compares canonically: `"\u{E9}"` (é) and `"e\u{301}"` are equal and one key of a dictionary. In every
/// format read here, as in Python, they are two names. So whatever holds names of tensors, entries, members or keys
/// holds them as `ExactName`, or in an ``ExactDictionary``.
public struct ExactName: Sendable, Hashable, Comparable, ExpressibleByStringLiteral {
    /// The name.
    public let text: String

    /// A name.
    public init(_ text: String) { self.text = text }
    public init(stringLiteral text: String) { self.text = text }

    public static func == (left: Self, right: Self) -> Bool { left.text.isExactly(right.text) }

    public static func < (left: Self, right: Self) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }

    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}
