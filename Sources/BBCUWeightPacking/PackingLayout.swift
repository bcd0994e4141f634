/// A layout of packed weights: an order of the digits of a weight's place, and of the bits that it makes.
///
/// `Documentation/PackingLayouts.md` describes the family.
public struct PackingLayout: Sendable, Hashable {
    var division: PackingDivision
    /// The digits, innermost first.
    public var order: [PackingAxis]
    /// After so many of them the bits are filled up to a multiple; nil for never.
    var filling: Filling?
    /// Whether bit 1 is -1.
    public var isInverted: Bool
    /// Which bit of the file a bit is, counted from the first.
    public var bitOrder: BitOrder

    /// The packed model's own.
    static let packedModel = PackingLayout(
        division: PackingDivision(channels: .init(multiple: 8)), order: [.channel, .column, .row, .filter],
        filling: nil, isInverted: false, bitOrder: .exclusiveOr(0))

    /// Filled up to a multiple of so many bits.
    struct Filling: Sendable, Hashable {
        var after: Int
        var multiple: Int
    }

    /// How bits lie in words.
    public enum BitOrder: Sendable, Hashable {
        /// Bit p lies at p XOR mask: 7 turns the bits of a byte round, 8 the bytes of 16 bits, 16 the halves of 32 bits,
        /// 32 those of 64.
        case exclusiveOr(Int)
        /// The bits of every word of so many are turned round.
        case reversed(word: Int)

        /// Where a bit lies.
        @inline(__always) func place(_ bit: Int) -> Int {
            switch self {
            case .exclusiveOr(let mask): bit ^ mask
            case .reversed(let word): bit / word * word + word - 1 - bit % word
            }
        }
    }

    /// For every bit in order, before its place in words, the weight in the division's array; -1 for what fills up.
    func places(_ sizes: PackingSizes) -> [Int32] {
        let digits = division.digits(sizes)
        var run = PackingRun(digits)
        for (index, axis) in order.enumerated() {
            if let digit = digits.first(where: { $0.axis == axis }) { run.extend(by: digit) }
            if let filling, filling.after == index + 1 { run.fill(to: filling.multiple) }
        }
        return run.places.map { $0 == .min ? -1 : run.base + $0 }
    }

    /// The bits that weights are packed into: 0 and 1 (zeros as 0, before polarity), and which of them count.
    func pack(_ weights: PackingWeights) -> (bits: [UInt8], counts: [Bool]) {
        let table = weights.table(division)
        let places = places(weights.sizes)
        let invert: UInt8 = isInverted ? 1 : 0
        let size = places.indices.reduce(0) { max($0, bitOrder.place($1) + 1) }
        var bits = [UInt8](repeating: 0, count: size)
        var counts = [Bool](repeating: false, count: size)
        for (index, place) in places.enumerated() where place >= 0 {
            let value = table[Int(place)]
            guard value <= PackingWeights.Bit.one else { continue }
            bits[bitOrder.place(index)] = value ^ invert
            counts[bitOrder.place(index)] = true
        }
        return (bits, counts)
    }

    /// Bits from the first to the last, what fills up included.
    func bitCount(_ sizes: PackingSizes) -> Int { places(sizes).count }
}

/// The weights that the bits of a layout's innermost digits are, counted from the first weight.
struct PackingRun: Sendable {
    /// The first weight: reversed digits start at their ends.
    let base: Int32
    /// Where its bits are; of a shortened run the first of them.
    private(set) var places: [Int32] = [0]
    /// How many bits it has.
    private(set) var count = 1

    init(_ digits: [PackingDivision.Digit]) {
        base = Int32(digits.reduce(0) { $0 + ($1.isReversed ? ($1.count - 1) * $1.stride : 0) })
    }

    /// Repeats the run for every value of another digit.
    /// - Parameter most: bits that are enough: the run is shortened to these, and up to twice as many more.
    mutating func extend(by digit: PackingDivision.Digit, atMost most: Int = .max) {
        let step = Int32(digit.isReversed ? -digit.stride : digit.stride)
        let length = places.count
        let values = most == .max ? digit.count : min(digit.count, 2 + most / length)
        count *= digit.count
        places.reserveCapacity(length * values)
        for value in 1..<max(1, values) {
            for index in 0..<length {
                places.append(places[index] == .min ? .min : places[index] + Int32(value) * step)
            }
        }
    }

    /// Fills the run up to a multiple of so many bits.
    mutating func fill(to multiple: Int) {
        let isShortened = places.count < count
        count = (count + multiple - 1) / multiple * multiple
        guard !isShortened else { return }
        places.append(contentsOf: repeatElement(.min, count: count - places.count))
    }
}
