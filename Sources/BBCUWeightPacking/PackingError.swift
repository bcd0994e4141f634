import BBCUPlatform

/// The kinds of failure of a weight file.
public enum PackingCode: String, Sendable, Hashable, CaseIterable {
    /// It cannot be read.
    case unreadable
    /// It holds no packed words.
    case noWords
    /// It is larger than packed weights can be.
    case tooLarge
    /// The network has no such unit.
    case noUnit
    /// Its bits fit at so many places that the search has no end.
    case endless
}

/// Why a weight file cannot be used.
public typealias PackingError = ReadingError<PackingCode>

extension Advice {
    package static let searchPart = Advice("search a part of it, or name the unit")
}
