import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// The feature maps of all runs after the same layer, and what was found so far.
struct SameInputComparison {
    private let paths: Paths
    private let model: BBCUModel
    private(set) var maps: Maps
    private var scaledInput: MapTiles
    private(set) var units: [UnitCheck] = []
    private var endToEnd = EndToEndComparison()
    private let tileWidth: Int?
    /// The last unit's.
    private var signs: UnitSigns?

    /// All runs start from one image.
    init(_ paths: Paths, model: BBCUModel, input: FeatureMap<Float>, tileWidth: Int?) {
        self.tileWidth = tileWidth
        self.paths = paths
        self.model = model
        maps = Maps(input: input)
        scaledInput = maps.tile(maps.whole)
    }

    /// Moves all runs one layer on and holds the two paths against the propagated bound. A layer without a tap is counted
    /// to the next module that has one.
    ///
    /// - Parameter progress: is given the share of the layer that is done.
    /// - Throws: ``ExecutionError`` where a value is not finite; ``VerificationError/unbounded(module:)`` where a bound
    ///   is not.
    mutating func advance(_ index: Int, progress: (Double) -> Void) throws {
        let network = paths.network
        let findings =
            if let unit = network.layers[index].operation.unit {
                try advance(index, through: unit, progress)
            } else {
                try advance(index, through: network.layers[index].operation, progress)
            }
        if network.layers[index].operation == .scaleByK { scaledInput = maps.tile(maps.whole) }
        let module = network.nextTapName(fromLayer: index) ?? "output"
        guard findings.module.isBounded else { throw VerificationError.unbounded(module: module) }
        if !findings.module.holds, endToEnd.firstBeyond == nil { endToEnd.firstBeyond = module }
        if network.tapName(ofLayer: index) != nil {
            endToEnd.modules.append(ModuleDifference(name: module, worst: findings.module))
        }
    }

    private mutating func advance(_ index: Int, through operation: LayerOperation, _ progress: (Double) -> Void) throws
        -> Findings
    {
        let tiles = LayerTiles(index, paths, model: model, maps: maps, scaledInput: scaledInput)
        let factor = operation.shuffleFactor
        return try run(
            index, factor: factor, outputs: paths.network.steps[index].output.channels,
            inPlace: factor == 1 && operation.convolution == nil,
            progress
        ) { tile, _ in tiles.run(tile) }
    }

    private mutating func advance(_ index: Int, through unit: BinaryUnit, _ progress: (Double) -> Void) throws
        -> Findings
    {
        let name = paths.network.layers[index].prefix
        let parameters = UnitParameters(unit, prefix: name, model: model)
        let bounds = UnitBounds(parameters, kernels: paths.kernels)
        let signs = try UnitSigns(paths, unitAt: index, shift: parameters.shift, maps: maps, spare: signs)
        self.signs = signs
        let factor = unit.shuffleFactor
        let tiles = UnitTiles(
            index: index, paths: paths, signs: signs, maps: maps,
            shortcuts: UnitShortcuts(bounds, scaledInput: scaledInput, height: maps.height * factor),
            comparison: UnitComparison(bounds: bounds, residue: parameters.residue(paths.reference.form)),
            effect: SignEffect(parameters))
        // The neighbours of a pixel are seen through their signs alone, so that a unit can write over its input.
        let outputs = paths.network.steps[index].output.channels
        let findings = try run(
            index, factor: factor, outputs: outputs, inPlace: factor == 1 && outputs == maps.channels, progress,
            tiles.run)
        let check = UnitCheck(name: name, binarized: findings.binarized, reference: findings.reference)
        guard check.isBounded else { throw VerificationError.unbounded(module: name) }
        units.append(check)
        endToEnd.units.append(signs.flips)
        return findings
    }

