extension Planes {
    /// The picture with sides of at most `side` pixels: means of whole squares of pixels, or the picture itself.
    public func reduced(toAtMost side: Int) -> Planes {
        let factor = max(1, (max(height, width) + side - 1) / max(1, side))
        guard factor > 1 else { return self }
        let (rows, columns) = (max(1, height / factor), max(1, width / factor))
        var means: [Float] = []
        means.reserveCapacity(rows * columns * channels)
        for row in 0..<rows {
            for column in 0..<columns {
                for channel in 0..<channels {
                    var sum: Float = 0
                    var count: Float = 0
                    for y in row * factor..<min(height, (row + 1) * factor) {
                        for x in column * factor..<min(width, (column + 1) * factor) {
                            sum += values[(y * width + x) * channels + channel]
                            count += 1
                        }
                    }
                    means.append(sum / count)
                }
            }
        }
        return Planes(unchecked: channels, height: rows, width: columns, values: means)
    }
}
