import Execution
import Networks

/// How a port cuts its image: tiles of so many pixels, each run with so many pixels around it, fewer at the image's edge.
struct Tiling: Sendable, Hashable {
    var height: Int
    var width: Int
    /// Pixels of overlap with the neighbours.
    var halo: Int

    /// One tile: the rows and columns that it makes, and those that it is given.
    struct Tile: Sendable {
        var rows: Range<Int>
        var columns: Range<Int>
        var readRows: Range<Int>
        var readColumns: Range<Int>
    }

    /// The tiles of an image of the given size, from the top left.
    func tiles(height imageHeight: Int, width imageWidth: Int) -> [Tile] {
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

    /// Runs tile by tile.
    /// - Parameter run: the network; nil where it cannot be run.
    func run(_ image: Estimate, scale: Int, _ run: (Estimate) -> Estimate?) -> Estimate? {
        var result: Estimate?
        for tile in tiles(height: image.map.height, width: image.map.width) {
            guard let made = run(image.moved { $0.cropped(tile.readRows, tile.readColumns) }) else { return nil }
            let whole =
                result
                ?? Estimate(
                    exactly: FeatureMap(
                        zeros: made.map.channels, height: image.map.height * scale, width: image.map.width * scale))
            result = Self.pasted(made, tile, scale: scale, on: whole)
        }
        return result
    }

    /// The part of a tile's output that is kept, in place.
    private static func pasted(_ made: Estimate, _ tile: Tile, scale: Int, on whole: Estimate) -> Estimate {
        var (values, radius) = (whole.map.values, whole.radius)
        let count = tile.columns.count * scale * made.map.channels
        for row in tile.rows.lowerBound * scale..<tile.rows.upperBound * scale {
            let source = made.map.index(
                channel: 0, row: row - tile.readRows.lowerBound * scale,
                column: (tile.columns.lowerBound - tile.readColumns.lowerBound) * scale)
            let target = whole.map.index(channel: 0, row: row, column: tile.columns.lowerBound * scale)
            values.replaceSubrange(target..<target + count, with: made.map.values[source..<source + count])
            radius.replaceSubrange(target..<target + count, with: made.radius[source..<source + count])
        }
        return Estimate(whole.map.with(values), radius: radius)
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

extension Network {
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

extension HypothesisBuilder {
    /// The right network, run on tiles without enough around them.
    mutating func addTilings(_ tilings: [Tiling]) {
        let (scale, needed) = (network.hyperparameters.upscale, network.receptiveRadius)
        for tiling in tilings {
            addRuns(
                "tile-halo",
                "give every tile of \(tiling.width)x\(tiling.height) pixels of the input a halo of \(needed) pixels; "
                    + "it has \(tiling.halo), \(needed - tiling.halo) are missing"
            ) { image, run in
                tiling.run(image, scale: scale, run)
            }
        }
    }
}
