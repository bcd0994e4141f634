/// BT.601 luma in studio range, as MATLAB's `rgb2ycbcr` and the published test code compute it.
enum Luma {
    /// Y of every pixel of interleaved intensities in 0...255: float64, in this order and unfused, since the last bit
    /// decides how ties round. A grey pixel counts as three equal channels.
    static func values(of values: [Double], channels: Int) -> [Double] {
        let step = channels == 1 ? 0 : 1
        return stride(from: 0, to: values.count, by: channels).map { start in
            let (red, green, blue) = (values[start], values[start + step], values[start + 2 * step])
            return ((65.481 * red + 128.553 * green) + 24.966 * blue) / 255 + 16
        }
    }
}
