import Execution
import Networks

/// The feature maps of all runs after the same layer, and what was found so far.
struct Lockstep {
    private(set) var reference: FeatureMap<Float>
    private(set) var binarized: FeatureMap<Float>
    private(set) var truth: FeatureMap<Double>
    private(set) var referenceScaledInput: FeatureMap<Float>
    private(set) var binarizedScaledInput: FeatureMap<Float>
    private(set) var truthScaledInput: FeatureMap<Double>
    var drift: Drift
    var freeRunning = FreeRunning()

    /// All runs start from one image.
    init(input: FeatureMap<Float>) {
        reference = input
        binarized = input
        truth = input.asDouble
        referenceScaledInput = input
        binarizedScaledInput = input
        truthScaledInput = truth
        drift = Drift(like: input)
    }

    /// What D needs to know of a layer.
    func step(
        _ layer: Layer, _ network: Network, _ reference: LayerResult<Float>, _ binarized: LayerResult<Float>
    ) -> Drift.Step {
        Drift.Step(
            layer: layer, amplification: network.amplification, reference: reference, binarized: binarized,
            referenceScaledInput: referenceScaledInput, binarizedScaledInput: binarizedScaledInput)
    }

    /// Moves all runs one layer on.
    mutating func take(
        _ reference: FeatureMap<Float>, _ binarized: FeatureMap<Float>, _ truth: FeatureMap<Double>,
        isScaledInput: Bool
    ) {
        self.reference = reference
        self.binarized = binarized
        self.truth = truth
        guard isScaledInput else { return }
        referenceScaledInput = reference
        binarizedScaledInput = binarized
        truthScaledInput = truth
    }

    /// Holds the two paths' current maps against D. A layer without a tap is counted to the next module that has one.
    /// - Throws: ``VerificationError/unbounded(module:)`` where D is not finite.
    mutating func compare(module: String, isTap: Bool) throws(VerificationError) {
        let ours = reference.values
        let theirs = binarized.values
        let allowed = drift.current.values
        var worst = WorstValue()
        for index in ours.indices {
            worst.include(
                Double(theirs[index]), expected: Double(ours[index]), bound: allowed[index],
                at: reference.place(of: index))
            if ours[index] != theirs[index], let distance = Measures.ulpDistance(ours[index], theirs[index]) {
                worst.largestULPDistance = max(worst.largestULPDistance, distance)
            }
        }
        guard worst.isBounded else { throw .unbounded(module: module) }
        if !worst.holds, freeRunning.firstBeyond == nil { freeRunning.firstBeyond = module }
        if isTap { freeRunning.modules.append(ModuleDifference(name: module, worst: worst)) }
    }

    /// The free run's summary, once the last layer is done.
    func finishedFreeRunning() -> FreeRunning {
        var result = freeRunning
        result.maxAbsDifference = freeRunning.modules.last?.worst.largestDifference ?? 0
        result.psnr = Measures.psnr(reference.values.map(Double.init), binarized.values.map(Double.init))
        result.differingPixels = Measures.differingPixels(reference, binarized)
        result.pixels = reference.height * reference.width
        return result
    }

    /// How far both outputs are from the float64 path's.
    func truthDistance() -> TruthDistance {
        let ours = reference.values.map(Double.init)
        let theirs = binarized.values.map(Double.init)
        var result = TruthDistance()
        for index in truth.values.indices {
            result.reference = max(result.reference, abs(ours[index] - truth.values[index]))
            result.binarized = max(result.binarized, abs(theirs[index] - truth.values[index]))
        }
        result.referencePSNR = Measures.psnr(ours, truth.values)
        result.binarizedPSNR = Measures.psnr(theirs, truth.values)
        return result
    }
}
