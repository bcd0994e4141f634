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
    /// Writes members that are computed, or named otherwise than the properties they come from; then those of other
    /// models, into the same object.
    package func encode(_ members: KeyValuePairs<String, any Encodable>, with others: (any Encodable)?...) throws {
        try JSONMembers(members, others).encode(to: self)
    }
}

/// An object that is no more than its members.
package struct JSONMembers: JSONModel {
    private let members: KeyValuePairs<String, any Encodable>
    private let others: [(any Encodable)?]

    /// An object of members, and of those of other models.
    package init(_ members: KeyValuePairs<String, any Encodable>, with others: (any Encodable)?...) {
        self.init(members, others)
    }

    fileprivate init(_ members: KeyValuePairs<String, any Encodable>, _ others: [(any Encodable)?]) {
        (self.members, self.others) = (members, others)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: MemberName.self)
        for (name, value) in members { try container.encode(value, forKey: MemberName(stringValue: name)) }
        for model in others { try model?.encode(to: encoder) }
    }
}

/// The name of a member.
private struct MemberName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
