import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// The signs of a unit's whole input in every run. With them apart, a unit needs of its input no more than the pixel that
/// it writes.
struct UnitSigns: Sendable {
    /// The reference's, which are those of the float64 unit on the same input: the sign of a sum of two floats is that
    /// of the exact sum in every precision.
    let reference: SharedMap<Float>
    /// The 1-bit unit's on the reference's input.
    let same: SignPlanes
    /// The 1-bit unit's on what its own path made.
    let free: SignPlanes
    /// The signs of the float64 path, end to end, less the reference's, for each row.
    let truthChanges: [[SignChange]]
    /// The explained flips, for each row.
    let flipChanges: [[SignChange]]
    /// The flips.
    let flips: UnitFlips

    /// What is found in one row.
    private struct Row: Sendable {
        var same: SignPlanes
        var free: SignPlanes
        var truthChanges: [SignChange]
        var flips: FlipCount
    }

    /// Takes the signs of all runs.
    /// - Parameter spare: an earlier unit's, whose room is taken again where it has the size.
    /// - Throws: ``ExecutionError`` where the published form cannot take one.
    init(_ paths: Paths, unitAt index: Int, shift: [Float], maps: Maps, spare: UnitSigns?) throws {
        let name = paths.network.layers[index].prefix
        let spare = spare.map(\.reference).flatMap { maps.haveSize(of: $0) ? $0 : nil }
        let signs = spare ?? SharedMap<Float>(channels: maps.channels, height: maps.height, width: maps.width)
        let rows = try concurrentMap(maps.height, threads: paths.kernels.threads) { row in
            let tile = PixelRectangle(rows: row..<row + 1, columns: 0..<maps.width)
            let inputs = maps.tile(tile)
            let reference = try paths.reference.signs(ofUnitAt: index, inputs.reference, tile: tile)
            signs.write(reference.values, to: tile)
            let free = try paths.candidate.planes(ofUnitAt: index, rows: inputs.binarized)
            let binarized = try paths.candidate.numbers(free, ofUnitAt: index, rows: inputs.binarized)
            let truth = try paths.truth.signs(ofUnitAt: index, inputs.truth, tile: tile)
            return Row(
                same: try paths.candidate.planes(ofUnitAt: index, rows: inputs.reference), free: free,
                truthChanges: SignChange.changes(from: reference, to: truth),
                flips: FlipCount(name: name, inputs: inputs, signs: (reference, binarized), shift: shift))
        }
        self.reference = signs
        same = try paths.candidate.join(rows.map(\.same), ofUnitAt: index, width: maps.width)
        free = try paths.candidate.join(rows.map(\.free), ofUnitAt: index, width: maps.width)
        truthChanges = rows.map(\.truthChanges)
        flipChanges = rows.map(\.flips.changes)
        var flips = UnitFlips(name: name)
        for row in rows { flips.append(row.flips.report) }
        self.flips = flips
    }
}

/// The paths that are run side by side.
struct Paths: Sendable {
    let reference: ReferencePath<Float>
    let truth: ReferencePath<Double>
    let candidate: BinarizedPath
    let network: BBCUNetwork
    let kernels: Kernels
}
