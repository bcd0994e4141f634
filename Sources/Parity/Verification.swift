import Execution
import Networks

/// Compares the 1-bit execution of a model with the float network: unit by unit on the same input, from the image
/// on, and both against float64.
///
/// All runs go side by side, a layer at a time, so that nothing but the current feature maps is kept.
public struct Verification: Sendable {
    /// The float32 path.
    public let reference: ReferencePath<Float>
    /// The float64 path.
    public let truth: ReferencePath<Double>
    /// The path under test.
    public let candidate: BinarizedPath
    private let model: Model
    private let kernels: Kernels
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
        _ model: Model, candidate: BinarizedPath? = nil, form: ReferenceForm = .published, kernels: Kernels,
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
    ///   - progress: is given the number of layers done and of all layers.
    ///   - tap: is given every tapped module of both free runs.
    /// - Throws: ``ExecutionError`` where the input does not fit or a value is not finite; what `tap` throws.
    public func run(
        _ input: FeatureMap<Float>, progress: (Int, Int) -> Void = { _, _ in },
        tap: (Run, String, FeatureMap<Float>) throws -> Void = { _, _, _ in }
    ) throws -> VerificationReport {
        let network = model.network
        try network.checkInput(input)
        var state = Lockstep(input: input)
        var units: [UnitCheck] = []
        var convolutions: [ConvolutionCheck] = []
        for index in network.layers.indices {
            progress(index, network.layers.count)
            let name = network.tapName(ofLayer: index)
            let convolution = WinogradCheck(model, layer: index, filters).map { ($0, input: state.reference) }
            if network.layers[index].operation.unit != nil {
                units.append(try advanceUnit(index, &state))
            } else {
                try advance(index, &state)
            }
            if let (check, input) = convolution { convolutions.append(try check.check(input, kernels: kernels)) }
            try state.compare(module: network.nextTapName(fromLayer: index), isTap: name != nil)
            if let name {
                try tap(.reference, name, state.reference)
                try tap(.binarized, name, state.binarized)
            }
        }
        progress(network.layers.count, network.layers.count)
        return VerificationReport(
            network: network, kernel: kernels.name, form: reference.form, units: units,
            convolutions: convolutions,
            freeRunning: state.finishedFreeRunning(), truth: state.truthDistance())
    }

    private func advance(_ index: Int, _ state: inout Lockstep) throws {
        let layer = model.network.layers[index]
        let isConvolution = layer.operation.convolution != nil
        let reference = try self.reference.runLayer(
            index, input: state.reference, scaledInput: state.referenceScaledInput, bounded: isConvolution)
        let binarized = try candidate.runLayer(
            index, input: state.binarized, scaledInput: state.binarizedScaledInput, bounded: isConvolution)
        let truth = try self.truth.runLayer(index, input: state.truth, scaledInput: state.truthScaledInput)
        state.drift.carry(
            state.step(layer, model.network, reference, binarized), absoluteWeights: model.absoluteWeights,
            kernels: kernels)
        state.take(reference.output, binarized.output, truth.output, isScaledInput: layer.operation == .amplify)
    }

    private func advanceUnit(_ index: Int, _ state: inout Lockstep) throws -> UnitCheck {
        let layer = model.network.layers[index]
        guard let unit = layer.operation.unit else { throw ExecutionError.notAUnit(layer: index) }
        let parameters = UnitParameters(unit, prefix: layer.prefix, model: model)
        let bounds = UnitBounds(parameters)
        let residue = parameters.residue(reference.form)
        let input = state.reference
        let maps = state
        // On the same input, which is the reference's own; and free running, each on its own.
        let (same, free) = try concurrently(threads: kernels.threads) {
            try runOnSameInput(index, maps)
        } _: {
            try runFree(index, maps)
        }
        guard let referenceUnit = same.reference.unit, let binarizedUnit = free.binarized.unit else {
            throw ExecutionError.notAUnit(layer: index)
        }
        let (check, (flips, drift)) = try concurrently(threads: kernels.threads) {
            UnitComparison(name: layer.prefix, bounds: bounds, residue: residue).check(
                reference: referenceUnit, binarized: same.binarized, truth: same.truth,
                scaledInput: maps.referenceScaledInput)
        } _: {
            let flips = FlipCount(
                name: layer.prefix, inputs: (input, maps.binarized),
                signs: (referenceUnit.signs, binarizedUnit.signs), shift: parameters.shift,
                drift: maps.drift.current)
            let effect = flips.changes.map { parameters.signFilter.apply(to: $0, kernels: kernels).output }
            var drift = maps.drift
            drift.carry(
                maps.step(layer, model.network, same.reference, free.binarized), unit: bounds, residue: residue,
                flipEffect: effect)
            return (flips, drift)
        }
        guard check.isBounded else { throw VerificationError.unbounded(module: layer.prefix) }
        state.drift = drift
        state.freeRunning.units.append(flips.report)
        state.take(same.reference.output, free.binarized.output, free.truth.output, isScaledInput: false)
        return check
    }

    /// One unit three ways on the reference's input to it.
    private func runOnSameInput(_ index: Int, _ maps: Lockstep) throws -> (
        reference: LayerResult<Float>, binarized: UnitResult<Float>, truth: UnitResult<Double>
    ) {
        let input = maps.reference
        let scaledInput = maps.referenceScaledInput
        return (
            try reference.runLayer(index, input: input, scaledInput: scaledInput, bounded: true),
            try candidate.runUnit(atLayer: index, input: input, scaledInput: scaledInput, bounded: false),
            try truth.runUnit(
                atLayer: index, input: input.asDouble, scaledInput: scaledInput.asDouble, bounded: false)
        )
    }

    /// One unit of the candidate and of the truth, each on what it made itself.
    private func runFree(_ index: Int, _ maps: Lockstep) throws -> (
        binarized: LayerResult<Float>, truth: LayerResult<Double>
    ) {
        (
            try candidate.runLayer(index, input: maps.binarized, scaledInput: maps.binarizedScaledInput),
            try truth.runLayer(index, input: maps.truth, scaledInput: maps.truthScaledInput)
        )
    }
}

/// Why two paths cannot be compared.
public enum VerificationError: Error, Hashable, CustomStringConvertible {
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
