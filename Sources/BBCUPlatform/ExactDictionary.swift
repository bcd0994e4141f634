/// Values under names, in the order in which the names were added. Names are the same only where their Unicode scalars
/// are: see ``ExactName``.
public struct ExactDictionary<Value> {
    private var places: [ExactName: Int] = [:]
    private var elements: [(key: String, value: Value)] = []

    /// A dictionary without values.
    public init() {}

    /// A dictionary of names and values; of a name that occurs twice, `combine` gets both values.
    public init(
        _ pairs: some Sequence<(String, Value)>, uniquingKeysWith combine: (Value, Value) -> Value
    ) {
        for (name, value) in pairs { self[name] = self[name].map { combine($0, value) } ?? value }
    }

    /// The names, in order.
    public var keys: [String] { elements.map(\.key) }

    /// The values, in the order of their names.
    public var values: [Value] { elements.map(\.value) }

    /// The value under a name; nil if there is none, and to remove it.
    public subscript(name: String) -> Value? {
        get { places[ExactName(name)].map { elements[$0].value } }
        set {
            let key = ExactName(name)
            switch (places[key], newValue) {
            case (let place?, let value?): elements[place].value = value
            case (nil, let value?):
                places[key] = elements.count
                elements.append((name, value))
            case (let place?, nil):
                elements.remove(at: place)
                places = [:]
                for (index, element) in elements.enumerated() { places[ExactName(element.key)] = index }
            case (nil, nil): break
            }
        }
    }

    /// The value under a name, or another if there is none.
    public subscript(name: String, default value: @autoclosure () -> Value) -> Value {
        get { self[name] ?? value() }
        _modify {
            let key = ExactName(name)
            let place = places[key] ?? elements.count
            if place == elements.count {
                places[key] = place
                elements.append((name, value()))
            }
            yield &elements[place].value
        }
    }

    /// Whether there is a value under a name.
    public func contains(name: String) -> Bool { places[ExactName(name)] != nil }

    /// Puts a value under a name.
    ///
    /// - Returns: the value that was there.
    @discardableResult
    public mutating func updateValue(_ value: Value, forKey name: String) -> Value? {
        defer { self[name] = value }
        return self[name]
    }

    /// The pairs that fit.
    public func filter(_ isIncluded: ((key: String, value: Value)) throws -> Bool) rethrows -> ExactDictionary {
        var result = ExactDictionary()
        for element in elements where try isIncluded(element) { result[element.key] = element.value }
        return result
    }

    /// Other values under the same names.
    public func mapValues<Other>(_ transform: (Value) throws -> Other) rethrows -> ExactDictionary<Other> {
        var result = ExactDictionary<Other>()
        for element in elements { result[element.key] = try transform(element.value) }
        return result
    }
}

extension ExactDictionary: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { elements.count }
    public subscript(place: Int) -> (key: String, value: Value) { elements[place] }
}

extension ExactDictionary: ExpressibleByDictionaryLiteral {
    /// A dictionary of names and values; the last value of a name counts.
    public init(dictionaryLiteral elements: (String, Value)...) {
        self.init(elements, uniquingKeysWith: { _, last in last })
    }
}

extension ExactDictionary: Sendable where Value: Sendable {}
