import BBCUErrorBounds
import BBCUExecution

/// Where the values of a map can have gone.
struct ImagePlaces: Sendable {
    let height: Int
    let width: Int
    let channels: Int

    init(_ map: FeatureMap<Double>) { (height, width, channels) = (map.height, map.width, map.channels) }

    /// A map that is turned, and where each of its values is from.
    struct Turn: Sendable {
        var words: String
        var isTransposed = false
        var fromBelow = false
        var fromRight = false

        func source(_ map: FeatureMap<Double>) -> FaultWay.PlaceChange {
            let (bottom, right) = (map.height - 1, map.width - 1)
            return { place in
                let (row, column) = isTransposed ? (place.column, place.row) : (place.row, place.column)
                return FeatureIndex(
                    channel: place.channel, row: fromBelow ? bottom - row : row,
                    column: fromRight ? right - column : column)
            }
        }
    }

    static let flips = [
        Turn(words: "upside down", fromBelow: true), Turn(words: "mirrored", fromRight: true),
        Turn(words: "turned by 180 degrees", fromBelow: true, fromRight: true),
    ]

    /// Turns of a square map.
    /// - Parameter isUndone: whether the turned map is turned back.
    static func quarterTurns(_ noun: String, isUndone: Bool = false) -> [Turn] {
        [Turn(words: "rows and columns of \(noun) are swapped", isTransposed: true)]
            + [("left", !isUndone), ("right", isUndone)].map { side, fromRight in
                Turn(
                    words: "\(noun) is turned by 90 degrees to the \(side)", isTransposed: true, fromBelow: !fromRight,
                    fromRight: fromRight)
            }
    }

    /// The position of an element among all, plane by plane or pixel by pixel, and back.
    func planar(_ place: FeatureIndex) -> Int { (place.channel * height + place.row) * width + place.column }
    func pixelMajor(_ place: FeatureIndex) -> Int { (place.row * width + place.column) * channels + place.channel }
    func planar(_ position: Int) -> FeatureIndex {
        FeatureIndex(
            channel: position / (height * width), row: position / width % height, column: position % width)
    }
    func pixelMajor(_ position: Int) -> FeatureIndex {
        FeatureIndex(
            channel: position % channels, row: position / (width * channels), column: position / channels % width)
    }

    /// Rows that are read or written with another stride.
    var strideWays: [FaultWay] {
        // What a row is made of: pixels of all channels, samples of all channels, or samples of one plane of many.
        let units = channels > 1 ? [(channels, "pixels"), (1, "samples")] : [(1, "pixels")]
        let rows = units.flatMap { unit, words in
            let length = width * channels / unit
            return Self.strides(length).filter { unit == channels || $0 % channels != 0 }.flatMap {
                strideWays(length, stride: $0, words, isPlanar: false, unit: unit)
            }
        }
        guard channels > 1 else { return rows }
        return rows
            + Self.strides(width).flatMap {
                strideWays(width, stride: $0, "samples of planes", isPlanar: true, unit: 1)
            }
    }

    /// Strides that a row of this length may have: any that is a little longer, and multiples of powers of two.
    private static func strides(_ length: Int) -> [Int] {
        let aligned = (2...12).map { length.rounded(up: 1 << $0) }
        return Set(Array(length + 1...length + 32) + aligned).filter { $0 > length && $0 <= 2 * length }.sorted()
    }

    private func strideWays(_ length: Int, stride: Int, _ words: String, isPlanar: Bool, unit: Int) -> [FaultWay] {
        let rows = isPlanar ? channels * height : height
        return [true, false].map { (reads: Bool) -> FaultWay in
            let change =
                reads
                ? "rows of the output are \(stride) \(words) apart, not \(length): skip the padding"
                : "rows of the output are \(length) \(words) apart, not \(stride): there is no padding"
            let (from, to) = reads ? (stride, length) : (length, stride)
            return FaultWay(
                change,
                .outputPlaces { target in
                    // The element at this place of the image as it is read, in the buffer as it was written.
                    let position = isPlanar ? planar(target) : pixelMajor(target)
                    let element = position / unit
                    let index = element / length * to + element % length
                    guard index / from < rows, index % from < length else { return nil }
                    let source = (index / from * length + index % from) * unit + position % unit
                    return isPlanar ? planar(source) : pixelMajor(source)
                })
        }
    }

    /// What leaves at one end comes back at the other: else it would be lost.
    var rolls: [FaultWay] {
        func roll(_ shift: PixelShift) -> FaultWay {
            FaultWay(
                "every sum is in its own place, not \(shift.text), rolled over",
                .sumPlaces {
                    FeatureIndex(
                        channel: $0.channel, row: ($0.row + shift.rows + height) % height,
                        column: ($0.column + shift.columns + width) % width)
                })
        }
        func stream(_ words: String, by pixels: Int) -> FaultWay {
            FaultWay(
                "the dump begins with the first pixel, not \(words)",
                .sumPlaces {
                    let pixel = ($0.row * width + $0.column + pixels + height * width) % (height * width)
                    return FeatureIndex(channel: $0.channel, row: pixel / width, column: pixel % width)
                })
        }
        return [-1, 1].flatMap { (step: Int) -> [FaultWay] in
            [
                roll(PixelShift(rows: step, columns: 0)), roll(PixelShift(rows: 0, columns: step)),
                stream(step < 0 ? "with the one after it" : "with the last one, a pixel late", by: step),
            ]
        }
    }

    var channelOrders: [FaultWay] {
        func order(_ change: String, _ channel: @escaping @Sendable (Int) -> Int) -> FaultWay {
            FaultWay(
                change,
                .sumPlaces { FeatureIndex(channel: channel($0.channel), row: $0.row, column: $0.column) })
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
                order("channels lie one after the other, not in steps of \(size)") { $0 % size * groups + $0 / size },
            ]
        } + [order("the channels are in their order, not the last first") { channels - 1 - $0 }]
    }
}

/// How far an image is moved, down and to the right.
struct PixelShift: Sendable {
    var rows: Int
    var columns: Int

    /// In words: `1 row down and 2 columns to the left`.
    var text: String {
        func part(_ number: Int, _ noun: String, _ ahead: String, _ back: String) -> String? {
            guard number != 0 else { return nil }
            return "\(abs(number)) \(noun)\(abs(number) == 1 ? "" : "s") \(number > 0 ? ahead : back)"
        }
        return [
            part(rows, "row", "down", "up"), part(columns, "column", "to the right", "to the left"),
        ].compactMap { $0 }.joined(separator: " and ")
    }
}

extension Int {
    /// The next multiple of a number.
    func rounded(up size: Int) -> Int { (self + size - 1) / size * size }
}

extension FeatureMap<Double> {
    /// A map of the same size whose values are taken from other places; where there is none, from another map, or 0.
    package func taken(_ source: (FeatureIndex) -> FeatureIndex?, on ground: FeatureMap<Double>? = nil) -> FeatureMap<
        Double
    > {
        with(
            values.indices.map { target in
                guard let place = source(place(of: target)) else { return ground?.values[target] ?? 0 }
                return values[index(channel: place.channel, row: place.row, column: place.column)]
            })
    }
}

extension Enclosure {
    /// The values in other places; what comes from outside is known from elsewhere, and exactly.
    func taken(_ source: (FeatureIndex) -> FeatureIndex?, on ground: FeatureMap<Double>) -> Enclosure {
        guard map.values.count == ground.values.count else { return self }
        return Enclosure(map.taken(source, on: ground), radius: radiusMap.taken(source).values)
    }
}
