import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform

/// Compares the 1-bit execution of a model with the float network: unit by unit on the same input, from the image
/// on, and both against float64.
///
/// All runs go side by side, a layer at a time, so that nothing but the current feature maps is kept. A layer goes tile
/// by tile: whatever else is made on the way stays in a core's cache.
public struct Verification: Sendable {
    /// The float32 path.
    public let reference: ReferencePath<Float>
    /// The float64 path.
    public let truth: ReferencePath<Double>
    /// The path under test.
    public let candidate: BinarizedPath
    private let model: BBCUModel
    private let kernels: Kernels
    /// Columns of a tile; nil for what suits the caches. No result depends on it.
    package var tileWidth: Int?
    /// The float convolutions under test, by module.
    private let filters: [String: WinogradFilter]

    /// Which run a tapped module belongs to.
    public enum Run: String, Sendable, CaseIterable { case reference, binarized }

    /// Prepares the comparison.
    ///
    /// - Parameters:
    ///   - model: the network with its weights.
    ///   - candidate: the path under test; the model's own 1-bit path where it is nil.
    ///   - form: the form of the float32 reference.
    ///   - streamed: the network as an image is restored with it, whose float convolutions are checked where they are
    ///     not direct; the model's own where it is nil.
    /// - Throws: ``VerificationError`` where the candidate's layers are not the model's.
    public init(
        _ model: BBCUModel, candidate: BinarizedPath? = nil, form: ReferenceForm = .published, kernels: Kernels,
        streamed: StreamedNetwork? = nil
    ) throws(VerificationError) {
        self.model = model
        filters = (streamed ?? StreamedNetwork(model, kernels: kernels)).winogradFilters
        self.kernels = kernels
        reference = ReferencePath<Float>(model, form: form, kernels: kernels)
        truth = ReferencePath<Double>(model, kernels: kernels)
        self.candidate = candidate ?? BinarizedPath(model, kernels: kernels)
        let found = self.candidate.network.layers
        guard found.map(\.prefix) == model.network.layers.map(\.prefix) else {
            throw .layers(expected: model.network.layers.count, found: found.count)
        }
    }

    /// Runs the comparison on one image.
    ///
    /// - Parameters:
    ///   - input: the image, in [0, 1].
    ///   - progress: is told how far it is, a few times in a large layer.
    ///   - tapped: the names of the modules that `tap` is given; every one unless told otherwise.
    ///   - tap: is given modules of both runs end to end, which are not put together without it.
    /// - Throws: ``ExecutionError`` where the input does not fit or a value is not finite; what `tap` throws.
    public func run(
        _ input: FeatureMap<Float>, progress: (VerificationProgress) -> Void = { _ in },
        tapped: (String) -> Bool = { _ in true },
        tap: ((Run, String, FeatureMap<Float>) throws -> Void)? = nil
    ) throws -> VerificationReport {
        let network = model.network
        try network.checkInput(input)
        let paths = Paths(
            reference: reference, truth: truth, candidate: candidate, network: network, kernels: kernels)
        var state = SameInputComparison(paths, model: model, input: input, tileWidth: tileWidth)
        var convolutions: [ConvolutionCheck] = []
        let work = Workload(network, height: input.height, width: input.width)
        for index in network.layers.indices {
            progress(work.progress(index))
            let convolution = WinogradCheck(model, layer: index, filters)
            let input = convolution.map { _ in state.maps.reference.map }
            try state.advance(index) { progress(work.progress(index, $0)) }
            if let convolution, let input { convolutions.append(try convolution.check(input, kernels: kernels)) }
            if let tap, let name = network.tapName(ofLayer: index), tapped(name) {
                try tap(.reference, name, state.maps.reference.map)
                try tap(.binarized, name, state.maps.binarized.map)
            }
        }
        progress(work.progress(network.layers.count))
        let (endToEnd, distance) = state.finished()
        return VerificationReport(
            network: network, kernel: kernels.name, form: reference.form, units: state.units,
            convolutions: convolutions, endToEnd: endToEnd, truth: distance)
    }
}

/// Why two paths cannot be compared.
public enum VerificationError: DescribedError, Hashable {
    /// The path under test is another network.
    case layers(expected: Int, found: Int)
    /// A bound is larger than any number, so that nothing could be beyond it.
    case unbounded(module: String)

    /// The error in words.
    public var description: String {
        switch self {
        case .layers(let expected, let found):
            "the path under test has other layers (\(found)) than the network (\(expected))"
        case .unbounded(let module):
            "\(module): its values are so large that float32 cannot hold their error bound; nothing can be judged"
        }
    }
}
