import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

// What the rows of the table on images are made of.
extension [FaultWay] {
    /// A change of every value of the image, in float32 or stored as 8 bits.
    static func values(_ sentence: String, _ change: @escaping @Sendable (Double) -> Double) -> [FaultWay] {
        [false, true].map { rounds in
            FaultWay(
                sentence,
                .input { map in
                    map.with(
                        map.values.map { value in
                            let changed = change(value)
                            guard rounds else { return changed }
                            return (Swift.min(Swift.max(changed, 0), 1) * 255).rounded(.toNearestOrEven) / 255
                        })
                })
        }
    }
}

extension FaultWay {
    /// Rounds the output to levels.
    static func quantized(
        _ sentence: String, truncates: Bool = false, _ pixels: PixelCoding = PixelCoding(levels: 255), scale: Double = 1
    ) -> FaultWay {
        FaultWay(sentence, .output { $0.quantized(truncates: truncates, pixels, scale: scale) })
    }

    /// Writes every sum as another number.
    static func sums(_ sentence: String, _ reading: @escaping @Sendable (Double) -> Double) -> FaultWay {
        FaultWay(sentence, .sums { $0.with($0.values.map(reading)) })
    }
}

extension FaultContext {
    /// What pixels do not show.
    func ofFloats(_ ways: [FaultWay]) -> [FaultWay] { tap?.pixels == nil ? ways : [] }

    /// A change of every value of the output.
    func values(
        _ sentence: String, clampsFirst: Bool = false, _ change: @escaping @Sendable (Double) -> Double
    ) -> FaultWay {
        FaultWay(
            sentence,
            .output { [tap] output in
                output.through { value in
                    tap?.pixels?.changing(clampsFirst ? tap?.recorded(value) ?? value : value, by: change)
                        ?? change(value)
                }
            })
    }
}

extension FaultContext {
    /// A change of the chroma of an image in colour, whose luma alone the network makes. Pixels may be clamped before or after.
    func chroma(
        _ sentence: String, _ change: @escaping @Sendable ((blue: Double, red: Double)) -> (blue: Double, red: Double)
    ) -> [FaultWay] {
        [false, true].map { [tap] clampsFirst in
            FaultWay(
                sentence,
                .output { output in
                    var values = output.map.values
                    if clampsFirst, let tap { values = values.map(tap.recorded) }
                    for start in stride(from: 0, to: values.count, by: 3) {
                        let luma = ColouredOutput.luma(values[start..<start + 3])
                        let chroma = change(ColouredOutput.chroma(values[start..<start + 3]))
                        let red = luma + chroma.red * BT601.divisors.red
                        let blue = luma + chroma.blue * BT601.divisors.blue
                        (values[start], values[start + 2]) = (red, blue)
                        values[start + 1] = BT601.green(luma: luma, red: red, blue: blue)
                    }
                    return Enclosure(output.map.with(values), radius: output.radius)
                })
        }
    }
}

/// The range in which video stores samples, 16...235 of 255 (ITU-R BT.601), as shares of the peak.
enum LimitedRange {
    static func squeezed(_ value: Double) -> Double { (value * 219 + 16) / 255 }
    static func stretched(_ value: Double) -> Double { (value * 255 - 16) / 219 }
}

/// A curve between values as images store them and the light that they stand for. It never falls.
struct Curve: Sendable {
    /// Its name, for reports.
    let name: String
    /// Whether it makes light of stored values; otherwise the other way.
    let decodes: Bool
    let value: @Sendable (Double) -> Double

    /// The sRGB curve (IEC 61966-2-1) and the power 2.2, both ways.
    static let all = [
        Curve(name: "sRGB", decodes: true) { value in
            value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055).raised(to: 2.4)
        },
        Curve(name: "sRGB", decodes: false) { value in
            value <= 0.0031308 ? value * 12.92 : 1.055 * value.raised(to: 1 / 2.4) - 0.055
        },
        Curve(name: "power 2.2", decodes: true) { max($0, 0).raised(to: 2.2) },
        Curve(name: "power 1/2.2", decodes: false) { max($0, 0).raised(to: 1 / 2.2) },
    ]
}

