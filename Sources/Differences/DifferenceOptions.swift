/// What of two checkpoints is compared, and how closely.
public struct DifferenceOptions: Sendable, Hashable {
    /// Values a and b count as equal where |a - b| <= tolerance, computed in float64. NaN equals NaN, an infinity only
    /// itself. With a tolerance of 0 values are equal where their bits are, NaN apart: 0 and -0 then differ.
    public var tolerance: Double
    /// The path of the subtree of A that is compared; names are without it. Empty for everything.
    public var rootA: String
    /// The same for B.
    public var rootB: String
    /// Compares only names that match this pattern, where it is given.
    public var pattern: NamePattern?

    /// Compares everything, by default exactly.
    public init(tolerance: Double = 0, rootA: String = "", rootB: String = "", pattern: NamePattern? = nil) {
        self.tolerance = tolerance
        self.rootA = rootA
        self.rootB = rootB
        self.pattern = pattern
    }
}

/// A pattern of names as shells have it: `*` stands for any characters, dots included, `?` for one.
public struct NamePattern: Sendable, Hashable {
    /// The pattern as it was given.
    public let text: String
    private let scalars: [Unicode.Scalar]

    /// The pattern that a text says.
    public init(_ text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
    }

    /// Whether the whole name is one that the pattern describes.
    public func matches(_ name: String) -> Bool {
        let name = Array(name.unicodeScalars)
        var position = 0
        var index = 0
        // Only the last star can need another try: whatever an earlier one takes, the later one can give back.
        var star: (pattern: Int, name: Int)?
        while index < name.count {
            if position < scalars.count, scalars[position] == "*" {
                star = (position, index)
                position += 1
            } else if position < scalars.count, scalars[position] == "?" || scalars[position] == name[index] {
                position += 1
                index += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                position = last.pattern + 1
                index = last.name + 1
            } else {
                return false
            }
        }
        return scalars[position...].allSatisfy { $0 == "*" }
    }
}
