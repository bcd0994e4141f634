import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

extension HypothesisBuilder {
    /// The right image with its pixels in other places: moved, turned over, read with another stride or interleaving.
    ///
    /// What comes in from outside the image is not known; there the dump itself stands in for it, so that it decides
    /// nothing.
    package mutating func addOutputGeometry(_ tap: Tap) {
        guard layers.upperBound == network.layers.count else { return }
        addShifts(tap.map)
        addTurns(tap.map)
        addStrides(tap.map)
        addInterleaving(tap.map)
    }

    /// Adds the right output with each value taken from another place; nil for a place outside.
    private mutating func addMoved(
        _ id: String, _ change: String, _ dump: FeatureMap<Double>,
        _ source: @escaping @Sendable (FeatureIndex) -> FeatureIndex?
    ) {
        addOutput(id, change, moves: source) { output in
            guard output.map.values.count == dump.values.count else { return output }
            var (values, radius) = (dump.values, [Double](repeating: 0, count: dump.values.count))
            for index in values.indices {
                guard let place = source(dump.place(of: index)) else { continue }
                let from = output.map.index(channel: place.channel, row: place.row, column: place.column)
                (values[index], radius[index]) = (output.map.values[from], output.radius[from])
            }
            return Enclosure(output.map.with(values), radius: radius)
        }
    }

    private mutating func addShifts(_ dump: FeatureMap<Double>) {
        let reach = max(2, network.hyperparameters.upscale)
        let (height, width) = (dump.height, dump.width)
        for rows in -reach...reach {
            for columns in -reach...reach where (rows, columns) != (0, 0) {
                guard abs(rows) < height, abs(columns) < width else { continue }
                addMoved(
                    "output-shifted",
                    "the output is in its own place, not moved \(PixelShift(rows: rows, columns: columns).text)", dump
                ) { place in
                    let (row, column) = (place.row - rows, place.column - columns)
                    guard (0..<height).contains(row), (0..<width).contains(column) else { return nil }
                    return FeatureIndex(channel: place.channel, row: row, column: column)
                }
            }
        }
    }

    private mutating func addTurns(_ dump: FeatureMap<Double>) {
        let (height, width) = (dump.height, dump.width)
        let turns = [
            ("the first row of the output is the top one; the image is upside down", true, false),
            ("the first column of the output is the left one; the image is mirrored", false, true),
            ("the first pixel of the output is the top left one; the image is turned by 180 degrees", true, true),
        ]
        for (words, upsideDown, mirrored) in turns {
            addMoved("output-flipped", words, dump) {
                FeatureIndex(
                    channel: $0.channel, row: upsideDown ? height - 1 - $0.row : $0.row,
                    column: mirrored ? width - 1 - $0.column : $0.column)
            }
        }
        guard height == width else { return }
        let quarters = [
            ("rows and columns of the output are swapped", false, false),
            ("the output is turned by 90 degrees to the left", true, false),
            ("the output is turned by 90 degrees to the right", false, true),
        ]
        for (words, fromBelow, fromRight) in quarters {
            addMoved("output-transposed", "the output lies in rows from the top left; \(words)", dump) {
                FeatureIndex(
                    channel: $0.channel, row: fromRight ? height - 1 - $0.column : $0.column,
                    column: fromBelow ? width - 1 - $0.row : $0.row)
            }
        }
    }

    /// Rows of a buffer lie a stride apart; a side that does not know of the padding reads or writes a sheared image.
    private mutating func addStrides(_ dump: FeatureMap<Double>) {
        // What a row is made of: pixels of all channels, samples of all channels, or samples of one plane of many.
        let units = dump.channels > 1 ? [(dump.channels, "pixels"), (1, "samples")] : [(1, "pixels")]
        for (unit, words) in units {
            let length = dump.width * dump.channels / unit
            for stride in Self.strides(length) where unit == dump.channels || stride % dump.channels != 0 {
                addStride(dump, length, stride: stride, words, isPlanar: false, unit: unit)
            }
        }
        guard dump.channels > 1 else { return }
        for stride in Self.strides(dump.width) {
            addStride(dump, dump.width, stride: stride, "samples of planes", isPlanar: true, unit: 1)
        }
    }

    /// Strides that a row of this length may have: any that is a little longer, and multiples of powers of two.
    package static func strides(_ length: Int) -> [Int] {
        let aligned = (2...12).map { power in ((length + (1 << power) - 1) >> power) << power }
        return Set(Array(length + 1...length + 32) + aligned).filter { $0 > length && $0 <= 2 * length }.sorted()
    }

    private mutating func addStride(
        _ dump: FeatureMap<Double>, _ length: Int, stride: Int, _ words: String, isPlanar: Bool, unit: Int
    ) {
        let rows = isPlanar ? dump.channels * dump.height : dump.height
        let (height, width, channels) = (dump.height, dump.width, dump.channels)
        /// The place of an element of the tight buffer, and back.
        @Sendable func flat(_ place: FeatureIndex) -> Int {
            isPlanar
                ? (place.channel * height + place.row) * width + place.column
                : (place.row * width + place.column) * channels + place.channel
        }
        @Sendable func place(_ flat: Int) -> FeatureIndex {
            isPlanar
                ? FeatureIndex(channel: flat / (height * width), row: flat / width % height, column: flat % width)
                : FeatureIndex(
                    channel: flat % channels, row: flat / (width * channels), column: flat / channels % width)
        }
        for reads in [true, false] {
            let change =
                reads
                ? "rows of the output are \(stride) \(words) apart, not \(length): skip the padding"
                : "rows of the output are \(length) \(words) apart, not \(stride): there is no padding"
            let (from, to) = reads ? (stride, length) : (length, stride)
            addMoved("row-padding", change, dump) { target in
                // The element at this place of the image as it is read, in the buffer as it was written.
                let element = flat(target) / unit
                let (row, column) = (element / length, element % length)
                let index = row * to + column
                guard index / from < rows, index % from < length else { return nil }
                return place((index / from * length + index % from) * unit + flat(target) % unit)
            }
        }
    }

    private mutating func addInterleaving(_ dump: FeatureMap<Double>) {
        let (height, width, channels) = (dump.height, dump.width, dump.channels)
        guard channels > 1 else { return }
        addMoved(
            "planar-interleaved", "the output is written one plane after the other, but read pixel by pixel", dump
        ) { place in
            let flat = (place.row * width + place.column) * channels + place.channel
            return FeatureIndex(channel: flat / (height * width), row: flat / width % height, column: flat % width)
        }
        addMoved(
            "planar-interleaved", "the output is written pixel by pixel, but read one plane after the other", dump
        ) { place in
            let flat = (place.channel * height + place.row) * width + place.column
            return FeatureIndex(
                channel: flat % channels, row: flat / (width * channels), column: flat / channels % width)
        }
    }
}
