import BBCUPlatform

/// Finds the layouts in which a unit's weights lie in a blob.
///
/// The digits of a layout are guessed from the innermost outwards. The first 64 bits of every guess go into a table, in
/// which each place of the blob is looked up; where one is found the outer digits are tried against the blob, and a digit
/// that contradicts one bit ends every layout that begins so.
struct PackingSearch {
    let weights: PackingWeights
    private let branches: [PackingBranch]
    /// The beginnings of layouts, those with the same first bits together.
    private let heads: [Head]
    /// Where they are in `heads`, by their first 64 bits, inverted where the first is 1.
    private let places: [UInt64: Range<Int>]
    private let keys: KeyFilter

    /// The beginning of a layout.
    private struct Head {
        var branch: Int
        var order: [PackingAxis]
        var filling: PackingLayout.Filling?
    }

    /// A layout and where it begins.
    struct Match {
        var layout: PackingLayout
        /// The first bit in the blob.
        var start: Int
    }

    init(_ weights: PackingWeights) {
        self.weights = weights
        branches = PackingBranch.family(weights)
        let found = branches.indices.flatMap { [branches] in Self.heads(of: branches[$0], index: $0) }
        let order = found.indices.map { (key: found[$0].key, index: $0) }.sorted {
            $0.key != $1.key ? $0.key < $1.key : $0.index < $1.index
        }
        heads = order.map { found[$0.index].head }
        var places: [UInt64: Range<Int>] = [:]
        places.reserveCapacity(order.count)
        var start = 0
        while start < order.count {
            let end = order[start...].firstIndex { $0.key != order[start].key } ?? order.count
            places[order[start].key] = start..<end
            start = end
        }
        self.places = places
        keys = KeyFilter(places.keys)
    }

    private static func heads(of branch: PackingBranch, index: Int) -> [(key: UInt64, head: Head)] {
        var found: [(UInt64, Head)] = []
        branch.visit(LayoutCandidate(branch), atMost: PackingHead.bits) { guess in
            guard guess.run.count >= PackingHead.bits else { return true }
            let head = Head(branch: index, order: guess.order, filling: guess.filling)
            for key in branch.keys(guess.run) { found.append((key, head)) }
            return false
        }
        return found
    }

    /// Every layout that gives the blob's bits from some place on.
    /// - Throws: ``PackingError`` where the blob begins like the weights at so many places that the search has no end.
    func matches(_ blob: PackedBlob) throws(PackingError) -> [Match] {
        guard weights.sizes.count >= 64 else { return [] }
        var result: [Match] = []
        var work = 0
        for order in PackingLayout.BitOrder.family(blob) {
            var start = 0
            while start + 64 <= blob.run.count, result.count < Self.most {
                let window = order.window(blob.run, start)
                let key = window & 1 == 1 ? ~window : window
                // Equal bits throughout are no weights, and would fit every beginning that is mostly filled up.
                if key != 0, keys.mayContain(key), let places = places[key] {
                    for head in heads[places] { result += complete(head, order, blob, start, &work) }
                    guard work <= Self.mostWork else { throw tooLong(blob, start) }
                }
                start += blob.step
            }
        }
        return result
    }

    /// The layouts with a beginning that give the blob's bits.
    private func complete(
        _ head: Head, _ bitOrder: PackingLayout.BitOrder, _ blob: PackedBlob, _ start: Int, _ work: inout Int
    ) -> [Match] {
        let branch = branches[head.branch]
        guard let guess = LayoutCandidate(branch, order: head.order, filling: head.filling) else { return [] }
        var result: [Match] = []
        work += guess.run.places.count
        for invert: UInt8 in [0, 1] {
            let reader = BlobReader(blob: blob, start: start, order: bitOrder, invert: invert)
            guard branch.agrees(guess.run, from: 0, reader) else { continue }
            branch.visit(guess) { guess in
                work += guess.run.places.count
                // What the digits before make was looked at with them.
                guard branch.agrees(guess.run, from: guess.parentCount, reader) else { return false }
                if guess.isComplete, start + guess.run.places.count <= blob.run.count {
                    result.append(Match(layout: guess.layout(invert == 1, bitOrder), start: start))
                }
                return true
            }
        }
        return result
    }

    private func tooLong(_ blob: PackedBlob, _ start: Int) -> PackingError {
        PackingError(
            .endless,
            found:
                "up to byte \(start / 8) of \(blob.run.count / 8) the bits begin like those of '\(weights.name)' at so "
                + "many places that the search was ended",
            expected: "a file that holds a unit's weights a few times at most", advice: .searchPart)
    }

    /// More layouts than anybody reads.
    private static let most = 400
    /// Bits of layouts that are made before a search is given up.
    private static let mostWork = 1 << 33
}

/// A set of keys in which most others are seen not to be without looking them up.
private struct KeyFilter {
    private var bits = [UInt64](repeating: 0, count: 1 << 18)

    init(_ keys: some Sequence<UInt64>) {
        for key in keys {
            let place = Self.place(key)
            bits[place >> 6] |= 1 << UInt64(place & 63)
        }
    }

    @inline(__always) func mayContain(_ key: UInt64) -> Bool {
        let place = Self.place(key)
        return bits[place >> 6] >> UInt64(place & 63) & 1 == 1
    }

    /// One of 2^24 places.
    @inline(__always) private static func place(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 40)
    }
}

/// A blob's bits as a layout sees them.
struct BlobReader {
    let blob: PackedBlob
    let start: Int
    let order: PackingLayout.BitOrder
    let invert: UInt8
    /// The first 64 bits, the first lowest, and which of them the blob has.
    private let window: UInt64
    private let inside: UInt64

