import BBCUPlatform

extension StrictJSON {
    /// Where a document is not what a model is read from.
    package struct Mismatch: Error, Hashable {
        /// The member: `images[3].psnr`; empty for the whole document.
        package var place: String
        /// What should be there.
        package var expected: String

        package init(place: String, expected: String) { (self.place, self.expected) = (place, expected) }
    }

    /// Whole numbers up to this are read, so that sums over all rows fit 64 bits.
    private static let largestInteger = UInt(1) << 40

    /// Reads a model whose members have names in snake case; a member that is absent or null is nil.
    ///
    /// - Throws: ``Mismatch`` with the first member that does not fit.
    package func decode<Model: Decodable>(_ type: Model.Type) throws(Mismatch) -> Model {
        do {
            return try Model(from: JSONModelDecoder(value: self, codingPath: []))
        } catch let error as Mismatch {
            throw error
        } catch DecodingError.dataCorrupted(let context) {
            throw Mismatch(place: Self.text(context.codingPath), expected: "a value that this version knows")
        } catch {
            throw Mismatch(place: "", expected: "\(type)")
        }
    }

    fileprivate static func text(_ path: [any CodingKey]) -> String {
        path.reduce("") { text, key in
            if let index = key.intValue { return "\(text)[\(index)]" }
            return (text.isEmpty ? "" : text + ".") + key.stringValue.snakeCase
        }
    }

    fileprivate func integer() -> Int? {
        guard case .number(let digits) = self, let number = Double(digits), let integer = Int(exactly: number),
            integer.magnitude <= Self.largestInteger
        else { return nil }
        return integer
    }
}

extension Decoder {
    /// A value that a model cannot have, as an error that names the member.
    package func mismatch(_ expected: String) -> StrictJSON.Mismatch {
        .init(place: StrictJSON.text(codingPath), expected: expected)
    }
}

private struct JSONModelDecoder: Decoder {
    let value: StrictJSON?
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members)? = value else { throw mismatch("an object") }
        return KeyedDecodingContainer(JSONMemberReader(members: members, decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements)? = value else { throw mismatch("a list") }
        return JSONElementReader(elements: elements, decoder: self)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { JSONScalarReader(decoder: self) }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let found: Any?
        switch type {
        case is String.Type: found = value?.text
        case is Int.Type: found = value?.integer()
        case is Double.Type: found = value?.number.flatMap { $0.isFinite ? $0 : nil }
        case is Boundless.Type: found = value?.number.map { Boundless(wrappedValue: $0) }
        case is Bool.Type: if case .bool(let flag)? = value { found = flag } else { found = nil }
        default: return try Value(from: self)
        }
        guard let result = found as? Value else { throw mismatch(Self.words(type)) }
        return result
    }

    private static func words(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Int.Type: "a whole number of at most 2^40"
        case is Bool.Type: "true or false"
        default: "a number"
        }
    }

    var isNil: Bool {
        guard let value else { return true }
        if case .null = value { return true }
        return false
    }
}

private struct JSONMemberReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [(key: String, value: StrictJSON)]
    let decoder: JSONModelDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.key) } }

    private func member(_ key: any CodingKey) -> JSONModelDecoder {
        let name = key.stringValue.snakeCase
        return JSONModelDecoder(
            value: members.first { $0.key.isExactly(name) }?.value, codingPath: codingPath + [key])
    }

    func contains(_ key: Key) -> Bool { !member(key).isNil }
    func decodeNil(forKey key: Key) -> Bool { member(key).isNil }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try member(key).decode(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try member(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try member(key).unkeyedContainer()
    }

    func superDecoder() -> any Decoder { decoder }
    func superDecoder(forKey key: Key) -> any Decoder { member(key) }
}

private struct JSONElementReader: UnkeyedDecodingContainer {
    let elements: [StrictJSON]
    let decoder: JSONModelDecoder
    private(set) var currentIndex = 0

    init(elements: [StrictJSON], decoder: JSONModelDecoder) { (self.elements, self.decoder) = (elements, decoder) }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    private struct Index: CodingKey {
        let index: Int
        init(_ index: Int) { self.index = index }
        init?(stringValue: String) { nil }
        init?(intValue: Int) { index = intValue }
        var stringValue: String { String(index) }
        var intValue: Int? { index }
    }

    private mutating func next() -> JSONModelDecoder {
        defer { currentIndex += 1 }
        return JSONModelDecoder(
            value: isAtEnd ? nil : elements[currentIndex], codingPath: codingPath + [Index(currentIndex)])
    }

    mutating func decodeNil() -> Bool {
        guard !isAtEnd, case .null = elements[currentIndex] else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested>
    {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() -> any Decoder { next() }
}

private struct JSONScalarReader: SingleValueDecodingContainer {
    let decoder: JSONModelDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.isNil }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.decode(type) }
}
