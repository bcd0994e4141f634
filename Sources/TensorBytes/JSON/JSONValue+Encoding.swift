import OrderedCollections

extension JSONValue {
    /// A model as JSON: its members in the order in which it encodes them, with names in snake case, null where there is
    /// no value.
    ///
    /// The standard encoder keeps no order.
    package init(encoding model: some Encodable) {
        let place = JSONPlace()
        // No container of this encoder throws, and models throw nothing of their own.
        do { try model.encode(to: JSONModelEncoder(place: place)) } catch { assertionFailure("\(error)") }
        self = place.value
    }
}

/// Where a container writes: it is filled after it was handed out.
private final class JSONPlace {
    private var scalar = JSONValue.null
    private var members: [(key: String, place: JSONPlace)]?
    private var elements: [JSONPlace]?

    var value: JSONValue {
        if let members {
            return .object(
                OrderedDictionary(members.map { ($0.key, $0.place.value) }, uniquingKeysWith: { _, last in last }))
        }
        if let elements { return .array(elements.map(\.value)) }
        return scalar
    }

    func set(_ value: JSONValue) { scalar = value }
    func beginObject() { members = members ?? [] }
    func beginArray() { elements = elements ?? [] }
    var count: Int { elements?.count ?? 0 }

    func member(_ key: String) -> JSONPlace {
        let place = JSONPlace()
        members?.append((key, place))
        return place
    }

    func element() -> JSONPlace {
        let place = JSONPlace()
        elements?.append(place)
        return place
    }

    /// Writes a scalar as itself, anything else by its own description.
    func encode(_ value: some Encodable) throws {
        switch value {
        case let value as JSONValue: set(value)
        case let value as String: set(.string(value))
        case let value as Int: set(.integer(value))
        case let value as Double: set(.number(value))
        case let value as Float: set(.float(value))
        case let value as Bool: set(.bool(value))
        case let value as any BinaryInteger: set(Int(exactly: value).map(JSONValue.integer) ?? .number(Double(value)))
        default: try value.encode(to: JSONModelEncoder(place: self))
        }
    }
}

private struct JSONModelEncoder: Encoder {
    let place: JSONPlace
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        place.beginObject()
        return KeyedEncodingContainer(JSONMemberWriter<Key>(place: place))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        place.beginArray()
        return JSONElements(place: place)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONScalar(place: place) }
}

private struct JSONMemberWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let place: JSONPlace
    var codingPath: [any CodingKey] { [] }

    private func member(_ key: Key) -> JSONPlace { place.member(key.stringValue.snakeCase) }

    func encodeNil(forKey key: Key) { _ = member(key) }
    func encode(_ value: some Encodable, forKey key: Key) throws { try member(key).encode(value) }

    private func encodeOptional(_ value: (some Encodable)?, _ key: Key) throws {
        let member = member(key)
        if let value { try member.encode(value) }
    }

    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try encodeOptional(value, key) }
    func encodeIfPresent(_ value: String?, forKey key: Key) throws { try encodeOptional(value, key) }
    func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try encodeOptional(value, key) }
    func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try encodeOptional(value, key) }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try encodeOptional(value, key) }
    func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try encodeOptional(value, key) }
    func encodeIfPresent(_ value: (some Encodable)?, forKey key: Key) throws { try encodeOptional(value, key) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { JSONModelEncoder(place: member(key)).container(keyedBy: keyType) }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        JSONModelEncoder(place: member(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { JSONModelEncoder(place: place.member("super")) }
    func superEncoder(forKey key: Key) -> any Encoder { JSONModelEncoder(place: member(key)) }
}

private struct JSONElements: UnkeyedEncodingContainer {
    let place: JSONPlace
    var codingPath: [any CodingKey] { [] }
    var count: Int { place.count }

    func encodeNil() { _ = place.element() }
    func encode(_ value: some Encodable) throws { try place.element().encode(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
        JSONModelEncoder(place: place.element()).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        JSONModelEncoder(place: place.element()).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { JSONModelEncoder(place: place.element()) }
}

private struct JSONScalar: SingleValueEncodingContainer {
    let place: JSONPlace
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { place.set(.null) }
    func encode(_ value: some Encodable) throws { try place.encode(value) }
}
