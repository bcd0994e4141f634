import OrderedCollections

/// Values under names, in the order in which the names were added. Names are the same only where their Unicode scalars
/// are: see ``ExactName``.
public struct ExactDictionary<Value> {
    private var elements: OrderedDictionary<ExactName, Value> = [:]

    /// A dictionary without values.
    public init() {}

    /// A dictionary of names and values; of a name that occurs twice, `combine` gets both values.
    public init(
        _ pairs: some Sequence<(String, Value)>, uniquingKeysWith combine: (Value, Value) -> Value
    ) {
        elements = OrderedDictionary(pairs.map { (ExactName($0), $1) }, uniquingKeysWith: combine)
    }

    /// The names, in order.
    public var keys: [String] { elements.keys.map(\.text) }

    /// The values, in the order of their names.
    public var values: [Value] { Array(elements.values) }

    /// The value under a name; nil if there is none, and to remove it.
    public subscript(name: String) -> Value? {
        get { elements[ExactName(name)] }
        set { elements[ExactName(name)] = newValue }
    }

    /// The value under a name, or another if there is none.
    public subscript(name: String, default value: @autoclosure () -> Value) -> Value {
        get { self[name] ?? value() }
        _modify { yield &elements[ExactName(name), default: value()] }
    }

    /// Whether there is a value under a name.
    public func contains(name: String) -> Bool { self[name] != nil }

    /// Puts a value under a name.
    ///
    /// - Returns: the value that was there.
    @discardableResult
    public mutating func updateValue(_ value: Value, forKey name: String) -> Value? {
        elements.updateValue(value, forKey: ExactName(name))
    }

    /// The pairs that fit.
    public func filter(_ isIncluded: ((key: String, value: Value)) throws -> Bool) rethrows -> ExactDictionary {
        var result = ExactDictionary()
        result.elements = try elements.filter { try isIncluded(($0.key.text, $0.value)) }
        return result
    }

    /// Other values under the same names.
    public func mapValues<Other>(_ transform: (Value) throws -> Other) rethrows -> ExactDictionary<Other> {
        var result = ExactDictionary<Other>()
        result.elements = try elements.mapValues(transform)
        return result
    }
}

extension ExactDictionary: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { elements.count }
    public subscript(place: Int) -> (key: String, value: Value) {
        (elements.elements[place].key.text, elements.elements[place].value)
    }
}

extension ExactDictionary: ExpressibleByDictionaryLiteral {
    /// A dictionary of names and values; the last value of a name counts.
    public init(dictionaryLiteral elements: (String, Value)...) {
        self.init(elements, uniquingKeysWith: { _, last in last })
    }
}

extension ExactDictionary: Sendable where Value: Sendable {}
