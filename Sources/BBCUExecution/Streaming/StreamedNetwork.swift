import BBCUNetworks

/// A network packed for running by rows, with exact signs: the fastest way, and the one whose memory grows with the
/// image's width alone. With ``FloatMethod/exact`` its results have the bits of ``BinarizedPath``.
public struct StreamedNetwork: Sendable {
    /// The kernels that run it.
    public let kernels: Kernels
    private let model: BBCUModel
    /// nil for a network with a layer that no stage runs, as BBCU-H and BBCU-T have: it is run layer by layer.
    private let plan: StreamPlan?

    /// Packs a model.
    ///
    /// - Parameter method: how float convolutions behind the last sign are computed.
    public init(_ model: BBCUModel, kernels: Kernels, method: FloatMethod = .standard) {
        self.model = model
        self.kernels = kernels
        plan = StreamPlan(model, method)
    }

    /// The float convolutions that are computed other than directly, by module.
    package var winogradFilters: [String: WinogradFilter] {
        var result: [String: WinogradFilter] = [:]
        for stage in plan?.stages ?? [] {
            if case .winograd(let filter, _) = stage.work { result[stage.name] = filter }
        }
        return result
    }

    /// The most pixels of an image that is run by rows.
    private static let mostPixels = 1 << 40

    /// Whether an image has pixels, and not more than an integer can count.
    private static func isSize(_ height: Int, _ width: Int) -> Bool {
        let (pixels, overflow) = height.multipliedReportingOverflow(by: width)
        return height > 0 && width > 0 && !overflow && pixels <= mostPixels
    }

    /// What runs images of one size; nil for a network that can only be run layer by layer, and for an image without
    /// pixels or of more than 2^40.
    ///
    /// - Parameters:
    ///   - bandHeight: rows of the image that are taken at a time; no result depends on it.
    ///   - stripWidth: columns of the image that are run as an image of their own; no result depends on it either.
    public func runner(height: Int, width: Int, bandHeight: Int? = nil, stripWidth: Int? = nil) -> StreamRunner? {
        guard Self.isSize(height, width) else { return nil }
        let cut = StreamCut(bandHeight: bandHeight, stripWidth: stripWidth)
        return plan.map { StreamRunner($0, height: height, width: width, cut: cut, kernels: kernels) }
    }

    /// Restores an image.
    ///
    /// - Throws: ``ExecutionError`` where the input does not fit or a value is not finite.
    public func run(_ input: FeatureMap<Float>) throws -> FeatureMap<Float> {
        try model.network.checkInput(input)
        if let output = runner(height: input.height, width: input.width)?.run(input) { return output }
        // Layer by layer, which names the place of a value that is not finite.
        return try BinarizedPath(model, kernels: kernels).run(input)
    }

    /// Bytes that a run needs beside the image and the result; nil for a network that can only be run layer by layer, and
    /// for an image without pixels or of more than 2^40.
    public func rowBytes(height: Int, width: Int) -> Int? {
        guard Self.isSize(height, width) else { return nil }
        return plan.map { plan in
            let strips = StreamStrips(plan, width: width, stripWidth: nil)
            return StreamLayout(plan, height: height, width: strips.width, bandHeight: nil).byteCount
                + StageCall.scratchBytes(plan, threads: kernels.threads)
        }
    }
}
