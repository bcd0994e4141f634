import Execution
import Networks

/// Finds vectors for a network's ports, and what they show.
public struct VectorSearch: Sendable {
    private let model: Model
    private let port: SummationKind
    private let alternatives: [(root: String, model: Model)]
    private let kernels: Kernels

    /// - Parameters:
    ///   - alternatives: the models under the file's other roots, which a port may have taken.
    public init(
        _ model: Model, alternatives: [(root: String, model: Model)] = [], port: SummationKind = .integer,
        kernels: Kernels
    ) {
        self.model = model
        self.alternatives = alternatives
        self.port = port
        self.kernels = kernels
    }

    /// Images on which every right port has the same signs; see ``DistinguishingInput``.
    public func inputs(height: Int, width: Int, count: Int, limits: DistinguishingInput.Limits) -> [DistinguishingInput] {
        DistinguishingInput.search(
            model, height: height, width: width, port: port, count: count, limits: limits, kernels: kernels)
    }

    /// Runs every fault on images and on single units' inputs.
    ///
    /// - Parameters:
    ///   - inputs: the images.
    ///   - taps: where a port is looked at.
    ///   - progress: called with the number of vectors run so far, and that of all.
    public func matrix(
        _ inputs: [DistinguishingInput], taps: VectorTaps,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) -> KillMatrix {
        let right = Interpreter(model, port: port, kernels: kernels)
        let catalogue = FaultCatalogue(right, alternatives: alternatives, threads: kernels.threads)
        var search = KillSearch(right, catalogue, taps, threads: kernels.threads)
        let size = inputs.first?.image
        let units = right.unitVectors(height: min(size?.height ?? 4, 8), width: min(size?.width ?? 4, 8))
        let vectors = inputs.enumerated().map { PortVector($1, name: "image-\($0 + 1)") } + units
        for (done, vector) in vectors.enumerated() {
            progress(done, vectors.count)
            search.run(vector)
        }
        return search.finished()
    }
}
