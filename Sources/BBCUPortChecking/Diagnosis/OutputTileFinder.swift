import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import TensorBytes

/// A network's values alone: what a hypothesis comes to, without the bound.
struct ValueRun {
    private enum Path {
        case streamed(StreamedNetwork)
        case formatted(FormattedNetwork)
    }
    private let path: Path

    /// - Parameter evaluator: one that does nothing differently in any layer.
    init(_ evaluator: EnclosureEvaluator) {
        path =
            evaluator.formats.map {
                .formatted(FormattedNetwork(evaluator.model, $0, kernels: evaluator.kernels))
            } ?? .streamed(StreamedNetwork(evaluator.model, kernels: evaluator.kernels))
    }

    /// - Returns: nil where a value is not finite.
    func run(_ image: FeatureMap<Double>) -> FeatureMap<Double>? {
        switch path {
        // A value that is not finite is the only error, and then there is no output to be near the dump.
        case .streamed(let network): return (try? network.run(image.asFloat))?.asDouble
        case .formatted(let network):
            var run = FormattedRun(network, image)
            return run.finish()
        }
    }
}

/// Finds tiles by the seams that they leave in a port's error, and their halo by running corners of them with every halo.
struct TileFinder {
    private let network: BBCUNetwork
    private let image: FeatureMap<Double>
    private let tap: Tap
    private let values: ValueRun
    /// The score from which seams are looked into. What scores less is noise; what scores more has to reproduce the dump.
    private let standsOut: Double
    /// Whether square tiles of usual sizes are tried too, whose seams do not stand out.
    private let triesUsualSizes: Bool
    /// The dump less the right output.
    private let error: FeatureMap<Double>

    init(
        _ tap: Tap, _ network: BBCUNetwork, image: FeatureMap<Double>, right: Enclosure, _ values: ValueRun,
        standsOut: Double = 1, triesUsualSizes: Bool = false
    ) {
        self.triesUsualSizes = triesUsualSizes
        (self.network, self.image, self.tap, self.values) = (network, image, tap, values)
        self.standsOut = standsOut
        let expected = Self.quantized(tap.recorded(right).map, tap)
        error = tap.map.with(zip(tap.map.values, expected.values).map { $0 - $1 })
    }

    /// A map as the dump holds it: pixels have levels.
    private static func quantized(_ map: FeatureMap<Double>, _ tap: Tap) -> FeatureMap<Double> {
        tap.pixels.map { pixels in map.with(map.values.map(pixels.stored)) } ?? map
    }

    /// What the right network makes of a part of the image, as the dump holds it.
    private func run(_ part: FeatureMap<Double>) -> FeatureMap<Double>? {
        values.run(part).map { Self.quantized(tap.recorded(Enclosure(exactly: $0)).map, tap) }
    }

    private var scale: Int { network.hyperparameters.upscale }

    /// The tiling that comes closest to the dump, if all of its tiles together come at least twice as close as the right
    /// output does, and as the whole image does where it is run as tiles are: with the same rounding, which may flip the
    /// signs that the port's did. None otherwise.
    func find() -> [Tiling] {
        let right = error.values.reduce(0) { $0 + $1 * $1 }
        let likely = right > 0 ? likely() : []
        guard !likely.isEmpty, let whole = run(image) else { return [] }
        let squares = min(right, distance(whole))
        var best: (rest: Double, tiling: Tiling)?
        for tiling in likely {
            let all = tiling.tiles(height: image.height, width: image.width)
            let made = tiling.run(all, of: Enclosure(exactly: image), scale: scale, on: tap.map) { part in
                run(part.map).map(Enclosure.init(exactly:))
            }
            guard let made else { continue }
            let rest = distance(made.map)
            if best.map({ rest < $0.rest }) ?? true { best = (rest, tiling) }
            if rest < Thresholds.explainedByTiles * squares { break }
        }
        guard let best, best.rest.squareRoot() < Thresholds.improvement * squares.squareRoot() else { return [] }
        return [best.tiling]
    }

