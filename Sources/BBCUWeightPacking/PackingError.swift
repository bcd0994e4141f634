/// A weight file that cannot be used: what is wrong with it.
public struct PackingError: Error, Hashable, CustomStringConvertible {
    /// What is wrong, as a sentence.
    public let description: String

    package init(_ description: String) { self.description = description }
}