    /// Runs a layer tile by tile, the rows on all threads. What is found is put together in the order of the output, so
    /// that it does not depend on the tiles or the threads.
    ///
    /// - Parameters:
    ///   - factor: how many times wider and higher the output is.
    ///   - outputs: its channels.
    ///   - inPlace: whether the output can take the input's place.
    private mutating func run(
        _ layer: Int, factor: Int, outputs: Int, inPlace: Bool,
        _ progress: (Double) -> Void, _ body: @Sendable (PixelRectangle, inout [Findings]) throws -> MapTiles
    ) throws -> Findings {
        let (maps, paths) = (maps, paths)
        let target =
            inPlace ? maps : Maps(channels: outputs, height: maps.height * factor, width: maps.width * factor)
        let channels = max(maps.channels, outputs * factor * factor)
        let step = tileWidth ?? (channels > 64 ? Self.narrowTile : Self.wideTile)
        let tiles = stride(from: 0, to: maps.width, by: step).map { $0..<min($0 + step, maps.width) }
        var findings = Findings()
        let batch = max(8 * paths.kernels.threads, Self.valuesABatch / (maps.width * channels))
        for first in stride(from: 0, to: maps.height, by: batch) {
            let rows = first..<min(first + batch, maps.height)
            let found = try concurrentMap(rows.count, threads: paths.kernels.threads) { index in
                let row = rows.lowerBound + index
                return try Self.run(row, of: tiles, factor, body) { made, tile, findings in
                    findings.compare(made, layer, paths, tile)
                    target.write(made, to: tile)
                }
            }
            for next in found { findings.append(next) }
            progress(Double(rows.upperBound) / Double(maps.height))
        }
        self.maps = target
        try findings.throwFailure()
        return findings
    }

    /// Runs a row of tiles.
    private static func run(
        _ row: Int, of tiles: [Range<Int>], _ factor: Int,
        _ body: (PixelRectangle, inout [Findings]) throws -> MapTiles,
        take: (MapTiles, PixelRectangle, inout [Findings]) -> Void
    ) rethrows -> Findings {
        // One for each row of the output.
        var findings = [Findings](repeating: Findings(), count: factor)
        for columns in tiles {
            let tile = PixelRectangle(rows: row..<row + 1, columns: columns)
            take(try body(tile, &findings), tile.scaled(by: factor), &findings)
        }
        return findings.dropFirst().reduce(into: findings[0]) { $0.append($1) }
    }

    /// Columns of a tile whose values in all runs a core's cache holds; whole tiles of the kernels.
    private static let wideTile = 84
    /// The same for many channels.
    private static let narrowTile = 36
    /// After how many values progress is told.
    private static let valuesABatch = 1 << 22
}

extension [Findings] {
    /// Holds the two paths' values against the propagated bound, and takes note of what is not finite.
    fileprivate mutating func compare(_ made: MapTiles, _ index: Int, _ paths: Paths, _ tile: PixelRectangle) {
        let expected = made.reference.asDouble.values
        for row in indices {
            self[row].module.include(
                made.binarized, expected: expected, bounds: made.propagatedBound.values, row: row, of: tile,
                kernels: paths.kernels)
        }
        self[0].check(.reference, paths.reference, made.reference, ofLayer: index, tile: tile)
        self[0].check(.binarized, paths.candidate, made.binarized, ofLayer: index, tile: tile)
        self[0].check(.truth, paths.truth, made.truth, ofLayer: index, tile: tile)
    }
}

// MARK: The end

extension SameInputComparison {
    /// What the runs came to, once the last layer is done.
    func finished() -> (endToEnd: EndToEndComparison, truth: TruthDistance) {
        let reference = maps.reference.map
        let binarized = maps.binarized.map
        var free = endToEnd
        free.maxAbsDifference = endToEnd.modules.last?.worst.largestDifference ?? 0
        free.psnr = Measures.psnr(reference.asDouble.values, binarized.asDouble.values)
        free.differingPixels = Measures.differingPixels(reference, binarized) ?? reference.height * reference.width
        free.pixels = reference.height * reference.width
        return (free, Self.distance(reference.asDouble.values, binarized.asDouble.values, maps.truth.map.values))
    }

    /// How far both outputs are from the float64 path's.
    private static func distance(_ reference: [Double], _ binarized: [Double], _ truth: [Double]) -> TruthDistance {
        var result = TruthDistance()
        for index in truth.indices {
            result.reference = max(result.reference, abs(reference[index] - truth[index]))
            result.binarized = max(result.binarized, abs(binarized[index] - truth[index]))
        }
        result.referencePSNR = Measures.psnr(reference, truth)
        result.binarizedPSNR = Measures.psnr(binarized, truth)
        return result
    }
}
