import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import TensorBytes

extension HypothesisBuilder {
    /// What can be done to the network's output that the network does not do.
    /// - Parameter pixels: how an image holds the output, where it is one: its values are clamped and rounded.
    package mutating func addOutputHypotheses(_ pixels: PixelCoding?) {
        guard layers.upperBound == network.layers.count else { return }
        if imageChannels.output == 3 {
            addOutput("output-bgr", "the output's channels are red, green, blue, not blue, green, red") { output in
                output.moved { $0.coloursReversed }
            }
        }
        let truncated = "the output is rounded to the nearest level, not cut to the one below"
        if let pixels {
            addOutput("output-truncated", truncated) { $0.quantized(truncates: true, pixels, scale: 1) }
            return
        }
        addOutput("output-0-255", "the output is in [0, 1], not in [0, 255]") { output in
            Enclosure(output.map.with(output.map.values.map { $0 * 255 }), radius: output.radius.map { $0 * 255 })
        }
        addOutput("output-clamped", "compare what the network returns, before it is clamped to [0, 1]") { output in
            Enclosure(output.map.with(output.map.values.map { min(max($0, 0), 1) }), radius: output.radius)
        }
        for truncates in [false, true] {
            for scale in [1.0, 255] {
                let before = "compare what the network returns, before it is rounded to 8 bits"
                addOutput(truncates ? "output-truncated" : "output-8-bit", truncates ? truncated : before) {
                    $0.quantized(truncates: truncates, PixelCoding(levels: 255), scale: scale)
                }
            }
        }
    }
}

extension HypothesisBuilder {
    /// What can be done to the output's values as to the input's. Each is nearly what the same does to the input, so that
    /// they are tried together with that: the closest is taken.
    ///
    /// - Parameters:
    ///   - tap: what was dumped.
    ///   - right: the right output; where it is given and pixels were dumped, a straight line is fitted.
    package mutating func addOutputValues(_ tap: Tap, right: FeatureMap<Double>?) {
        guard layers.upperBound == network.layers.count else { return }
        if let line = right.flatMap({ StraightLine(tap, from: tap.recorded(Enclosure(exactly: $0)).map) }) {
            addOutput("output-scaled", "the output's values are the network's own, not \(line.text)") {
                // Pixels are clamped before somebody changes them.
                $0.through { line.slope * tap.recorded($0) + line.offset }
            }
        }
        func add(
            _ id: String, _ change: String, clampsFirst: Bool = false, _ body: @escaping @Sendable (Double) -> Double
        ) {
            addOutput(id, change) { output in
                output.through { value in
                    tap.pixels?.changing(clampsFirst ? tap.recorded(value) : value, by: body) ?? body(value)
                }
            }
        }
        // Pixels may be clamped before or after.
        for clampsFirst in tap.pixels == nil ? [false] : [false, true] {
            add(
                "output-limited-range", "the output has the full range, it is not squeezed into 16...235",
                clampsFirst: clampsFirst, LimitedRange.squeezed)
        }
        add(
            "output-limited-range", "the output's values are themselves, not 16...235 stretched to 0...255",
            LimitedRange.stretched)
        for curve in Curve.all {
            add(
                "output-gamma", "the output's values are the network's own, not \(curve.direction) (\(curve.name))",
                curve.value)
        }
    }

    /// What can be done to the chroma of an image in colour, whose luma alone the network makes.
    package mutating func addChroma(_ tap: Tap) {
        guard layers.upperBound == network.layers.count, isInColour else { return }
        let kinds: [(id: String, change: String, keeps: Bool)] = [
            ("chroma-swapped", "the chroma of the output is the input's, its Cb and Cr are not exchanged", true),
            ("chroma-missing", "the output has the input's chroma, it is not grey", false),
        ]
        // Pixels may be clamped before or after.
        for (clampsFirst, (id, change, keeps)) in [false, true].flatMap({ clamps in kinds.map { (clamps, $0) } }) {
            addOutput(id, change) { output in
                var values = clampsFirst ? output.map.values.map(tap.recorded) : output.map.values
                for start in stride(from: 0, to: values.count, by: 3) {
                    let luma = ColouredOutput.luma(values[start..<start + 3])
                    let chroma = ColouredOutput.chroma(values[start..<start + 3])
                    let red = keeps ? luma + chroma.blue * BT601.divisors.red : luma
                    let blue = keeps ? luma + chroma.red * BT601.divisors.blue : luma
                    (values[start], values[start + 2]) = (red, blue)
                    values[start + 1] = BT601.green(luma: luma, red: red, blue: blue)
                }
                return Enclosure(output.map.with(values), radius: output.radius)
            }
        }
    }

