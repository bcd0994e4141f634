import Execution
import Networks

/// A network's values alone, in float64 with exact sums: what a hypothesis comes to, without the bound.
struct ValueRun {
    private let network: FormattedNetwork

    /// - Parameter interpreter: one that does nothing differently in any layer.
    init(_ interpreter: Interpreter) {
        network = FormattedNetwork(
            interpreter.model, interpreter.formats ?? PortFormats(), kernels: interpreter.kernels)
    }

    func run(_ image: FeatureMap<Double>) -> FeatureMap<Double> {
        var run = FormattedRun(network, image)
        return run.finish()
    }
}

/// Finds tiles by the seams that they leave in a port's error, and their halo by running one of them with every halo.
struct TileFinder {
    private let network: Network
    private let image: FeatureMap<Double>
    private let tap: Tap
    private let values: ValueRun
    /// What storing the dump explains of a difference.
    private let tolerance: Double
    /// The score from which seams are looked into. What scores less is noise; what scores more has to reproduce the dump.
    private let standsOut: Double
    private let error: FeatureMap<Double>

    init(
        _ tap: Tap, _ network: Network, image: FeatureMap<Double>, right: Estimate, _ values: ValueRun,
        standsOut: Double = 1
    ) {
        (self.network, self.image, self.tap, self.values) = (network, image, tap, values)
        self.standsOut = standsOut
        let tolerance = tap.storageRadius?.max() ?? 0
        self.tolerance = tolerance
        error = tap.map.with(
            zip(tap.map.values, tap.recorded(right).map.values).map { Self.excess($0 - $1, tolerance) })
    }

    private var dump: FeatureMap<Double> { tap.map }

    /// What the right network makes of a part of the image, as the dump holds it.
    private func run(_ part: FeatureMap<Double>) -> FeatureMap<Double> {
        tap.recorded(Estimate(exactly: values.run(part))).map
    }

    /// What is left of a difference.
    private static func excess(_ difference: Double, _ tolerance: Double) -> Double {
        difference > tolerance ? difference - tolerance : min(0, difference + tolerance)
    }

    private var scale: Int { network.hyperparameters.upscale }

    /// The most likely tilings, best first.
    func find() -> [Tiling] {
        let (heights, widths) = (periods(along: true), periods(along: false))
        var result: [(error: Double, tiling: Tiling)] = []
        for height in heights {
            for width in widths where height < image.height || width < image.width {
                if let best = bestHalo(height: height, width: width) { result.append(best) }
            }
        }
        return result.sorted { $0.error < $1.error }.prefix(2).map(\.tiling)
    }

    /// How much the error jumps from each row (or column) of the output to the next.
    private func jumps(along rows: Bool) -> [Double] {
        let count = rows ? error.height : error.width
        var result = [Double](repeating: 0, count: count)
        for index in error.values.indices {
            let place = error.place(of: index)
            let position = rows ? place.row : place.column
            guard position > 0 else { continue }
            let before = index - (rows ? error.width * error.channels : error.channels)
            result[position] += abs(error.values[index] - error.values[before])
        }
        return result
    }

    /// Sizes of tiles whose seams stand out, best first, and the whole image, which has none.
    private func periods(along rows: Bool) -> [Int] {
        let jumps = jumps(along: rows)
        let size = rows ? image.height : image.width
        let total = jumps.reduce(0, +)
        var scores: [(size: Int, score: Double)] = []
        for period in 2..<max(2, size) {
            let seams = stride(from: period, to: size, by: period).map { $0 * scale }
            let atSeams = seams.reduce(0) { $0 + jumps[$1] }
            let rest = jumps.count - 1 - seams.count
            guard rest > 0 else { continue }
            let mean = (total - atSeams) / Double(rest)
            let others = jumps.indices.filter { $0 > 0 && !seams.contains($0) }
            let squares = others.reduce(0) { $0 + (jumps[$1] - mean) * (jumps[$1] - mean) }
            // In standard errors of a mean of so many rows, were they rows like the others.
            let spread = (squares / Double(rest) / Double(seams.count)).squareRoot()
            let score = (atSeams / Double(seams.count) - mean) / max(spread, .leastNormalMagnitude)
            if score > standsOut { scores.append((period, score)) }
        }
        return scores.sorted { $0.score > $1.score }.prefix(4).map(\.size) + [size]
    }

    /// The halo with which one tile comes closest to the dump.
    private func bestHalo(height: Int, width: Int) -> (error: Double, tiling: Tiling)? {
        var best: (error: Double, tiling: Tiling)?
        for halo in 0..<network.receptiveRadius {
            let tiling = Tiling(height: height, width: width, halo: halo)
            let tiles = tiling.tiles(height: image.height, width: image.width)
            // The one in the middle has most seams.
            guard let tile = tiles.dropFirst(tiles.count / 2).first else { continue }
            let error = error(tile)
            if best.map({ error < $0.error }) ?? true { best = (error, tiling) }
            if error < Self.closeEnough { break }
        }
        return best
    }

    /// Beyond rounding, nothing comes this close by chance.
    private static let closeEnough = 1e-6

    /// The root mean square of the dump's distance from a tile's output.
    private func error(_ tile: Tiling.Tile) -> Double {
        let made = run(image.cropped(tile.readRows, tile.readColumns))
        let top = (tile.rows.lowerBound - tile.readRows.lowerBound) * scale
        let left = (tile.columns.lowerBound - tile.readColumns.lowerBound) * scale
        let kept = made.cropped(
            top..<top + tile.rows.count * scale, left..<left + tile.columns.count * scale)
        let theirs = dump.cropped(
            tile.rows.lowerBound * scale..<tile.rows.upperBound * scale,
            tile.columns.lowerBound * scale..<tile.columns.upperBound * scale)
        let squares = zip(kept.values, theirs.values).reduce(0) { sum, pair in
            let excess = Self.excess(pair.0 - pair.1, tolerance)
            return sum + excess * excess
        }
        return (squares / Double(kept.values.count)).squareRoot()
    }
}