    init(blob: PackedBlob, start: Int, order: PackingLayout.BitOrder, invert: UInt8) {
        (self.blob, self.start, self.order, self.invert) = (blob, start, order, invert)
        let bits = order.window(blob.run, start)
        window = invert == 1 ? ~bits : bits
        inside = (0..<64).reduce(0) { mask, index in
            start + order.place(index) < blob.run.count ? mask | 1 << UInt64(index) : mask
        }
    }

    /// How many of a run's first bits the blob has otherwise.
    @inline(__always) func contradictions(_ head: PackingHead) -> PackingContradictions {
        let wrong = ((window ^ head.ones) | ~inside) & head.counts
        return PackingContradictions(wrong: wrong.nonzeroBitCount, of: head.counts.nonzeroBitCount)
    }

    /// A bit, bit 1 being +1; nil past the blob's end.
    @inline(__always) func bit(_ index: Int) -> UInt8? {
        let place = start + order.place(index)
        return place < blob.run.count ? blob.run[place] ^ invert : nil
    }
}

/// The inner digits of a layout.
struct LayoutCandidate {
    private let branch: PackingBranch
    private(set) var order: [PackingAxis] = []
    private(set) var filling: PackingLayout.Filling?
    private(set) var run: PackingRun
    /// The digits that are left, a bit each.
    private(set) var rest: Int
    /// Bits of the run before its last digit.
    private(set) var parentCount = 0

    init(_ branch: PackingBranch) {
        self.branch = branch
        run = PackingRun(branch.digits)
        rest = (1 << branch.digits.count) - 1
    }

    /// - Returns: nil where the order names a digit that the division lacks.
    init?(_ branch: PackingBranch, order: [PackingAxis], filling: PackingLayout.Filling?) {
        var guess = LayoutCandidate(branch)
        for axis in order {
            guard let index = branch.digits.firstIndex(where: { $0.axis == axis }) else { return nil }
            guess = guess.adding(index)
            if let filling, filling.after == guess.order.count { guess = guess.filled(to: filling.multiple) }
        }
        self = guess
    }

    var isComplete: Bool { rest == 0 }

    /// - Parameter most: bits of the new digit that are enough.
    func adding(_ index: Int, atMost most: Int = .max) -> LayoutCandidate {
        var result = self
        result.parentCount = run.places.count
        result.run.extend(by: branch.digits[index], atMost: most)
        result.order.append(branch.digits[index].axis)
        result.rest &= ~(1 << index)
        return result
    }

    /// The multiples to which the run can be filled up.
    var fillings: [Int] {
        let count = run.count
        guard count >= 8 || order.count > 1 else { return [] }
        var sizes: Set<Int> = [count]
        return [8, 16, 32, 64].filter { $0 <= 4 * count && sizes.insert((count + $0 - 1) / $0 * $0).inserted }
    }

    func filled(to multiple: Int) -> LayoutCandidate {
        var result = self
        result.run.fill(to: multiple)
        result.filling = .init(after: order.count, multiple: multiple)
        return result
    }

    func layout(_ isInverted: Bool, _ bitOrder: PackingLayout.BitOrder) -> PackingLayout {
        PackingLayout(
            division: branch.division, order: order, filling: filling, isInverted: isInverted, bitOrder: bitOrder)
    }
}

extension PackedBlob {
    /// Bits from one place where weights can begin to the next.
    var step: Int { wordBits % 8 == 0 ? 8 : wordBits }
}

extension PackingLayout.BitOrder {
    /// The orders of bits within words that are tried.
    static func family(_ blob: PackedBlob) -> [PackingLayout.BitOrder] {
        guard blob.wordBits > 1 else { return [.exclusiveOr(0)] }
        let masks = (0..<16).map { choice in
            [7, 8, 16, 32].enumerated().reduce(0) { choice >> $1.offset & 1 == 1 ? $0 | $1.element : $0 }
        }
        let orders = masks.sorted { ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1) }.map { Self.exclusiveOr($0) }
        return [8, 16, 32, 64].contains(blob.wordBits) ? orders : orders + [.reversed(word: blob.wordBits)]
    }

    /// The first 64 bits from a place on.
    func window(_ bits: BitRun, _ start: Int) -> UInt64 {
        if case .exclusiveOr(let mask) = self, mask < 64 { return Self.exchanged(bits.window(start), mask) }
        var result: UInt64 = 0
        for index in 0..<64 {
            let place = start + self.place(index)
            if place < bits.count { result |= UInt64(bits[place]) << UInt64(index) }
        }
        return result
    }

    /// Bit p of the result is bit p XOR mask.
    @inline(__always) private static func exchanged(_ window: UInt64, _ mask: Int) -> UInt64 {
        var result = window
        if mask & 1 != 0 { result = (result & 0x5555_5555_5555_5555) << 1 | result >> 1 & 0x5555_5555_5555_5555 }
        if mask & 2 != 0 { result = (result & 0x3333_3333_3333_3333) << 2 | result >> 2 & 0x3333_3333_3333_3333 }
        if mask & 4 != 0 { result = (result & 0x0F0F_0F0F_0F0F_0F0F) << 4 | result >> 4 & 0x0F0F_0F0F_0F0F_0F0F }
        if mask & 8 != 0 { result = (result & 0x00FF_00FF_00FF_00FF) << 8 | result >> 8 & 0x00FF_00FF_00FF_00FF }
        if mask & 16 != 0 { result = (result & 0x0000_FFFF_0000_FFFF) << 16 | result >> 16 & 0x0000_FFFF_0000_FFFF }
        return mask & 32 != 0 ? result << 32 | result >> 32 : result
    }
}
