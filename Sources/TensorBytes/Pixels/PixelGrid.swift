/// Rows of pixels, the values of a pixel side by side: what images and feature maps have in common.
package protocol PixelGrid {
    /// What a pixel has for each channel.
    associatedtype Value

    /// Pixels in a row.
    var width: Int { get }
    /// Rows.
    var height: Int { get }
    /// Values in a pixel.
    var channels: Int { get }
    /// Row, then column, then channel.
    var pixelValues: [Value] { get }

    /// A grid of another size whose pixels are of the same kind.
    func with(height: Int, width: Int, _ values: [Value]) -> Self
}

extension PixelGrid {
    /// The part that is everything.
    @inlinable package var whole: PixelRectangle { PixelRectangle(rows: 0..<height, columns: 0..<width) }

    /// A part that lies within the grid.
    @inlinable package func cropped(to part: PixelRectangle) -> Self {
        precondition(part.rows.upperBound <= height && part.columns.upperBound <= width, "the part is within the map")
        let values = pixelValues
        var result: [Value] = []
        result.reserveCapacity(part.height * part.width * channels)
        for row in part.rows {
            let start = (row * width + part.columns.lowerBound) * channels
            result += values[start..<start + part.width * channels]
        }
        return with(height: part.height, width: part.width, result)
    }

    /// A grid each of whose pixels is one of this one.
    /// - Parameters:
    ///   - source: where a pixel of the result comes from.
    ///   - border: the values of those that come from outside.
    @inlinable package func gathered(
        height: Int, width: Int, border: [Value] = [],
        from source: (_ row: Int, _ column: Int) -> (row: Int, column: Int)
    ) -> Self {
        let values = pixelValues
        var result: [Value] = []
        result.reserveCapacity(height * width * channels)
        for row in 0..<height {
            for column in 0..<width {
                let place = source(row, column)
                if !border.isEmpty, !(0..<self.height).contains(place.row) || !(0..<self.width).contains(place.column) {
                    result += border
                } else {
                    let start = (place.row * self.width + place.column) * channels
                    result += values[start..<start + channels]
                }
            }
        }
        return with(height: height, width: width, result)
    }
}
