import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// How a port cuts its image: tiles of so many pixels, each run with so many pixels around it, fewer at the image's edge.
package struct Tiling: Sendable, Hashable {
    package var height: Int
    package var width: Int
    /// Pixels of overlap with the neighbours.
    package var halo: Int

    package init(height: Int, width: Int, halo: Int) { (self.height, self.width, self.halo) = (height, width, halo) }

    /// One tile: the rows and columns that it makes, and those that it is given.
    package struct Tile: Sendable {
        package var rows: Range<Int>
        package var columns: Range<Int>
        package var readRows: Range<Int>
        package var readColumns: Range<Int>
    }

    /// The tiles of an image of the given size, from the top left.
    package func tiles(height imageHeight: Int, width imageWidth: Int) -> [Tile] {
        stride(from: 0, to: imageHeight, by: height).flatMap { top in
            stride(from: 0, to: imageWidth, by: width).map { left in
                let rows = top..<min(top + height, imageHeight)
                let columns = left..<min(left + width, imageWidth)
                return Tile(
                    rows: rows, columns: columns,
                    readRows: max(0, rows.lowerBound - halo)..<min(imageHeight, rows.upperBound + halo),
                    readColumns: max(0, columns.lowerBound - halo)..<min(imageWidth, columns.upperBound + halo))
            }
        }
    }

    /// Tiles spread over the image: all of a small one, else so many that together they read a quarter as many pixels as
    /// it has.
    package func someTiles(height: Int, width: Int) -> [Tile] {
        let all = tiles(height: height, width: width)
        let read = all.reduce(0) { $0 + $1.readRows.count * $1.readColumns.count }
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
            guard let made = run(image.moved { $0.cropped(tile.readRows, tile.readColumns) }),
                made.map.channels == ground.channels
            else { return nil }
            Self.paste(made, tile, scale: scale, on: &result)
        }
        return result
    }

    /// Puts the part of a tile's output that is kept in its place.
    private static func paste(_ made: Enclosure, _ tile: Tile, scale: Int, on whole: inout Enclosure) {
        let count = tile.columns.count * scale * made.map.channels
        for row in tile.rows.lowerBound * scale..<tile.rows.upperBound * scale {
            let source = made.map.index(
                channel: 0, row: row - tile.readRows.lowerBound * scale,
                column: (tile.columns.lowerBound - tile.readColumns.lowerBound) * scale)
            let target = whole.map.index(channel: 0, row: row, column: tile.columns.lowerBound * scale)
            whole.map.values.replaceSubrange(target..<target + count, with: made.map.values[source..<source + count])
            whole.radius.replaceSubrange(target..<target + count, with: made.radius[source..<source + count])
        }
    }
}

extension FeatureMap<Double> {
    func cropped(_ rows: Range<Int>, _ columns: Range<Int>) -> FeatureMap<Double> {
        var cut: [Double] = []
        cut.reserveCapacity(rows.count * columns.count * channels)
        for row in rows {
            let start = index(channel: 0, row: row, column: columns.lowerBound)
            cut += values[start..<start + columns.count * channels]
        }
        return FeatureMap(height: rows.count, width: columns.count, channels: channels, filled: cut)
    }
}

extension BBCUNetwork {
    /// How many pixels of the input to either side a pixel of the output depends on.
    var receptiveRadius: Int {
        var (scale, radius) = (1, 0.0)
        for layer in layers {
            switch layer.operation {
            case .convolution(let convolution): radius += Double(convolution.kernel / 2) / Double(scale)
            case .unit(let unit):
                radius += Double(unit.kernel / 2) / Double(scale)
                scale *= unit.shuffleFactor
            case .pixelShuffle(let shuffle): scale *= shuffle.factor
            case .addScaledInput: radius = max(radius, 1)
            default: break
            }
        }
        return Int(radius.rounded(.up))
    }
}
