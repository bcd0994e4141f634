import TensorBytes

extension PixelRectangle {
    /// The place in the whole of a value of this part.
    package func place(of index: Int, channels: Int) -> FeatureIndex {
        let pixel = index / channels
        return FeatureIndex(
            channel: index % channels, row: rows.lowerBound + pixel / width, column: columns.lowerBound + pixel % width)
    }
}
