import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// How a port cuts its image: tiles of so many pixels, each run with so many pixels around it, fewer at the image's edge.
package struct Tiling: Sendable, Hashable {
    package var height: Int
    package var width: Int
    /// Pixels of overlap with the neighbours.
    package var halo: Int

    package init(height: Int, width: Int, halo: Int) { (self.height, self.width, self.halo) = (height, width, halo) }

    /// One tile: what it makes, and what it is given.
    package struct Tile: Sendable {
        package var made: PixelRectangle
        package var read: PixelRectangle
    }

    /// The tiles of an image of the given size, from the top left.
    package func tiles(height imageHeight: Int, width imageWidth: Int) -> [Tile] {
        stride(from: 0, to: imageHeight, by: height).flatMap { top in
            stride(from: 0, to: imageWidth, by: width).map { left in
                let rows = top..<min(top + height, imageHeight)
                let columns = left..<min(left + width, imageWidth)
                let made = PixelRectangle(rows: rows, columns: columns)
                return Tile(made: made, read: made.grown(by: halo, height: imageHeight, width: imageWidth))
            }
        }
    }

    /// Tiles spread over the image: all of a small one, else so many that together they read a quarter as many pixels as
    /// it has.
    package func someTiles(height: Int, width: Int) -> [Tile] {
        let all = tiles(height: height, width: width)
        let read = all.reduce(0) { $0 + $1.read.height * $1.read.width }
        guard read > Thresholds.smallImage else { return all }
        let count = max(1, min(all.count, all.count * height * width / (4 * read)))
        return (0..<count).map { all[($0 * all.count + all.count / 2) / count] }
    }

    /// Runs tiles, and puts what is kept of each on a map.
    /// - Parameter run: the network; nil where it cannot be run.
    package func run(
        _ tiles: [Tile], of image: Enclosure, scale: Int, on ground: FeatureMap<Double>,
        _ run: (Enclosure) -> Enclosure?
    ) -> Enclosure? {
        var result = Enclosure(exactly: ground)
        for tile in tiles {
            guard let made = run(image.moved { $0.cropped(to: tile.read) }),
                made.map.channels == ground.channels
            else { return nil }
            Self.paste(made, tile, scale: scale, on: &result)
        }
        return result
    }

    /// Puts the part of a tile's output that is kept in its place.
    private static func paste(_ made: Enclosure, _ tile: Tile, scale: Int, on whole: inout Enclosure) {
        let (kept, place) = (tile.made.scaled(by: scale), tile.made.within(tile.read).scaled(by: scale))
        let count = kept.width * made.map.channels
        for (row, from) in zip(kept.rows, place.rows) {
            let source = made.map.index(channel: 0, row: from, column: place.columns.lowerBound)
            let target = whole.map.index(channel: 0, row: row, column: kept.columns.lowerBound)
            whole.map.values.replaceSubrange(target..<target + count, with: made.map.values[source..<source + count])
            whole.radius.replaceSubrange(target..<target + count, with: made.radius[source..<source + count])
        }
    }
}
