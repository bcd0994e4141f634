import TensorBytes

/// What values a tensor took before they were stored, and what storing did to them.
public struct TensorUse: Encodable, Sendable, Hashable {
    /// Numbers that were stored.
    public private(set) var numbers = 0
    /// Numbers that are exactly 0.
    public private(set) var zeros = 0
    /// Values beyond the format's range.
    public private(set) var overflows = 0
    /// Values that are not 0 and stored as 0, since they are less than half a step.
    public private(set) var vanished = 0
    private var least = 0.0
    private var greatest = 0.0

    package init() {}

    /// The least value; 0 without any.
    public var minimum: Double { least == 0 ? 0 : least }
    /// The greatest value; 0 without any.
    public var maximum: Double { greatest == 0 ? 0 : greatest }

    /// The integer bits, sign included, that hold the range; 0 or less for small values.
    public var integerBits: Int { NumberFormat.integerBits(holding: range) }

    /// Whether more than half of the values that are not 0 are stored as 0: little of the tensor is left.
    public var isEmptied: Bool { 2 * vanished > numbers - zeros }

    package var range: ClosedRange<Double> { minimum...maximum }

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "numbers": numbers, "minimum": minimum, "maximum": maximum, "integer_bits": integerBits,
            "overflows": overflows, "vanished": vanished,
        ])
    }

    @inline(__always)
    mutating func count(_ value: Double, overflows: Bool) {
        least = numbers == 0 ? value : min(least, value)
        greatest = numbers == 0 ? value : max(greatest, value)
        numbers += 1
        if value == 0 { zeros += 1 }
        if overflows { self.overflows += 1 }
    }

    /// Counts a value and returns what is stored of it.
    @inline(__always)
    package mutating func store(_ value: Double, _ format: NumberFormat?) -> Double {
        guard let format else {
            count(value, overflows: false)
            return value
        }
        let stored = format.store(value)
        count(value, overflows: stored.overflows)
        if stored.value == 0, value != 0, !stored.overflows { vanished += 1 }
        return stored.value
    }

    package mutating func add(_ other: TensorUse) {
        guard other.numbers > 0 else { return }
        least = numbers == 0 ? other.least : min(least, other.least)
        greatest = numbers == 0 ? other.greatest : max(greatest, other.greatest)
        numbers += other.numbers
        zeros += other.zeros
        overflows += other.overflows
        vanished += other.vanished
    }
}
