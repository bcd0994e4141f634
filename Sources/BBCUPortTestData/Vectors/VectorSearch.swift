import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// Finds vectors for a network's ports, and what they show.
public struct VectorSearch: Sendable {
    let model: BBCUModel
    let port: SummationKind
    private let alternatives: [(root: String, model: BBCUModel)]
    let kernels: Kernels

    /// - Parameters:
    ///   - alternatives: the models under the file's other roots, which a port may have taken.
    public init(
        _ model: BBCUModel, alternatives: [(root: String, model: BBCUModel)] = [], port: SummationKind = .integer,
        kernels: Kernels
    ) {
        (self.model, self.alternatives, self.port, self.kernels) = (model, alternatives, port, kernels)
    }

    /// Images on which every right port has the same signs; see ``DistinguishingInput``.
    public func inputs(height: Int, width: Int, count: Int = 4, limits: DistinguishingInput.Limits)
        -> [DistinguishingInput]
    {
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
    ) -> DetectionMatrix {
        let right = EnclosureEvaluator(model, port: port, kernels: kernels)
        let catalogue = FaultCatalogue(right, alternatives: alternatives, threads: kernels.threads)
        var search = DetectionSearch(right, catalogue, taps, threads: kernels.threads)
        let size = inputs.first?.image
        let units = right.unitVectors(height: min(size?.height ?? 4, 8), width: min(size?.width ?? 4, 8))
        let vectors = inputs.enumerated().map { PortVector($1, name: "image-\($0 + 1)") } + units
        let most = vectors.count + Self.mostFurther
        for (done, vector) in vectors.enumerated() {
            progress(done, most)
            search.run(vector)
        }
        tryHarder(&search, after: inputs) { progress(vectors.count + $0, most) }
        return search.finished()
    }

    /// So many further images are tried for faults that no vector shows, and for pairs that none tells apart; half of
    /// them no smaller than this, since more pixels show more.
    private static let (mostFurther, furtherSide) = (32, 6)

    private func tryHarder(
        _ search: inout DetectionSearch, after inputs: [DistinguishingInput], progress: (Int) -> Void
    ) {
        // Where images are rare there are no others.
        guard inputs.count > 1, let last = inputs.last, last.qualifies else { return }
        var (seed, done) = (last.seed &+ 1, 0)
        var open = search.openPorts
        while done < Self.mostFurther, !open.isEmpty {
            let least = done < Self.mostFurther / 2 ? 1 : Self.furtherSide
            let further = DistinguishingInput.search(
                model, height: max(last.image.height, least), width: max(last.image.width, least), port: port,
                count: 4, seed: seed, limits: .init(tries: 1000, repairs: 0), kernels: kernels
            ).filter(\.qualifies)
            guard let next = further.last else { return }
            for input in further where !open.isEmpty {
                search.runIfItHelps(PortVector(input, name: "image-\(inputs.count + done + 1)"), open: open)
                open = search.openPorts
                done += 1
                progress(done)
            }
            seed = next.seed &+ 1
        }
    }
}
