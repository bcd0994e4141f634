extension PackingLayout {
    /// How much there is to say of the layout: the simplest has least.
    var complexity: Int {
        var result = order.count * 4
        for axis in [division.filters, division.channels] {
            result += (axis.isReversed ? 2 : 0) + (axis.isLaneReversed ? 2 : 0) + (axis.multiple > 1 ? 1 : 0)
        }
        result += (division.isRowReversed ? 2 : 0) + (division.isColumnReversed ? 2 : 0) + (filling == nil ? 0 : 2)
        switch bitOrder {
        case .exclusiveOr(0): break
        // The highest bit first in bytes or words is as usual as the lowest.
        case .exclusiveOr(let mask): result += mask & (mask + 1) == 0 ? 1 : 2
        case .reversed: result += 2
        }
        // The order in which PyTorch has the axes needs no explanation.
        let usual: [PackingAxis] = [
            .channelLane, .channel, .channelGroup, .column, .row, .filterLane, .filter, .filterGroup, .plane,
        ]
        let ranks = order.compactMap { usual.firstIndex(of: $0) }
        if ranks != ranks.sorted() { result += 1 }
        return result + (isInverted ? 1 : 0)
    }

    /// The weight at every bit of the file, by its place in PyTorch's order and then in the second plane; -1 for what
    /// fills up.
    func weightPlaces(_ sizes: PackingSizes) -> [Int32] {
        let taps = sizes.kernel * sizes.kernel
        let channels = division.channels.count(sizes.inputs)
        let filters = division.filters.count(sizes.outputs)
        let places = places(sizes)
        var result = [Int32](
            repeating: -1, count: places.indices.reduce(0) { max($0, bitOrder.place($1) + 1) })
        for (index, place) in places.enumerated() where place >= 0 {
            let (tap, rest) = (Int(place) % taps, Int(place) / taps)
            let (channel, filter) = (rest % channels, rest / channels % filters)
            guard channel < sizes.inputs, filter < sizes.outputs else { continue }
            let plane = rest / channels / filters
            result[bitOrder.place(index)] = Int32(
                plane * sizes.count + (filter * sizes.inputs + channel) * taps + tap)
        }
        return result
    }

    /// The words as which the layout's bits can be read by one of the usual names, with what `golden --order` calls it;
    /// otherwise the smallest.
    func words(_ sizes: PackingSizes) -> [(word: Int, order: GoldenOrder?)] {
        let count = places(sizes).count
        let mask: Int
        switch bitOrder {
        case .reversed(let word): return [(word, nil)]
        case .exclusiveOr(let given): mask = given
        }
        let fitting = [8, 16, 32, 64].filter { mask < $0 && count % $0 == 0 }
        let named = fitting.filter { Self.usualMasks($0).contains(mask) && inner(sizes) % $0 == 0 }
        let words = named.isEmpty ? Array(fitting.prefix(1)) : named
        return words.isEmpty ? [(8, nil)] : words.map { ($0, goldenOrder(word: $0, mask: mask, sizes)) }
    }

    /// Bits up to which the innermost axis, or what is filled up, reaches.
    private func inner(_ sizes: PackingSizes) -> Int {
        let digits = division.digits(sizes)
        return filledBits(digits)?.count ?? digits.first { $0.axis == order.first }?.count ?? 1
    }

    /// The innermost digits' bits where those are filled up.
    private func filledBits(_ digits: [PackingDivision.Digit]) -> PackingReport.Filled? {
        guard let filling else { return nil }
        let axes = order.prefix(filling.after)
        let bits = digits.filter { axes.contains($0.axis) }.reduce(1) { $0 * $1.count }
        return .init(
            part: .bits(of: axes.reversed()), size: bits,
            count: (bits + filling.multiple - 1) / filling.multiple * filling.multiple)
    }

    /// What is filled up in a unit of the given sizes.
    func filled(_ sizes: PackingSizes) -> [PackingReport.Filled] {
        let axes: [PackingReport.Filled?] = [
            .init(part: .channels, size: sizes.inputs, count: division.channels.count(sizes.inputs)),
            .init(part: .filters, size: sizes.outputs, count: division.filters.count(sizes.outputs)),
            filledBits(division.digits(sizes)),
        ]
        return axes.compactMap { $0 }.filter { $0.size < $0.count }
    }

    /// First bit lowest or highest, in little- and in big-endian words.
    private static func usualMasks(_ word: Int) -> [Int] { [0, 7, (word - 1) & ~7, word - 1] }

    private func goldenOrder(word: Int, mask: Int, _ sizes: PackingSizes) -> GoldenOrder? {
        let channels = division.channels
        guard filling == nil, division.zerosFirst == nil, division.filters == .init(), !channels.isReversed,
            !channels.isLaneReversed, !division.isRowReversed, !division.isColumnReversed,
            mask == 0 || mask == word - 1, let first = order.first
        else { return nil }
        var axes: [GoldenOrder.Axis] = []
        switch first {
        case .channel where channels.count(sizes.inputs) == (sizes.inputs + word - 1) / word * word: axes = [.word]
        case .channelLane where channels.lanes == word: break
        default: return nil
        }
        for axis in order.dropFirst() {
            switch axis {
            case .filter: axes.append(.filter)
            case .row: axes.append(.row)
            case .column: axes.append(.column)
            case .channelGroup: axes.append(.word)
            default: return nil
            }
        }
        var result = GoldenOrder()
        result.axes = axes.reversed()
        result.isHighestFirst = mask != 0
        result.isInverted = isInverted
        return result
    }

    /// What the blob has where bits have no meaning; nil where there are none.
    /// - Parameter kind: which of them: zeros, or what fills up.
    func fill(_ weights: PackingWeights, _ blob: PackedBlob, _ start: Int, _ kind: UInt8) -> PackingReport.Fill? {
        let table = weights.table(division)
        var (zeros, ones) = (false, false)
        for (index, place) in places(weights.sizes).enumerated() {
            guard (place < 0 ? PackingWeights.Bit.fill : table[Int(place)]) == kind else { continue }
            let source = start + bitOrder.place(index)
            guard source < blob.run.count else { continue }
            if blob.run[source] == 1 { ones = true } else { zeros = true }
        }
        return zeros && ones ? .mixed : ones ? .ones : zeros ? .zeros : nil
    }
}

extension PackingLayout {
    /// How the axes are divided, for those who word it.
    package struct PartTexts {
        package var filterLanes: Int
        package var channelLanes: Int
        package var reversed: Set<PackingAxis>
        package var zerosFirst: Bool
    }

    package var partTexts: PartTexts {
        var reversed: Set<PackingAxis> = []
        if division.filters.isReversed { reversed.insert(division.filters.lanes == nil ? .filter : .filterGroup) }
        if division.filters.isLaneReversed { reversed.insert(.filterLane) }
        if division.channels.isReversed { reversed.insert(division.channels.lanes == nil ? .channel : .channelGroup) }
        if division.channels.isLaneReversed { reversed.insert(.channelLane) }
        if division.isRowReversed { reversed.insert(.row) }
        if division.isColumnReversed { reversed.insert(.column) }
        return PartTexts(
            filterLanes: division.filters.lanes ?? 1, channelLanes: division.channels.lanes ?? 1, reversed: reversed,
            zerosFirst: division.zerosFirst ?? false)
    }
}
