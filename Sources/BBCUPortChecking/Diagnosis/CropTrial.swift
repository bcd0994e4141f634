import BBCUErrorBounds
import BBCUExecution
import TensorBytes

/// The part of a large image that is most wrong, on which a fault of the network is tried before it is run on the whole:
/// what comes no closer there explains nothing.
struct CropTrial {
    private let reduced: ReducedCase
    private let scaledInput: Enclosure
    /// A distance beyond which a fault comes no closer than the right network does.
    private let most: Double

    /// - Parameters:
    ///   - step: the whole network, from the image to the output.
    ///   - right: what the right network makes of it.
    /// - Returns: nil where a part would save little, or shows no error.
    init?(_ check: PortCheck, _ step: PortSession.Step, right: Enclosure) {
        let cutter = CaseCutter(check.network, step, image: step.start.map, end: step.layers.upperBound - 1)
        let grid = cutter.grid
        let expected = step.tap.recorded(right).map
        guard step.tap.window == nil, expected.values.count == step.tap.map.values.count else { return nil }
        let error = expected.with(zip(expected.values, step.tap.map.values).map { $0 - $1 })
        var worst: (squares: Double, core: PixelRectangle)?
        for row in stride(from: 0, to: grid.height, by: Thresholds.sideOfCrop) {
            for column in stride(from: 0, to: grid.width, by: Thresholds.sideOfCrop) {
                let (bottom, end) = (
                    min(row + Thresholds.sideOfCrop, grid.height), min(column + Thresholds.sideOfCrop, grid.width)
                )
                let core = PixelRectangle(rows: row..<bottom, columns: column..<end)
                let part = core.scaled(by: grid.outputs)
                let squares = error.cropped(to: part).values.reduce(0) { $0 + $1 * $1 }
                if squares > worst?.squares ?? 0 { worst = (squares, core) }
            }
        }
        guard let worst else { return nil }
        let crop = worst.core.grown(by: grid.halo, height: grid.height, width: grid.width)
        guard Thresholds.savingOfCrop * crop.rows.count * crop.columns.count <= grid.height * grid.width else {
            return nil
        }
        reduced = cutter.cut(worst.core)
        scaledInput = PortInput(check.evaluator, image: reduced.start.map.asFloat).scaled
        let count = Double(reduced.tap.map.values.count)
        most = 2 * reduced.tap.improved((worst.squares / count).squareRoot())
    }

    /// Whether a fault of the network comes near the dump here, or depends on the size of the whole.
    func isNear(_ hypothesis: Hypothesis) -> Bool {
        guard !hypothesis.evaluator.injectedFaults.values.contains(where: \.dependsOnSize) else { return true }
        let made = hypothesis.evaluator.run(reduced.layers, from: reduced.start, scaledInput: scaledInput)
        return (made.flatMap { reduced.tap.distance(from: reduced.tap.recorded($0)) } ?? .infinity) <= most
    }
}
