import BBCUErrorBounds

/// How many flips have a margin of each size, by powers of ten.
public struct MarginHistogram: Codable, Sendable, Hashable {
    /// The powers: flips from 10 to the power on, below the next. The first holds all that is smaller too, the last all
    /// that is larger.
    public static let powers = Array(-9...2)
    /// The count of each of ``powers``.
    public private(set) var counts = [Int](repeating: 0, count: powers.count)

    /// Where each power but the first begins.
    private static let thresholds = powers.dropFirst().map { power in
        power < 0 ? 1 / whole(-power) : whole(power)
    }

    private static func whole(_ power: Int) -> Double { (0..<power).reduce(1) { product, _ in product * 10 } }

    /// The flips of a power of ten, as a report has them.
    private struct Bin: Codable {
        var powerOfTen: Int
        var flips: Int
    }

    /// Reads the powers that have flips; powers that are none of ``powers`` are left out.
    public init(from decoder: any Decoder) throws {
        for bin in try [Bin](from: decoder) {
            if let index = Self.powers.firstIndex(of: bin.powerOfTen), bin.flips >= 0 { counts[index] = bin.flips }
        }
    }

    /// Writes the powers that have flips.
    public func encode(to encoder: any Encoder) throws {
        try zip(Self.powers, counts).filter { $0.1 > 0 }.map { Bin(powerOfTen: $0, flips: $1) }.encode(to: encoder)
    }

    /// Counts nothing yet.
    public init() {}

    /// Counts a flip.
    mutating func add(_ margin: Double) {
        counts[Self.thresholds.firstIndex { margin < $0 } ?? Self.thresholds.count] += 1
    }

    /// Adds what was counted elsewhere.
    package mutating func append(_ next: MarginHistogram) {
        for index in counts.indices {
            let (sum, overflow) = counts[index].addingReportingOverflow(next.counts[index])
            counts[index] = overflow ? .max : sum
        }
    }
}
