/// A part of an image: what one thread works on at a time, small enough for a core's own cache.
package struct Tile: Sendable, Hashable {
    package var rows: Range<Int>
    package var columns: Range<Int>

    package init(rows: Range<Int>, columns: Range<Int>) {
        self.rows = rows
        self.columns = columns
    }

    package var height: Int { rows.count }
    package var width: Int { columns.count }

    /// The part of an image `factor` times as large that comes of this one.
    package func scaled(by factor: Int) -> Tile {
        Tile(
            rows: rows.lowerBound * factor..<rows.upperBound * factor,
            columns: columns.lowerBound * factor..<columns.upperBound * factor)
    }
}

extension Tile {
    /// The place in the whole of a value of this part.
    package func place(of index: Int, channels: Int) -> FeatureIndex {
        let pixel = index / channels
        return FeatureIndex(
            channel: index % channels, row: rows.lowerBound + pixel / width, column: columns.lowerBound + pixel % width)
    }
}

extension FeatureMap {
    /// The part that is everything.
    var whole: Tile { Tile(rows: 0..<height, columns: 0..<width) }

    /// The values of a part.
    package func tile(_ tile: Tile) -> FeatureMap {
        precondition(tile.rows.upperBound <= height && tile.columns.upperBound <= width, "the part is within the map")
        var result: [Scalar] = []
        result.reserveCapacity(tile.height * tile.width * channels)
        for row in tile.rows {
            let start = (row * width + tile.columns.lowerBound) * channels
            result += values[start..<start + tile.width * channels]
        }
        return FeatureMap(height: tile.height, width: tile.width, channels: channels, filled: result)
    }
}
