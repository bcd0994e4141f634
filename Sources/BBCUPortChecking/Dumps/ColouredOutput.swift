import BBCUErrorBounds
import BBCUExecution
import TensorBytes

/// What a port of a network that restores luma alone wrote as an image in colour: the luma is the network's, and what the
/// colours add to it the input's.
///
/// A pixel's luma is L = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), and R - L, G - L and B - L are what its chroma adds;
/// the network works on L in studio range, (219 L + 16) / 255. In which range a port keeps chroma makes no difference to
/// these.
public struct ColouredOutput: Sendable {
    /// Red, green and blue of the image, as shares of the peak.
    let image: FeatureMap<Double>
    /// The same of the image that the port was given.
    let input: FeatureMap<Double>
    /// The same of the image that it was given before; nil where that is not known.
    let previous: FeatureMap<Double>?
    /// The peak of the image's samples.
    let levels: Int

    /// - Parameters:
    ///   - image: what was written: three channels, as shares of the peak.
    ///   - input: what the port was given, in the same form.
    ///   - previous: what it was given before.
    ///   - levels: the peak of the image's samples, 255 or 65535.
    /// - Returns: nil where the two are not of the same size.
    public init?(
        _ image: FeatureMap<Float>, input: FeatureMap<Float>, previous: FeatureMap<Float>? = nil, levels: Int
    ) {
        func fits(_ map: FeatureMap<Float>) -> Bool {
            map.channels == 3 && (map.height, map.width) == (image.height, image.width)
        }
        guard fits(image), fits(input) else { return nil }
        self.image = image.asDouble
        self.input = input.asDouble
        self.previous = previous.flatMap { fits($0) ? $0.asDouble : nil }
        self.levels = levels
    }

    /// The luma of a colour, 0...1.
    static func luma(_ colour: ArraySlice<Double>) -> Double {
        let first = colour.startIndex
        return BT601.luma(colour[first], colour[first + 1], colour[first + 2])
    }

    /// What is stored of a colour beside its luma, each in -0.5...0.5: (B - L) / 1.772 and (R - L) / 1.402.
    static func chroma(_ colour: ArraySlice<Double>) -> (blue: Double, red: Double) {
        let (first, luma) = (colour.startIndex, luma(colour))
        return ((colour[first + 2] - luma) / BT601.divisors.blue, (colour[first] - luma) / BT601.divisors.red)
    }

    /// The luma of an image in colour as the network is given it.
    static func studioLuma(_ colours: FeatureMap<Double>) -> FeatureMap<Double> {
        let values = stride(from: 0, to: colours.values.count, by: 3).map {
            LimitedRange.squeezed(luma(colours.values[$0..<$0 + 3]))
        }
        return FeatureMap(height: colours.height, width: colours.width, channels: 1, filled: values)
    }

    /// The network's output as the image holds it, one value a pixel, clamped to its range and within half a level. A
    /// channel that is 0 or full may have been clamped: there luma is that of the others, and where no other is left, that
    /// of the image.
    public var luma: FeatureMap<Double> {
        var result = Self.studioLuma(image)
        for pixel in result.values.indices {
            let (samples, given) = (image.values[3 * pixel..<3 * pixel + 3], input.values[3 * pixel..<3 * pixel + 3])
            let free = samples.indices.filter { 0 < samples[$0] && samples[$0] < 1 }
            // Where all may have been clamped nothing better is known; of black and white it is the end of the range.
            guard free.count < 3, !free.isEmpty else { continue }
            let base = Self.luma(given)
            let grey = free.reduce(0) { $0 + samples[$1] - (given[$1] - base) } / Double(free.count)
            result.values[pixel] = LimitedRange.squeezed(min(max(grey, 0), 1))
        }
        return result
    }

    /// Luma with colours: what a right port writes of it, before it is clamped.
    /// - Parameter colours: the image whose colours are added.
    static func joined(_ luma: Enclosure, with colours: FeatureMap<Double>) -> Enclosure {
        guard luma.map.values.count * 3 == colours.values.count else { return luma }
        var (values, radius) = (colours.values, [Double](repeating: 0, count: colours.values.count))
        for pixel in luma.map.values.indices {
            let places = 3 * pixel..<3 * pixel + 3
            let moved = LimitedRange.stretched(luma.map.values[pixel]) - Self.luma(colours.values[places])
            for place in places {
                values[place] += moved
                radius[place] = luma.radius[pixel] * 255 / 219
            }
        }
        return Enclosure(colours.with(values), radius: radius)
    }

    /// The image's chroma held against the input's.
    var difference: ChromaDifference {
        var result = ChromaDifference()
        for start in stride(from: 0, to: image.values.count, by: 3) {
            let (expected, actual) = (input.values[start..<start + 3], image.values[start..<start + 3])
            guard actual.allSatisfy({ 0 < $0 && $0 < 1 }) else { continue }
            let (right, found) = (Self.chroma(expected), Self.chroma(actual))
            let difference = 224 * max(abs(right.blue - found.blue), abs(right.red - found.red))
            guard difference > Self.chromaRounding else { continue }
            result.pixels += 1
            result.largest = max(result.largest, difference)
        }
        return result
    }

    /// What a port that keeps chroma in 8 bits, and RGB in between, may lose.
    private static let chromaRounding = 2.0
    /// What rounding chroma to 8 bits, in 16...240, does to a channel at most: to blue, 1.772 x 255 / 224 x 0.5 levels.
    static let largestLoss = BT601.divisors.blue * 255 / 224 * 0.5 / 255
    /// The root mean square of that over the channels: each difference is spread evenly over a level.
    static let usualLoss = 0.454 / 255
}

extension Tap {
    /// The same output as the image in colour that it was read from; nil for any other.
    package var inColour: Tap? {
        guard let colours else { return nil }
        var result = self
        result.map = colours.image
        result.pixels = PixelCoding(levels: colours.levels)
        let radius = 0.5 / Double(colours.levels) + ColouredOutput.largestLoss + 0x1p-22
        result.storageRadius = [Double](repeating: radius, count: result.map.values.count)
        return result
    }

    /// The image whose colours the output has; nil for an output that is taken as what the network returns.
    package var colouredInput: FeatureMap<Double>? { map.channels == 3 ? colours?.input : nil }

    /// What the network returns, in the colours of the image that was dumped.
    /// - Parameter other: the image that the colours are of; nil for the port's input.
    package func joined(_ output: Enclosure, with other: FeatureMap<Double>? = nil) -> Enclosure {
        colouredInput.map { ColouredOutput.joined(output, with: other ?? $0) } ?? output
    }
}
