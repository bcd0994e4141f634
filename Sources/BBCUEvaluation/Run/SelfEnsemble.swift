import BBCUExecution
import TensorBytes

/// The mean over the eight flips and rotations of an image ("x8", Timofte et al., "Seven ways to improve example-based
/// single image super resolution", 2016).
enum SelfEnsemble {
    /// Runs a network on the eight images, undoes what was done to each, adds the results as float32 in this order (as it
    /// is, mirrored left to right, upside down, both; the same four of the transposed image) and divides by 8.
    static func run(
        _ input: FeatureMap<Float>, _ network: (FeatureMap<Float>) throws -> FeatureMap<Float>?
    ) rethrows -> FeatureMap<Float>? {
        var sum: FeatureMap<Float>?
        for turn in 0..<8 {
            let isTransposed = turn & 4 != 0
            let rotated = flipped(isTransposed ? transposed(input) : input, turn)
            guard let output = try network(rotated) else { return nil }
            let upright = flipped(output, turn)
            let result = isTransposed ? transposed(upright) : upright
            sum = sum.map { $0.with(zip($0.values, result.values).map { $0 + $1 }) } ?? result
        }
        return sum.map { $0.with($0.values.map { $0 / 8 }) }
    }

    /// Mirrored left to right where bit 0 is set, upside down where bit 1 is.
    private static func flipped(_ map: FeatureMap<Float>, _ turn: Int) -> FeatureMap<Float> {
        guard turn & 3 != 0 else { return map }
        return map.gathered(height: map.height, width: map.width) { row, column in
            (turn & 2 == 0 ? row : map.height - 1 - row, turn & 1 == 0 ? column : map.width - 1 - column)
        }
    }

    private static func transposed(_ map: FeatureMap<Float>) -> FeatureMap<Float> {
        map.gathered(height: map.width, width: map.height) { ($1, $0) }
    }
}
