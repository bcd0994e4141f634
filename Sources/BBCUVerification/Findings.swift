import BBCUErrorBounds
import BBCUExecution
import TensorBytes

/// What was found in some rows of a layer's output.
struct Findings: Sendable {
    /// The two paths against the propagated bound.
    var module = WorstValue()
    /// A unit on the same input against float64.
    var binarized = WorstValue()
    var reference = WorstValue()
    /// The first value of each run that is not finite.
    private var failures: [ExecutionError?] = [nil, nil, nil]

    /// Whose values are looked at.
    enum Run: Int { case reference, binarized, truth }

    /// Takes note of the first value that is not finite.
    mutating func check<Path: ExecutionPath>(
        _ run: Run, _ path: Path, _ map: FeatureMap<Path.Scalar>, ofLayer index: Int, tile: PixelRectangle
    ) {
        guard failures[run.rawValue] == nil else { return }
        do { try path.checkFinite(map, ofLayer: index, tile: tile) } catch { failures[run.rawValue] = error }
    }

    /// Adds what was found in the rows below.
    mutating func append(_ next: Findings) {
        module.append(next.module)
        binarized.append(next.binarized)
        reference.append(next.reference)
        for run in failures.indices { failures[run] = failures[run] ?? next.failures[run] }
    }

    /// - Throws: ``ExecutionError/nonFinite(module:place:value:)``, the reference's first.
    func throwFailure() throws(ExecutionError) {
        for case let failure? in failures { throw failure }
    }
}
