/// A digit of a weight's place: where it is along an axis, or along a part of one.
public enum PackingAxis: String, Encodable, Sendable, Hashable, CaseIterable {
    case filter, channel, row, column
    /// Of filters that are divided into groups: the group, and the filter within it.
    case filterGroup = "filter-group"
    case filterLane = "filter-lane"
    /// Of channels that are divided into words or lanes: the word, and the channel within it.
    case channelGroup = "channel-group"
    case channelLane = "channel-lane"
    /// Of two planes, which: signs, or whether the weight is not zero.
    case plane
}

/// How the axes of packed weights are divided and which way they run, whatever their order.
struct PackingDivision: Sendable, Hashable {
    /// How one axis is divided.
    struct Axis: Sendable, Hashable {
        /// Elements of a lane, one lane after the other; nil where the axis is whole.
        var lanes: Int?
        /// The axis is filled up to a multiple of this.
        var multiple = 1
        /// Whether it runs backwards: the groups, or the whole axis, and what is within a lane.
        var isReversed = false
        var isLaneReversed = false

        /// Elements with what fills the axis up.
        func count(_ size: Int) -> Int {
            let multiple = max(multiple, lanes ?? 1)
            return (size + multiple - 1) / multiple * multiple
        }
    }

    var filters = Axis()
    var channels = Axis()
    var isRowReversed = false
    var isColumnReversed = false
    /// Whether a plane of zeros is stored too, and before that of the signs; nil where there is none.
    var zerosFirst: Bool?

    /// A digit: how far apart its values lie, and how many there are.
    struct Digit: Sendable, Hashable {
        var axis: PackingAxis
        var stride: Int
        var count: Int
        var isReversed: Bool
    }

    /// The digits of weights of the given sizes; strides are those of an array (plane, filter, channel, row, column) whose
    /// axes are filled up.
    func digits(_ sizes: PackingSizes) -> [Digit] {
        let taps = sizes.kernel * sizes.kernel
        let channelCount = channels.count(sizes.inputs)
        let filterCount = filters.count(sizes.outputs)
        func digits(
            _ division: Axis, _ size: Int, _ unit: Int, _ whole: PackingAxis, _ group: PackingAxis, _ lane: PackingAxis
        ) -> [Digit] {
            guard let lanes = division.lanes else {
                return [Digit(axis: whole, stride: unit, count: division.count(size), isReversed: division.isReversed)]
            }
            return [
                Digit(axis: lane, stride: unit, count: lanes, isReversed: division.isLaneReversed),
                Digit(
                    axis: group, stride: unit * lanes, count: division.count(size) / lanes,
                    isReversed: division.isReversed),
            ]
        }
        var result =
            digits(channels, sizes.inputs, taps, .channel, .channelGroup, .channelLane)
            + digits(filters, sizes.outputs, taps * channelCount, .filter, .filterGroup, .filterLane)
            + [
                Digit(axis: .column, stride: 1, count: sizes.kernel, isReversed: isColumnReversed),
                Digit(axis: .row, stride: sizes.kernel, count: sizes.kernel, isReversed: isRowReversed),
            ]
        if let zerosFirst {
            result.append(
                Digit(axis: .plane, stride: taps * channelCount * filterCount, count: 2, isReversed: zerosFirst))
        }
        return result
    }

    /// Every division of the family that says something of its own for weights of the given sizes.
    static func family(_ sizes: PackingSizes, hasZeros: Bool) -> [PackingDivision] {
        let channels = axes(sizes.inputs, words: [8, 16, 32, 64, 128], reversesLanes: true)
        let filters = axes(sizes.outputs, words: [8, 16, 32, 64], reversesLanes: false)
        let reversals = [(false, false), (true, true), (true, false), (false, true)]
        let planes: [Bool?] = hasZeros ? [nil, false, true] : [nil]
        var result: [PackingDivision] = []
        for plane in planes {
            for (row, column) in sizes.kernel > 1 ? reversals : [(false, false)] {
                // A second plane is rare; with it not every other rarity is tried.
                for filter in filters where plane == nil || filter.lanes == nil && row == column {
                    for channel in channels {
                        result.append(
                            PackingDivision(
                                filters: filter, channels: channel, isRowReversed: row, isColumnReversed: column,
                                zerosFirst: plane))
                    }
                }
            }
        }
        return result
    }

    private static func axes(_ size: Int, words: [Int], reversesLanes: Bool) -> [Axis] {
        var result = [Axis(), Axis(isReversed: true)]
        var filled: Set<Int> = [size]
        for word in words where filled.insert(Axis(multiple: word).count(size)).inserted {
            result.append(Axis(multiple: word))
        }
        let divisors = (2..<max(2, size)).filter { size % $0 == 0 }
        let lanes = Set(divisors + words.filter { reversesLanes && $0 < size }).sorted()
        for lane in lanes {
            result.append(Axis(lanes: lane))
            guard reversesLanes else { continue }
            result.append(Axis(lanes: lane, isReversed: true))
            result.append(Axis(lanes: lane, isLaneReversed: true))
            result.append(Axis(lanes: lane, isReversed: true, isLaneReversed: true))
        }
        return result
    }
}

/// The sizes of a unit's weights.
struct PackingSizes: Sendable, Hashable {
    var outputs: Int
    var inputs: Int
    var kernel: Int

    var count: Int { outputs * inputs * kernel * kernel }
}

/// A unit's weights as a search sees them.
struct PackingWeights: Sendable {
    /// The unit's prefix.
    var name: String
    var sizes: PackingSizes
    /// -1, 0 or +1 of shape (outputs, inputs, kernel, kernel).
    var signs: [Int8]

    var hasZeros: Bool { signs.contains(0) }

    /// What a bit of a packed array can be.
    enum Bit { static let zero: UInt8 = 0, one: UInt8 = 1, any: UInt8 = 2, fill: UInt8 = 3 }

    /// The bits of a division's array (plane, filter, channel, row, column), bit 1 being +1, with what fills it up.
    func table(_ division: PackingDivision) -> [UInt8] {
        let taps = sizes.kernel * sizes.kernel
        let (channels, filters) = (division.channels.count(sizes.inputs), division.filters.count(sizes.outputs))
        let plane = filters * channels * taps
        var result = [UInt8](repeating: Bit.fill, count: plane * (division.zerosFirst == nil ? 1 : 2))
        for filter in 0..<sizes.outputs {
            for channel in 0..<sizes.inputs {
                for tap in 0..<taps {
                    let sign = signs[(filter * sizes.inputs + channel) * taps + tap]
                    let place = (filter * channels + channel) * taps + tap
                    result[place] = sign > 0 ? Bit.one : sign < 0 ? Bit.zero : Bit.any
                    if division.zerosFirst != nil { result[plane + place] = sign == 0 ? Bit.zero : Bit.one }
                }
            }
        }
        return result
    }
}
