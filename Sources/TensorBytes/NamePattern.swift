/// A pattern of tensors' names as shells have it: `*` any text, `?` any character, `[a-z]` one of some, `[!a-z]` none of
/// them. A dot is a character like any other.
///
/// Source: POSIX.1-2017, "Pattern Matching Notation", without its exceptions for file names.
public struct NamePattern: Sendable, Hashable {
    private enum Part: Hashable {
        case any
        case one
        case character(Unicode.Scalar)
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

        func matches(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .any, .one: true
            case .character(let own): own == scalar
            case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
            }
        }
    }

    /// The pattern as it was given.
    public let text: String
    private var parts: [Part] = []

    /// Reads a pattern; a bracket that is never closed stands for itself.
    public init(_ pattern: String) {
        text = pattern
        let scalars = Array(pattern.unicodeScalars)
        var index = 0
        while index < scalars.count {
            switch scalars[index] {
            case "*": parts.append(.any)
            case "?": parts.append(.one)
            case "[":
                if let (set, end) = Self.set(scalars, from: index + 1) {
                    parts.append(set)
                    index = end
                } else {
                    parts.append(.character("["))
                }
            case let scalar: parts.append(.character(scalar))
            }
            index += 1
        }
    }

    /// The set that starts after a bracket, and where its closing bracket is.
    private static func set(_ scalars: [Unicode.Scalar], from start: Int) -> (Part, Int)? {
        var index = start
        let isNegated = index < scalars.count && (scalars[index] == "!" || scalars[index] == "^")
        if isNegated { index += 1 }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        let first = index
        while index < scalars.count {
            if scalars[index] == "]", index > first { return (.set(ranges, isNegated: isNegated), index) }
            if index + 2 < scalars.count, scalars[index + 1] == "-", scalars[index + 2] != "]" {
                if scalars[index] <= scalars[index + 2] { ranges.append(scalars[index]...scalars[index + 2]) }
                index += 3
            } else {
                ranges.append(scalars[index]...scalars[index])
                index += 1
            }
        }
        return nil
    }

    /// Whether the whole name fits. Takes time in proportion to the product of both lengths at most.
    public func matches(_ name: String) -> Bool {
        let scalars = Array(name.unicodeScalars)
        var (index, part) = (0, 0)
        // Where to go on when what followed the last `*` does not fit.
        var retry: (index: Int, part: Int)?
        while index < scalars.count {
            if part < parts.count, case .any = parts[part] {
                retry = (index, part + 1)
                part += 1
            } else if part < parts.count, parts[part].matches(scalars[index]) {
                index += 1
                part += 1
            } else if let last = retry {
                retry = (last.index + 1, last.part)
                (index, part) = (last.index + 1, last.part)
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { if case .any = $0 { true } else { false } }
    }

    /// Whether a name comes before another where runs of digits count by their value: `body.2` before `body.10`.
    package static func precedes(_ left: String, _ right: String) -> Bool {
        var (left, right) = (left.utf8[...], right.utf8[...])
        while let first = left.first, let second = right.first {
            let digits = left.prefix { (0x30...0x39).contains($0) }
            let others = right.prefix { (0x30...0x39).contains($0) }
            if !digits.isEmpty, !others.isEmpty {
                let (number, other) = (digits.drop { $0 == 0x30 }, others.drop { $0 == 0x30 })
                if number.count != other.count { return number.count < other.count }
                if !number.elementsEqual(other) { return number.lexicographicallyPrecedes(other) }
                (left, right) = (left.dropFirst(digits.count), right.dropFirst(others.count))
            } else if first != second {
                return first < second
            } else {
                (left, right) = (left.dropFirst(), right.dropFirst())
            }
        }
        return left.isEmpty && !right.isEmpty
    }
}
