/// A number of a model that may be infinite or none, which JSON has as a text; every other number of a model is finite.
@propertyWrapper
public struct Boundless: Codable, Hashable, Sendable {
    public var wrappedValue: Double

    /// Wraps a number.
    public init(wrappedValue: Double) { self.wrappedValue = wrappedValue }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}
