import BBCUExecution
import BBCUNetworks

/// Restores degraded images by both paths.
public struct NetworkRunner: Sendable {
    private let streamed: StreamedNetwork?
    private let reference: ReferencePath<Float>?
    private let isSelfEnsemble: Bool

    /// Prepares the paths that are asked for.
    ///
    /// - Throws: what preparing the reference throws.
    public init(_ model: BBCUModel, _ options: EvaluationOptions, kernels: Kernels) {
        streamed =
            options.paths.contains(.binarized)
            ? StreamedNetwork(model, kernels: kernels, method: options.method) : nil
        reference =
            options.paths.contains(.reference)
            ? ReferencePath<Float>(model, form: options.form, kernels: kernels) : nil
        isSelfEnsemble = options.selfEnsemble
    }

    /// The network that is run by rows, where the 1-bit path was asked for.
    public var rows: StreamedNetwork? { streamed }
    /// Whether the reference, which is run a layer at a time, was asked for.
    public var hasReference: Bool { reference != nil }

    /// The restored image, before clamping, and the seconds it took; nil for a path that was not prepared.
    /// - Throws: `ExecutionError`
    public func run(_ path: EvaluationPath, _ input: FeatureMap<Float>) throws -> (FeatureMap<Float>, seconds: Double)?
    {
        var output: FeatureMap<Float>?
        let seconds = try Stopwatch.seconds {
            output = try isSelfEnsemble ? SelfEnsemble.run(input) { try once(path, $0) } : once(path, input)
        }
        return output.map { ($0, seconds) }
    }

    private func once(_ path: EvaluationPath, _ input: FeatureMap<Float>) throws -> FeatureMap<Float>? {
        switch path {
        case .binarized: try streamed?.run(input)
        case .reference: try reference?.run(input)
        case .outputs: nil
        }
    }
}
