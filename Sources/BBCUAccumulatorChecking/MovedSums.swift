import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

extension SumFaults {
    /// The same sums, each written where another one belongs: turned images, a stream that began early or late, filters in
    /// the order in which parallel units finish.
    package static func moved(_ tap: AccumulatorTap, _ evaluator: EnclosureEvaluator) -> [Candidate] {
        let sums = tap.sums
        var seen = [sums.values]
        return (turns(sums) + rolls(sums) + channelOrders(sums.channels)).compactMap { move in
            let moved = sums.taken(move.source)
            // Two that put the sums in the same places are one.
            guard !seen.contains(moved.values) else { return nil }
            seen.append(moved.values)
            return Candidate(
                hypothesis: Hypothesis(id: move.id, change: move.change, evaluator: evaluator),
                rereading: { $0.taken(move.source) }, isInOtherPlaces: true)
        }
    }

    /// A change of places: where in the dump each sum is.
    private struct Move {
        var id: String
        var change: String
        var source: @Sendable (FeatureIndex) -> FeatureIndex?
    }

    private static func turns(_ sums: FeatureMap<Double>) -> [Move] {
        let (bottom, right) = (sums.height - 1, sums.width - 1)
        func flip(_ words: String, rows: Bool, columns: Bool) -> Move {
            Move(id: "accumulator-flipped", change: "sums lie in rows from the top left; the dump is \(words)") {
                FeatureIndex(
                    channel: $0.channel, row: rows ? bottom - $0.row : $0.row,
                    column: columns ? right - $0.column : $0.column)
            }
        }
        func quarter(_ words: String, rows: Bool, columns: Bool) -> Move {
            Move(id: "accumulator-transposed", change: "sums lie in rows from the top left; \(words)") {
                FeatureIndex(
                    channel: $0.channel, row: rows ? right - $0.column : $0.column,
                    column: columns ? bottom - $0.row : $0.row)
            }
        }
        let flips = [
            flip("upside down", rows: true, columns: false), flip("mirrored", rows: false, columns: true),
            flip("turned by 180 degrees", rows: true, columns: true),
        ]
        guard sums.height == sums.width else { return flips }
        return flips + [
            quarter("rows and columns of the dump are swapped", rows: false, columns: false),
            quarter("the dump is turned by 90 degrees to the left", rows: true, columns: false),
            quarter("the dump is turned by 90 degrees to the right", rows: false, columns: true),
        ]
    }

    /// What leaves at one end comes back at the other: else it would be lost.
    private static func rolls(_ sums: FeatureMap<Double>) -> [Move] {
        let (height, width) = (sums.height, sums.width)
        func roll(_ words: String, rows: Int, columns: Int) -> Move {
            Move(id: "accumulator-shifted", change: "every sum is in its own place, not \(words)") {
                FeatureIndex(
                    channel: $0.channel, row: ($0.row + rows + height) % height,
                    column: ($0.column + columns + width) % width)
            }
        }
        func stream(_ words: String, by pixels: Int) -> Move {
            Move(id: "accumulator-shifted", change: "the dump begins with the first pixel, not \(words)") {
                let pixel = ($0.row * width + $0.column + pixels + height * width) % (height * width)
                return FeatureIndex(channel: $0.channel, row: pixel / width, column: pixel % width)
            }
        }
        return [-1, 1].flatMap { step in
            [
                roll(PixelShift(rows: step, columns: 0).text + ", rolled over", rows: step, columns: 0),
                roll(PixelShift(rows: 0, columns: step).text + ", rolled over", rows: 0, columns: step),
                stream(step < 0 ? "with the one after it" : "with the last one, a pixel late", by: step),
            ]
        }
    }

    private static func channelOrders(_ channels: Int) -> [Move] {
        func order(_ change: String, _ channel: @escaping @Sendable (Int) -> Int) -> Move {
            Move(id: "accumulator-channel-order", change: change) {
                FeatureIndex(channel: channel($0.channel), row: $0.row, column: $0.column)
            }
        }
        return (1...8).map { 1 << $0 }.filter { $0 <= channels && channels % $0 == 0 }.flatMap { size in
            let groups = channels / size
            return [
                order("the channels of every \(size) are in their order, not the last first") {
                    $0 / size * size + size - 1 - $0 % size
                },
                order("channels lie one after the other, not in steps of \(groups)") {
                    $0 % groups * size + $0 / groups
                },
                order("channels lie one after the other, not in steps of \(size)") {
                    $0 % size * groups + $0 / size
                },
            ]
        } + [order("the channels are in their order, not the last first") { channels - 1 - $0 }]
    }
}
