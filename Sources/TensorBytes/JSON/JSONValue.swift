import OrderedCollections

/// A JSON document as a value: what every report is turned into before it is written.
///
/// A number that JSON cannot hold is written as a string: `"NaN"`, `"Infinity"`, `"-Infinity"`.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    /// A float32 number, written with the fewest digits that read back as the same float32.
    case float(Float)
    case string(String)
    case array([JSONValue])
    /// Written in the order of its keys.
    case object(Members)

    /// The members of an object.
    public typealias Members = OrderedDictionary<String, JSONValue>

    /// The value's integer, or null where there is none.
    public init(_ value: Int?) { self = value.map(JSONValue.integer) ?? .null }
    /// The value's number, or null where there is none.
    public init(_ value: Double?) { self = value.map(JSONValue.number) ?? .null }
    /// The value's float32 number, or null where there is none.
    public init(_ value: Float?) { self = value.map(JSONValue.float) ?? .null }
    /// The value's text, or null where there is none.
    public init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
    /// The value's truth, or null where there is none.
    public init(_ value: Bool?) { self = value.map(JSONValue.bool) ?? .null }
    /// An array of integers.
    public init(_ values: [Int]) { self = .array(values.map(JSONValue.integer)) }
    /// An array of texts.
    public init(_ values: [String]) { self = .array(values.map(JSONValue.string)) }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(OrderedDictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}

extension JSONValue: Encodable {
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .null: try String?.none.encode(to: encoder)
        case .bool(let value): try value.encode(to: encoder)
        case .integer(let value): try value.encode(to: encoder)
        case .number(let value): try value.encode(to: encoder)
        case .float(let value): try value.encode(to: encoder)
        case .string(let value): try value.encode(to: encoder)
        case .array(let values): try values.encode(to: encoder)
        case .object(let members):
            try encoder.encode([:])
            for (name, value) in members { try encoder.encode([name: value]) }
        }
    }
}
