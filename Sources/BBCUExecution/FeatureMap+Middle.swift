extension FeatureMap where Scalar == Float {
    /// The middle of a map, at most so many pixels wide and high.
    package func middle(_ size: Int) -> FeatureMap {
        let (rows, columns) = (min(size, height), min(size, width))
        let (top, left) = ((height - rows) / 2, (width - columns) / 2)
        var values: [Float] = []
        for row in top..<top + rows {
            let start = index(channel: 0, row: row, column: left)
            values += self.values[start..<start + columns * channels]
        }
        return FeatureMap(height: rows, width: columns, channels: channels, filled: values)
    }
}
