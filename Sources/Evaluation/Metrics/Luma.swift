/// BT.601 luma in studio range, as MATLAB's `rgb2ycbcr` and the published test code compute it.
enum Luma {
    /// Y of intensities in 0...255, in 16...235: float64, in this order and unfused, since the last bit decides how ties
    /// round.
    static func value(_ red: Double, _ green: Double, _ blue: Double) -> Double {
        ((65.481 * red + 128.553 * green) + 24.966 * blue) / 255 + 16
    }

    /// Y of every pixel, not rounded; a grey image counts as three equal channels.
    static func values(of image: ByteImage) -> [Double] {
        values(of: image.samples.map(Double.init), channels: image.channels)
    }

    /// Y of every pixel of interleaved intensities in 0...255.
    static func values(of values: [Double], channels: Int) -> [Double] {
        let step = channels == 1 ? 0 : 1
        return stride(from: 0, to: values.count, by: channels).map { start in
            value(values[start], values[start + step], values[start + 2 * step])
        }
    }
}
