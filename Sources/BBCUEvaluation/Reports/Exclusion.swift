import TensorBytes

/// An image that could not be used.
public struct Exclusion: Codable, Sendable, Hashable {
    /// Its relative path.
    public var name: String
    /// Its set.
    public var set: String
    /// Why, in words.
    public var reason: String

    /// Describes an image that could not be used.
    public init(name: String, set: String, reason: String) {
        self.name = name
        self.set = set
        self.reason = reason
    }

    /// The image in a report that knows no sets.
    var withoutSet: JSONMembers { JSONMembers(["name": name, "reason": reason]) }
}