    /// Luma of the full range, given to the network and taken from it, where pixels hold luma of 16...235.
    package mutating func addFullRangeLuma(_ tap: Tap) {
        guard layers == network.layers.indices, let pixels = tap.pixels, isInColour || pixels.range != 0...1 else {
            return
        }
        let text =
            "the network is given luma of 16...235 (ITU-R BT.601) and returns it so, not luma of the full range 0...255"
        addInput(
            "input-limited-range", text, { map in map.with(map.values.map(LimitedRange.stretched)) }, changesLuma: true,
            output: { output in output.through(LimitedRange.squeezed) })
    }
}

/// The straight line that takes right values closest to dumped ones: brightness, contrast, or a mean and a deviation that
/// somebody meant to take out.
private struct StraightLine {
    let slope: Double
    let offset: Double

    /// Through fewer values many lines go.
    private static let leastValues = 64.0

    /// What it makes of values, in words.
    var text: String {
        func short(_ value: Double) -> String { ((value * 1000).rounded() / 1000).shortText }
        let start = abs(slope - 1) < 0.0005 ? "them" : "\(short(slope)) times them"
        return abs(offset) < 0.0005 ? start : "\(start) \(offset < 0 ? "-" : "+") \(short(abs(offset)))"
    }

    /// Fits by least squares; nil for floats, and for a line that is none of these: nearly that of right values, falling, or that of a
    /// limited range, which has a name of its own.
    init?(_ tap: Tap, from right: FeatureMap<Double>) {
        guard let range = tap.pixels?.range, right.values.count == tap.map.values.count else { return nil }
        var (count, x, y, xx, xy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (ours, theirs) in zip(right.values, tap.map.values) {
            // What was clamped lies on no line.
            guard [ours, theirs].allSatisfy({ range.lowerBound < $0 && $0 < range.upperBound }) else { continue }
            (count, x, y) = (count + 1, x + ours, y + theirs)
            (xx, xy) = (xx + ours * ours, xy + ours * theirs)
        }
        guard count >= Self.leastValues else { return nil }
        slope = (count * xy - x * y) / (count * xx - x * x)
        offset = (y - slope * x) / count
        guard slope.isFinite, offset.isFinite, slope > 0, abs(slope - 1) > 0.01 || abs(offset) > 0.002 else {
            return nil
        }
        for (known, start) in [(219.0 / 255, 16.0 / 255), (255.0 / 219, -16.0 / 219)] {
            guard abs(slope - known) > 0.01 || abs(offset - start) > 0.004 else { return nil }
        }
    }
}

extension Enclosure {
    /// Every value through a function that never falls; what a value can be off by is carried through it.
    fileprivate func through(_ function: (Double) -> Double) -> Enclosure {
        var (values, radii) = (map.values, radius)
        for index in values.indices {
            let (value, reach) = (values[index], radii[index])
            values[index] = function(value)
            radii[index] = max(function(value + reach) - values[index], values[index] - function(value - reach))
        }
        return Enclosure(map.with(values), radius: radii)
    }

    /// The pixels of an image; a value that may fall on either side of a step can be a step away.
    fileprivate func quantized(truncates: Bool, _ pixels: PixelCoding, scale: Double) -> Enclosure {
        var (values, radii) = (map.values, radius)
        for index in values.indices {
            let level = pixels.level(of: values[index])
            guard pixels.isSample else {
                // Of three samples that are cut each loses up to a level, together half a level, more or less.
                values[index] = pixels.value(atLevel: level - 0.5) * scale
                radii[index] = (radii[index] + pixels.step / 2) * scale
                continue
            }
            let pixel = truncates ? level.rounded(.down) : level.rounded(.toNearestOrEven)
            let reach = radii[index] / pixels.step + 0x1p-16
            let nearest = truncates ? level.rounded() : level.rounded(.down) + 0.5
            values[index] = pixels.value(atLevel: pixel) * scale
            radii[index] = (abs(level - nearest) <= reach ? pixels.step : 0x1p-24) * scale
        }
        return Enclosure(map.with(values), radius: radii)
    }
}

extension FeatureMap<Double> {
    /// Blue, green, red for red, green, blue.
    var coloursReversed: FeatureMap<Double> { with(values.indices.map { values[$0 / 3 * 3 + 2 - $0 % 3] }) }
}
