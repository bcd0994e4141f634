/// The sizes of one convolution with stride 1 that keeps height and width.
struct ConvolutionShape: Sendable, Hashable {
    var height: Int
    var width: Int
    var inputs: Int
    var outputs: Int
    var kernel: Int

    /// Values of the input with its border.
    var paddedCount: Int { (height + kernel - 1) * (width + kernel - 1) * inputs }
}

extension FeatureMap {
    /// Some rows with a border of one pixel left and right; those outside the map are zero.
    package func paddedRows(_ rows: Range<Int>) -> [Scalar] {
        let rowCount = width * channels
        let side = [Scalar](repeating: 0, count: channels)
        var result: [Scalar] = []
        result.reserveCapacity(rows.count * (rowCount + 2 * channels))
        for row in rows {
            result += side
            if (0..<height).contains(row) {
                result += values[row * rowCount..<(row + 1) * rowCount]
            } else {
                result += [Scalar](repeating: 0, count: rowCount)
            }
            result += side
        }
        return result
    }

    /// The values with a border of `margin` pixels around them that holds `value`.
    package func padded(by margin: Int, with value: Scalar = 0) -> [Scalar] {
        let rowCount = width * channels
        let side = [Scalar](repeating: value, count: margin * channels)
        let full = [Scalar](repeating: value, count: (width + 2 * margin) * channels * margin)
        var result: [Scalar] = []
        result.reserveCapacity((height + 2 * margin) * (width + 2 * margin) * channels)
        result += full
        for row in 0..<height {
            result += side
            result += values[row * rowCount..<(row + 1) * rowCount]
            result += side
        }
        result += full
        return result
    }
}