/// The straight line that takes right values closest to dumped ones: brightness, contrast, or a mean and a deviation that
/// somebody meant to take out.
struct StraightLine {
    let slope: Double
    let offset: Double

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
        for (expected, actual) in zip(right.values, tap.map.values) {
            // What was clamped lies on no line.
            guard [expected, actual].allSatisfy({ range.lowerBound < $0 && $0 < range.upperBound }) else { continue }
            (count, x, y) = (count + 1, x + expected, y + actual)
            (xx, xy) = (xx + expected * expected, xy + expected * actual)
        }
        guard count >= Thresholds.leastValuesOfLine else { return nil }
        slope = (count * xy - x * y) / (count * xx - x * x)
        offset = (y - slope * x) / count
        guard slope.isFinite, offset.isFinite, slope > 0,
            abs(slope - 1) > Thresholds.sameSlope || abs(offset) > Thresholds.sameOffset
        else { return nil }
        for (known, start) in [(219.0 / 255, 16.0 / 255), (255.0 / 219, -16.0 / 219)] {
            guard abs(slope - known) > Thresholds.sameSlope || abs(offset - start) > 2 * Thresholds.sameOffset else {
                return nil
            }
        }
    }
}

extension Enclosure {
    func scaled(by factor: Double) -> Enclosure {
        Enclosure(map.with(map.values.map { $0 * factor }), radius: radius.map { $0 * factor })
    }

    /// Every value through a function that never falls; what a value can be off by is carried through it.
    func through(_ function: (Double) -> Double) -> Enclosure {
        var (values, radii) = (map.values, radius)
        for index in values.indices {
            let (value, reach) = (values[index], radii[index])
            values[index] = function(value)
            radii[index] = max(function(value + reach) - values[index], values[index] - function(value - reach))
        }
        return Enclosure(map.with(values), radius: radii)
    }

    /// The pixels of an image; a value that may fall on either side of a step can be a step away.
    func quantized(truncates: Bool, _ pixels: PixelCoding, scale: Double) -> Enclosure {
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

    /// The values up to a row, and a frame's from there on, or the other way round.
    func torn(from frame: Enclosure, row: Int, startsNew: Bool) -> Enclosure {
        let start = row * map.width * map.channels
        func joined(_ new: [Double], _ old: [Double]) -> [Double] {
            startsNew ? Array(new[..<start] + old[start...]) : Array(old[..<start] + new[start...])
        }
        return Enclosure(map.with(joined(map.values, frame.map.values)), radius: joined(radius, frame.radius))
    }
}

extension FeatureMap<Double> {
    /// Blue, green, red for red, green, blue.
    var coloursReversed: FeatureMap<Double> { with(values.indices.map { values[$0 / 3 * 3 + 2 - $0 % 3] }) }

    /// The row at which this goes from one image to the other, as least squares have it; nil at either end.
    func tear(_ first: FeatureMap<Double>, _ second: FeatureMap<Double>) -> Int? {
        let length = width * channels
        func square(_ row: Int, _ map: FeatureMap<Double>) -> Double {
            (row * length..<(row + 1) * length).reduce(0) { sum, index in
                let difference = values[index] - map.values[index]
                return sum + difference * difference
            }
        }
        var error = (0..<height).reduce(0) { $0 + square($1, second) }
        var best = (row: 0, error: error)
        for row in 0..<height {
            error += square(row, first) - square(row, second)
            if error < best.error { best = (row + 1, error) }
        }
        return (1..<height).contains(best.row) ? best.row : nil
    }

    /// The image as libraries upsample it, each in words.
    ///
    /// They differ in what they do at the border and round in between; there the dump itself stands in, and elsewhere a level of 8
    /// bits is allowed for.
    func upsamplings(by factor: Int, on dump: FeatureMap<Double>) -> [(words: String, enclosure: Enclosure)] {
        let nearest = ("repeated pixels", Enclosure(exactly: Resampling.upsample(self, factor: factor, .nearest)))
        let border = 2 * factor
        guard min(height, width) >= Thresholds.leastSideOfUpsampling else { return [nearest] }
        let kinds: [(String, InjectedFault.Shortcut)] = [
            ("bilinear", .bilinear(alignsCorners: false)), ("bicubic, a = -0.5", .bicubic(a: -0.5)),
            ("bicubic, a = -0.75", .bicubic(a: -0.75)),
        ]
        return [nearest]
            + kinds.map { words, kind in
                let map = Resampling.upsample(self, factor: factor, kind)
                let values = map.values.indices.map { index in
                    let place = map.place(of: index)
                    let isInside =
                        (border..<map.height - border).contains(place.row)
                        && (border..<map.width - border).contains(place.column)
                    return isInside ? map.values[index] : dump.values[index]
                }
                return (words, Enclosure(map.with(values), radius: [Double](repeating: 1.0 / 255, count: values.count)))
            }
    }
}
