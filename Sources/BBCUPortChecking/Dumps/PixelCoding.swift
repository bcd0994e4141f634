import TensorBytes

/// How the pixels of an image hold a network's values: clamped to a range, and rounded to the levels of its samples.
public struct PixelCoding: Sendable, Hashable {
    /// The peak of the samples: 255 or 65535.
    public var levels: Int
    /// The values that samples of 0 and of the peak stand for: 0...1, and for luma in studio range (ITU-R BT.601)
    /// 16/255...235/255.
    public var range: ClosedRange<Double>
    /// Whether each value is one sample, and so lies on a level; the luma of three samples lies between them.
    public var isSample: Bool

    /// Samples that are values, or luma of samples.
    public init(levels: Int, range: ClosedRange<Double> = 0...1, isSample: Bool = true) {
        (self.levels, self.range, self.isSample) = (levels, range, isSample)
    }

    /// The luma in studio range of grey or RGB samples.
    public static func studioLuma(levels: Int, isSample: Bool) -> PixelCoding {
        PixelCoding(levels: levels, range: 16.0 / 255...235.0 / 255, isSample: isSample)
    }

    /// What one level is in values; the weights of luma add up to one level as well.
    package var step: Double { (range.upperBound - range.lowerBound) / Double(levels) }

    /// The root mean square of what rounding to levels loses: a sample is spread evenly over a level, and the luma of three
    /// weighs each with its share (ITU-R BT.601).
    package var rounding: Double {
        let (red, green, blue) = BT601.weights
        return step / 12.0.squareRoot() * (isSample ? 1 : (red * red + green * green + blue * blue).squareRoot())
    }

    /// A value as pixels can hold it.
    package func clamped(_ value: Double) -> Double { min(max(value, range.lowerBound), range.upperBound) }

    /// The level that a value lies at, with its fraction: 0 to the peak.
    package func level(of value: Double) -> Double { (clamped(value) - range.lowerBound) / step }

    /// The value of a level.
    package func value(atLevel level: Double) -> Double { clamped(range.lowerBound + level * step) }

    /// What a change of the samples, as shares of their peak, does to the values. It may lead beyond the range.
    package func changing(_ value: Double, by change: (Double) -> Double) -> Double {
        let size = range.upperBound - range.lowerBound
        return range.lowerBound + change((value - range.lowerBound) / size) * size
    }

    /// A value as a port stores it; the luma of three samples is left as it is.
    package func stored(_ value: Double) -> Double {
        isSample ? self.value(atLevel: level(of: value).rounded(.toNearestOrEven)) : clamped(value)
    }
}
