import BBCUNetworks

/// Moves values without arithmetic.
package enum Rearranging {
    /// (C r r, H, W) to (C, r H, r W).
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    package static func shuffle<Scalar: BinaryFloatingPoint & Sendable>(
        _ map: FeatureMap<Scalar>, _ shuffle: PixelShuffle
    ) -> FeatureMap<Scalar> {
        let factor = shuffle.factor
        guard factor > 1 else { return map }
        let channels = map.channels / (factor * factor)
        let width = map.width * factor
        // For each place among the pixels that one becomes, where its channels come from.
        let sources = (0..<factor * factor).map { place in
            (0..<channels).map {
                shuffle.source(channel: $0, of: channels, row: place / factor, column: place % factor)
            }
        }
        var result = [Scalar](repeating: 0, count: map.values.count)
        var values = result.mutableSpan
        let given = map.values.span
        for row in 0..<map.height * factor {
            for column in 0..<width {
                let pixel = (row / factor * map.width + column / factor) * map.channels
                let places = sources[row % factor * factor + column % factor]
                let source = places.span
                let target = (row * width + column) * channels
                for channel in 0..<source.count { values[target + channel] = given[pixel + source[channel]] }
            }
        }
        return FeatureMap(height: map.height * factor, width: width, channels: channels, filled: result)
    }

    /// Every pixel repeated `factor` times in both directions.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    package static func upsampleNearest<Scalar: BinaryFloatingPoint & Sendable>(
        _ map: FeatureMap<Scalar>, factor: Int
    ) -> FeatureMap<Scalar> {
        guard factor > 1 else { return map }
        var values: [Scalar] = []
        values.reserveCapacity(map.values.count * factor * factor)
        for row in 0..<map.height * factor {
            for column in 0..<map.width * factor {
                let pixel = (row / factor * map.width + column / factor) * map.channels
                values += map.values[pixel..<pixel + map.channels]
            }
        }
        return FeatureMap(
            height: map.height * factor, width: map.width * factor, channels: map.channels, filled: values)
    }

    /// The shortcut of BBCU-H: each channel repeated outputs / inputs times in place, then channel 0 until there are
    /// `outputs` channels.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    package static func repeatChannels<Scalar: BinaryFloatingPoint & Sendable>(
        _ map: FeatureMap<Scalar>, outputs: Int
    ) -> FeatureMap<Scalar> {
        let sources = repeatedChannels(of: map.channels, outputs: outputs)
        var values: [Scalar] = []
        values.reserveCapacity(map.height * map.width * outputs)
        for pixel in 0..<map.height * map.width {
            for source in sources { values.append(map.values[pixel * map.channels + source]) }
        }
        return FeatureMap(height: map.height, width: map.width, channels: outputs, filled: values)
    }

    /// The input channel that each output channel of BBCU-H's shortcut repeats.
    package static func repeatedChannels(of inputs: Int, outputs: Int) -> [Int] {
        let repeats = max(1, outputs / inputs)
        return (0..<outputs).map { $0 / repeats < inputs ? $0 / repeats : 0 }
    }
}
