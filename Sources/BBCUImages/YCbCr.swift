import TensorBytes

/// The range in which luma and chroma are stored.
public enum LumaRange: String, Sendable, Hashable, CaseIterable {
    /// Y in 16...235, Cb and Cr in 16...240: ITU-R BT.601, as in video and in MATLAB's `rgb2ycbcr`.
    case studio
    /// Y, Cb and Cr in 0...255: ITU-T T.871 (JFIF), as in JPEG files.
    case full
}

/// A colour as luma and two colour differences, in units in which full RGB intensity is 255.
///
/// ITU-R BT.601 defines luma as L = 0.299 R + 0.587 G + 0.114 B and the differences as (B - L) / 1.772 and
/// (R - L) / 1.402, each in -127.5...127.5. The full range (ITU-T T.871) adds 128 to the differences. The studio range
/// scales luma by 219 / 255 and adds 16, scales the differences by 224 / 255 and adds 128. Everything is float64, and
/// the way back solves the same equations, so it is exact but for rounding.
public struct YCbCr: Sendable, Hashable {
    /// Luma.
    public let y: Double
    /// Blue difference, 128 for grey.
    public let cb: Double
    /// Red difference, 128 for grey.
    public let cr: Double

    /// Wraps three components.
    public init(y: Double, cb: Double, cr: Double) {
        self.y = y
        self.cb = cb
        self.cr = cr
    }

    /// The colour of RGB intensities in 0...255.
    ///
    /// Studio luma is ((65.481 R + 128.553 G) + 24.966 B) / 255 + 16 in that order, the form of the published test
    /// code, whose last bits decide how ties round.
    public init(red: Double, green: Double, blue: Double, range: LumaRange) {
        let luma = BT601.luma(red, green, blue)
        y = range == .full ? luma : BT601.studioLuma(red, green, blue)
        cb = (blue - luma) / BT601.divisors.blue * range.chromaScale + 128
        cr = (red - luma) / BT601.divisors.red * range.chromaScale + 128
    }

    /// The RGB intensities, not clamped: a restored luma may lead outside 0...255.
    public func rgb(_ range: LumaRange) -> (red: Double, green: Double, blue: Double) {
        let luma = range == .full ? y : (y - 16) * 255 / 219
        let red = luma + BT601.divisors.red * (cr - 128) / range.chromaScale
        let blue = luma + BT601.divisors.blue * (cb - 128) / range.chromaScale
        return (red, BT601.green(luma: luma, red: red, blue: blue), blue)
    }
}

extension LumaRange {
    fileprivate var chromaScale: Double { self == .full ? 1 : 224.0 / 255 }
}
