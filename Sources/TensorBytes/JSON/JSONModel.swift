/// A value that reports have as JSON: a whole report, or a part of one.
public protocol JSONModel: Encodable {}

extension JSONModel {
    /// The value as JSON.
    public var json: JSONValue { JSONValue(encoding: self) }
}

/// A value that JSON has as its description.
public protocol TextModel: JSONModel, CustomStringConvertible {}

extension TextModel {
    public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

extension Encoder {
    /// Writes members that are computed, or named otherwise than the properties they come from; called again, it adds
    /// to the same object.
    package func encode(_ members: KeyValuePairs<String, any Encodable>) throws {
        var container = container(keyedBy: MemberName.self)
        for (name, value) in members { try container.encode(value, forKey: MemberName(stringValue: name)) }
    }
}

/// The name of a member.
private struct MemberName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
