import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import TensorBytes

/// Runs a unit in every way on a part of its input.
struct UnitTiles: Sendable {
    let index: Int
    let paths: Paths
    let signs: UnitSigns
    let maps: Maps
    let shortcuts: UnitShortcuts
    let comparison: UnitComparison
    let effect: SignEffect

    /// Runs a tile and compares what it makes.
    ///
    /// - Parameter findings: what was found before, for each row of the output that the tile's row becomes.
    func run(_ tile: PixelRectangle, _ findings: inout [Findings]) throws -> MapTiles {
        let unit = comparison.bounds.parameters.unit
        let target = tile.scaled(by: unit.shuffleFactor)
        let shortcut = shortcuts.tile(unit, maps.tile(tile), target)
        // On the same input, which is the reference's own.
        let window = try paths.reference.window(unitAt: index, signs: signs.reference, tile: tile)
        let convolved = try paths.reference.convolve(unitAt: index, window: window, tile: tile, bounded: true)
        let sums = try paths.truth.convolve(unitAt: index, window: window, tile: tile, bounded: false).output
        let reference = try paths.reference.finish(
            unitAt: index, convolved.output, shortcut: shortcut.free.reference)
        let exact = try paths.truth.finish(unitAt: index, sums, shortcut: shortcut.same)
        let same = try paths.candidate.run(
            unitAt: index, planes: signs.same, width: maps.width, tile: tile, shortcut: shortcut.free.reference)
        // Each on its own results.
        let free = try paths.candidate.run(
            unitAt: index, planes: signs.free, width: maps.width, tile: tile, shortcut: shortcut.free.binarized)
        var freeSums = sums
        effect.add(signs.truthChanges, tile: tile, to: &freeSums)
        let truth = try paths.truth.finish(unitAt: index, freeSums, shortcut: shortcut.free.truth).output

        let bounds = comparison.bounds(
            convolved: exact.convolved, output: exact.output, magnitudes: convolved.magnitudes,
            shortcut: shortcut.roundings.first)
        let propagatedBound = PropagatedBound.unit(
            branch: unit.shuffled(
                branchBound(tile, reference: reference.convolved, convolved.magnitudes, free.convolved)),
            shortcut: shortcut.free.propagatedBound, roundings: shortcut.roundings, reference: reference.output,
            binarized: free.output)
        for row in findings.indices {
            findings[row].binarized.include(
                same.output, expected: exact.output.values, bounds: bounds.binarized, row: row, of: target,
                kernels: paths.kernels)
            findings[row].reference.include(
                reference.output, expected: exact.output.values, bounds: bounds.reference, row: row, of: target,
                kernels: paths.kernels)
        }
        return MapTiles(
            reference: reference.output, binarized: free.output, truth: truth, propagatedBound: propagatedBound)
    }

    /// What flips and rounding can have done to the branches of both paths.
    private func branchBound(
        _ tile: PixelRectangle, reference: FeatureMap<Float>, _ magnitudes: [Float], _ binarized: FeatureMap<Float>
    ) -> FeatureMap<Double> {
        let bounds = comparison.bounds
        let alpha = bounds.parameters.alpha
        var own = bounds.referenceDeviations(magnitudes, residue: comparison.residue)
        var flips = reference.with([Float](repeating: 0, count: own.count))
        effect.add(signs.flipChanges, tile: tile, to: &flips)
        for index in own.indices where flips.values[index] != 0 {
            own[index] += alpha[index % flips.channels] * Double(abs(flips.values[index]))
        }
        bounds.carryThroughBranch(&own, convolved: reference.asDouble)
        // The other path's rounding is bounded by its own numbers; PReLU's factor is in both.
        let convolved = binarized.asDouble
        var other = bounds.binarizedErrors(convolved)
        bounds.carryThroughBranch(&other, convolved: convolved)
        PropagatedBound.add(other, to: &own)
        return convolved.with(own)
    }
}

/// What is added to a unit's branch.
struct UnitShortcuts: Sendable {
    /// The upsampled scaled input where that is the shortcut, and what its arithmetic can be off in each path.
    private let upsampled: (maps: MapTiles, same: FeatureMap<Double>, roundings: [FeatureMap<Double>])?

    /// Prepares what comes of the scaled input; nothing for another shortcut.
    init(_ bounds: UnitBounds, scaledInput: MapTiles, height: Int) {
        guard case .scaledInput = bounds.parameters.unit.shortcut else {
            upsampled = nil
            return
        }
        let factor = height / scaledInput.reference.height
        let maps = scaledInput.upsampled(by: factor)
        let roundings = [scaledInput.reference, scaledInput.binarized].compactMap {
            bounds.shortcutRounding(scaledInput: $0, height: height)
        }
        upsampled = (
            maps, Bilinear.upsample(scaledInput.reference.asDouble, factor: factor),
            roundings.map(maps.propagatedBound.with)
        )
    }

    /// A part of it.
    struct Part {
        /// Of the runs end to end.
        var free: MapTiles
        /// Of the float64 unit on the reference's input.
        var same: FeatureMap<Double>
        /// What its own arithmetic can be off, in the reference and in the 1-bit path; empty where it is exact.
        var roundings: [[Double]]
    }

    /// - Parameters:
    ///   - input: a part of the unit's input.
    ///   - target: the part of the output that comes of it.
    func tile(_ unit: BinaryUnit, _ input: MapTiles, _ target: PixelRectangle) -> Part {
        if let upsampled {
            return Part(
                free: upsampled.maps.tile(target), same: upsampled.same.cropped(to: target),
                roundings: upsampled.roundings.map { $0.cropped(to: target).values })
        }
        func shortcut<Scalar>(_ map: FeatureMap<Scalar>) -> FeatureMap<Scalar> {
            unit.shortcut(map, scaledInput: map, height: target.height) { map, _ in map }
        }
        let free = MapTiles(
            reference: shortcut(input.reference), binarized: shortcut(input.binarized), truth: shortcut(input.truth),
            propagatedBound: shortcut(input.propagatedBound))
        return Part(free: free, same: free.reference.asDouble, roundings: [])
    }
}