    /// The sum of squares of the dump's distance from a map.
    private func distance(_ map: FeatureMap<Double>) -> Double {
        zip(map.values, tap.map.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }

    /// The tilings that come closest to the dump at the corners of their tiles, closest first. A wrong one may do so too,
    /// where its seams are among the right one's.
    private func likely() -> [Tiling] {
        let (heights, widths) = (sizes(along: true), sizes(along: false))
        var sizes: [(height: Int, width: Int)] = []
        for height in heights {
            for width in widths where height.pixels < image.height || width.pixels < image.width {
                sizes.append((height.pixels, width.pixels))
            }
        }
        if triesUsualSizes {
            // A long halo leaves little to see at the seams.
            for side in Self.usualSizes where side < max(image.height, image.width) {
                let size = (height: min(side, image.height), width: min(side, image.width))
                if !sizes.contains(where: { $0 == size }) { sizes.append(size) }
            }
        }
        // What all tiles together have to come to.
        let most = Thresholds.improvement * Thresholds.improvement
        return sizes.compactMap { bestHalo(height: $0.height, width: $0.width) }.filter { $0.share < most }
            .sorted { $0.share < $1.share }.prefix(Thresholds.mostTilings).map(\.tiling)
    }

    /// Sides of square tiles.
    private static let usualSizes = [
        8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 512,
    ]

    /// How much the error jumps from each row (or column) of the input to the next, in the output.
    private func jumps(along rows: Bool) -> [Double] {
        var result = [Double](repeating: 0, count: rows ? image.height : image.width)
        let step = rows ? error.width * error.channels : error.channels
        for row in 0..<error.height {
            for column in 0..<error.width {
                let position = rows ? row : column
                guard position > 0, position.isMultiple(of: scale) else { continue }
                let start = error.index(channel: 0, row: row, column: column)
                for index in start..<start + error.channels {
                    result[position / scale] += abs(error.values[index] - error.values[index - step])
                }
            }
        }
        return result
    }

    /// A size of tiles, and how much its seams stand out.
    private struct Size {
        var pixels: Int
        var score: Double
    }

    /// Sizes of tiles whose seams stand out, best first, and the whole image, which has none.
    private func sizes(along rows: Bool) -> [Size] {
        let jumps = jumps(along: rows)
        let size = jumps.count
        let (total, totalOfSquares) = jumps.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + $1 * $1) }
        var result: [Size] = []
        for pixels in 2..<max(2, size) {
            let seams = stride(from: pixels, to: size, by: pixels).map { jumps[$0] }
            let count = Double(seams.count)
            let rest = Double(size - 1) - count
            guard rest > 0 else { continue }
            let atSeams = seams.reduce(0, +)
            let mean = (total - atSeams) / rest
            let variance = (totalOfSquares - seams.reduce(0) { $0 + $1 * $1 }) / rest - mean * mean
            // In standard errors of a mean of so many rows, were they rows like the others.
            let spread = (max(0, variance) / count).squareRoot()
            let score = (atSeams / count - mean) / max(spread, 1e-9 * total, .leastNormalMagnitude)
            if score > standsOut { result.append(Size(pixels: pixels, score: score)) }
        }
        return result.sorted { $0.score > $1.score }.prefix(Thresholds.mostSizesOfTiles) + [
            Size(pixels: size, score: standsOut)
        ]
    }
}

extension TileFinder {
    /// The halo with which corners of tiles come closest to the dump: one corner tells most apart, the next ones the rest.
    /// - Returns: the share of the right output's squared error there that is left, and the tiling.
    private func bestHalo(height: Int, width: Int) -> (share: Double, tiling: Tiling)? {
        let corners = corners(height: height, width: width)
        guard let first = corners.first else { return nil }
        func share(_ best: (error: Double, tiling: Tiling)?, of tiles: [Tiling.Tile]) -> (
            share: Double, tiling: Tiling
        )? {
            best.map { ($0.error / max(tiles.reduce(0) { $0 + squares($1) }, .leastNormalMagnitude), $0.tiling) }
        }
        func ranked(_ tilings: [Tiling], _ tiles: [Tiling.Tile]) -> [(error: Double, tiling: Tiling)] {
            tilings.map { tiling in (tiles.reduce(0) { $0 + self.error($1, tiling) }, tiling) }
                .sorted { $0.0 < $1.0 }
        }
        let all = (0..<network.receptiveRadius).map { Tiling(height: height, width: width, halo: $0) }
        let close = ranked(all, [first])
        guard let least = close.first?.error else { return nil }
        let likely = close.prefix(Thresholds.mostHalos).filter { $0.error <= 2 * least + Thresholds.closeCorner }
        guard corners.count > 1, likely.count > 1 else { return share(close.first, of: [first]) }
        return share(ranked(likely.map(\.tiling), corners).first, of: corners)
    }

    /// The parts of tiles next to their top left corner, without their halo: those where the dump is most wrong first.
    private func corners(height: Int, width: Int) -> [Tiling.Tile] {
        let tiles = Tiling(height: height, width: width, halo: 0).tiles(height: image.height, width: image.width)
        let weighed = tiles.map { (weight: squares($0), tile: $0) }
        return weighed.sorted { $0.weight > $1.weight }.prefix(Thresholds.mostCorners).map(\.tile)
    }

    /// The right output's squared error in a tile's corner.
    private func squares(_ tile: Tiling.Tile) -> Double {
        let corner = tile.made.corner(Thresholds.sideOfCorner).scaled(by: scale)
        return error.cropped(to: corner).values.reduce(0) { $0 + $1 * $1 }
    }

    /// The sum of squares of the dump's distance from what a tiling makes of a tile's corner.
    /// - Parameter tile: the tile without a halo.
    private func error(_ tile: Tiling.Tile, _ tiling: Tiling) -> Double {
        let corner = tile.made.corner(Thresholds.sideOfCorner)
        let (height, width) = (image.height, image.width)
        // What lies further off than the network's reach does not come to the corner.
        let reach = corner.grown(by: network.receptiveRadius, height: height, width: width)
        let given = tile.made.grown(by: tiling.halo, height: height, width: width)
        let read = PixelRectangle(
            rows: given.rows.lowerBound..<min(given.rows.upperBound, reach.rows.upperBound),
            columns: given.columns.lowerBound..<min(given.columns.upperBound, reach.columns.upperBound))
        guard let made = run(image.cropped(to: read)) else { return .infinity }
        let kept = made.cropped(to: corner.within(read).scaled(by: scale))
        let expected = tap.map.cropped(to: corner.scaled(by: scale))
        return zip(kept.values, expected.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
}
