/// One division of the axes, with the weights' bits in its array.
struct PackingBranch {
    let division: PackingDivision
    let digits: [PackingDivision.Digit]
    let table: [UInt8]

    /// What a division's array depends on.
    private struct Shape: Hashable {
        var filters: Int
        var channels: Int
        var hasPlane: Bool
    }

    /// Every division of the family. There are thousands, and few arrays: those of one shape share theirs.
    static func family(_ weights: PackingWeights) -> [PackingBranch] {
        var tables: [Shape: [UInt8]] = [:]
        return PackingDivision.family(weights.sizes, hasZeros: weights.hasZeros).map { division in
            let shape = Shape(
                filters: division.filters.count(weights.sizes.outputs),
                channels: division.channels.count(weights.sizes.inputs), hasPlane: division.zerosFirst != nil)
            let table = tables[shape] ?? weights.table(division)
            tables[shape] = table
            return PackingBranch(division: division, digits: division.digits(weights.sizes), table: table)
        }
    }

    /// Goes through the guesses that add digits to one, and to those again for which `body` returns true.
    /// - Parameters:
    ///   - most: bits that are enough; runs that have more are shortened, and `body` must not ask for more digits.
    ///   - probe: is given the beginning of each guess before it is made; false spares making it.
    func visit(
        _ guess: LayoutCandidate, atMost most: Int = .max, probe: ((LayoutCandidate) -> Bool)? = nil,
        _ body: (LayoutCandidate) -> Bool
    ) {
        for index in digits.indices where guess.rest & (1 << index) != 0 {
            if let probe, !probe(guess.adding(index, atMost: Self.probeBits)) { continue }
            let next = guess.adding(index, atMost: most)
            if body(next) { visit(next, atMost: most, probe: probe, body) }
            guard next.filling == nil, !next.isComplete else { continue }
            for multiple in next.fillings {
                let filled = next.filled(to: multiple)
                if body(filled) { visit(filled, atMost: most, probe: probe, body) }
            }
        }
    }

    /// Bits that show most wrong guesses.
    private static let probeBits = 64

    /// The first 64 bits of a run, with what fills up, and zeros, as 0 and as 1; inverted where the first is 1.
    func keys(_ run: PackingRun) -> [UInt64] {
        var (ones, fills, zeros): (UInt64, UInt64, UInt64) = (0, 0, 0)
        for index in 0..<PackingHead.bits {
            let bit = UInt64(1) << UInt64(index)
            switch value(run, index) {
            case PackingWeights.Bit.one: ones |= bit
            case PackingWeights.Bit.any: zeros |= bit
            case PackingWeights.Bit.fill: fills |= bit
            default: break
            }
        }
        var keys: [UInt64] = []
        for bits in [ones, ones | fills, ones | zeros, ones | fills | zeros] {
            let key = bits & 1 == 1 ? ~bits : bits
            if !keys.contains(key) { keys.append(key) }
        }
        return keys
    }

    /// The first bits of a run.
    func head(_ run: PackingRun) -> PackingHead {
        var head = PackingHead()
        for index in 0..<min(PackingHead.bits, run.places.count) {
            let value = value(run, index)
            guard value <= PackingWeights.Bit.one else { continue }
            head.counts |= 1 << UInt64(index)
            head.ones |= UInt64(value) << UInt64(index)
        }
        return head
    }

    @inline(__always) func value(_ run: PackingRun, _ index: Int) -> UInt8 {
        let place = run.places[index]
        return place == .min ? PackingWeights.Bit.fill : table[Int(run.base + place)]
    }

    /// Whether the blob has the run's bits from one on.
    func agrees(_ run: PackingRun, from first: Int, _ reader: BlobReader) -> Bool {
        for index in first..<max(first, run.places.count) {
            let value = value(run, index)
            guard value <= PackingWeights.Bit.one else { continue }
            guard reader.bit(index) == value else { return false }
        }
        return true
    }

    /// The first bit from one on that counts: thousands that fill up may come before it.
    func firstCounted(_ run: PackingRun, from first: Int) -> Int {
        (first..<max(first, run.places.count)).first { value(run, $0) <= PackingWeights.Bit.one } ?? run.places.count
    }

    /// Adds the run's bits from one on to a count of those that the blob has otherwise, up to where they are too many.
    func count(_ run: PackingRun, from first: Int, _ reader: BlobReader, _ count: inout PackingContradictions) {
        for index in first..<max(first, run.places.count) {
            let value = value(run, index)
            guard value <= PackingWeights.Bit.one else { continue }
            count.of += 1
            guard reader.bit(index) != value else { continue }
            count.wrong += 1
            if count.areTooMany { return }
        }
    }
}

/// The first 64 bits of a run, the first lowest: which are 1, and which of them count.
struct PackingHead {
    static let bits = 64
    var ones: UInt64 = 0
    var counts: UInt64 = 0
}

/// Bits that a blob has otherwise than a layout.
struct PackingContradictions {
    var wrong = 0
    var of = 0

    /// More than one in seven, but for the first few: no layout that is worth showing has so many anywhere.
    var areTooMany: Bool { wrong > 2 + of * 3 / 20 }
}
