import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

extension HypothesisBuilder {
    /// What a port may have done to its image before the network: other ranges and curves, other places of pixels. Only
    /// the right network on the changed image shows it, as networks do not commute with any of these.
    package mutating func addImageHypotheses(height: Int, width: Int) {
        guard layers.contains(0) else { return }
        addRanges()
        addCurves()
        addTurnedInputs()
        addScrambledInputs(height: height, width: width)
    }

    /// A change of every value, in float32 or stored as 8 bits.
    private mutating func addValues(_ id: String, _ change: String, _ body: @escaping @Sendable (Double) -> Double) {
        for rounds in [false, true] {
            addInput(id, change) { map in
                map.with(
                    map.values.map { value in
                        let changed = body(value)
                        guard rounds else { return changed }
                        return (min(max(changed, 0), 1) * 255).rounded(.toNearestOrEven) / 255
                    })
            }
        }
    }

    private mutating func addRanges() {
        let squeezed = "give the network the full range 0...255, not one squeezed into 16...235"
        addValues("input-limited-range", squeezed, LimitedRange.squeezed)
        addValues(
            "input-limited-range", "give the network the values themselves, not 16...235 stretched to 0...255",
            LimitedRange.stretched)
        addInput("input-limited-range", "give the network the values themselves, not 16...235 stretched and clamped") {
            map in map.with(map.values.map { min(max(LimitedRange.stretched($0), 0), 1) })
        }
    }

    /// Light that is encoded, or decoded, before the network sees it.
    private mutating func addCurves() {
        for curve in Curve.all {
            let change = curve.decodes ? "not linear light" : "not values encoded with gamma once more"
            let own = curve.decodes ? "the image's own (gamma-encoded) values, " : "the image's own values, "
            addValues("input-gamma", "give the network " + own + change + " (\(curve.name))", curve.value)
        }
    }

    private mutating func addTurnedInputs() {
        for (words, upsideDown, mirrored) in [("upside down", true, false), ("mirrored", false, true)] {
            @Sendable func rotated(_ map: FeatureMap<Double>) -> FeatureMap<Double> {
                map.moved { row, column in
                    (upsideDown ? map.height - 1 - row : row, mirrored ? map.width - 1 - column : column)
                }
            }
            addInput("input-flipped", "the network is given the image \(words), and so is its output", rotated)
            addInput(
                "input-flipped", "the network is given the image \(words), though its output is turned back", rotated
            ) { $0.moved(rotated) }
        }
    }

    /// The input read with a stride or interleaving that is not its own; only strides that alignment makes.
    private mutating func addScrambledInputs(height: Int, width: Int) {
        let channels = imageChannels.input
        let aligned = Set((2...8).map { ((width + (1 << $0) - 1) >> $0) << $0 })
        for stride in aligned.sorted() where stride > width && stride <= 2 * width {
            addInput(
                "row-padding",
                "rows of the input are \(stride.counted("pixel")) apart, not \(width): skip the padding (of zeros)"
            ) { map in
                map.taken { place in
                    let index = place.row * width + place.column
                    guard index % stride < width else { return nil }
                    return FeatureIndex(channel: place.channel, row: index / stride, column: index % stride)
                }
            }
        }
        guard channels > 1 else { return }
        addInput(
            "planar-interleaved", "the input is written pixel by pixel, but read one plane after the other"
        ) { map in
            map.taken { place in
                let flat = (place.channel * height + place.row) * width + place.column
                return FeatureIndex(
                    channel: flat % channels, row: flat / (width * channels), column: flat / channels % width)
            }
        }
        addInput(
            "planar-interleaved", "the input is written one plane after the other, but read pixel by pixel"
        ) { map in
            map.taken { place in
                let flat = (place.row * width + place.column) * channels + place.channel
                return FeatureIndex(channel: flat / (height * width), row: flat / width % height, column: flat % width)
            }
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

    /// What it makes of values, in words.
    var direction: String { decodes ? "turned into linear light" : "encoded with gamma once more" }

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

extension FeatureMap<Double> {
    /// A map of the same size whose pixels are taken from other places.
    func moved(_ source: (_ row: Int, _ column: Int) -> (Int, Int)) -> FeatureMap<Double> {
        taken { place in
            let (row, column) = source(place.row, place.column)
            return FeatureIndex(channel: place.channel, row: row, column: column)
        }
    }

    /// A map of the same size whose values are taken from other places, 0 for none.
    package func taken(_ source: (FeatureIndex) -> FeatureIndex?) -> FeatureMap<Double> {
        with(
            values.indices.map { target in
                guard let place = source(place(of: target)) else { return 0 }
                return values[index(channel: place.channel, row: place.row, column: place.column)]
            })
    }
}
