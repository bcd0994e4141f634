import Execution
import Networks

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the run in float64 says of the effect of formats: gains of errors, and margins of signs, layer by layer.
struct NoiseProfile: Sendable {
    /// One layer.
    struct Layer: Sendable {
        /// Magnitudes of what the layer returns.
        var outputs = MagnitudeHistogram()
        /// Magnitudes of the thresholds of the unit that reads it: only what is rounded close to one can flip, and in
        /// floating point the step there is that of the threshold's magnitude. Nil where no unit reads it.
        var thresholds: MagnitudeHistogram?
        /// The mean square of the derivative of an activation, or of a unit's PReLU.
        var gain = 1.0
        /// Of a unit.
        var unit: Unit?
        /// Of a float convolution: the sum over a filter's squared weights, and over the squared inputs it reads.
        var squaredWeights = 0.0
        var squaredInputs = 0.0
    }

    /// What is known of a unit.
    struct Unit: Sendable {
        /// |x + b|.
        var margins = MagnitudeHistogram()
        /// The mean of (S g)^2, g being the slope that the value meets.
        var squaredSums = 0.0
        /// The mean of (alpha g)^2.
        var squaredScales = 0.0
        /// The mean over all values of z^2 where z is bent, 0 elsewhere.
        var squaredBent = 0.0
        /// Products a sum.
        var terms = 0.0
        var alpha = MagnitudeHistogram()
        var product = MagnitudeHistogram()
        var branch = MagnitudeHistogram()
    }

    private(set) var layers: [Layer] = []

    /// Adds the next layer's run in float64.
    mutating func add(_ run: FormattedNetwork.LayerRun, input: FeatureMap<Double>, of exact: FormattedNetwork) {
        let index = layers.count
        var layer = Layer()
        for value in run.output.values { layer.outputs.count(value) }
        if index + 1 < exact.network.layers.count, let next = exact.unit(ofLayer: index + 1) {
            var thresholds = MagnitudeHistogram()
            for shift in next.shift { thresholds.count(shift) }
            layer.thresholds = thresholds
        }
        switch exact.network.layers[index].operation {
        case .activation(.relu):
            layer.gain = Double(input.values.count { $0 > 0 }) / Double(input.values.count)
        case .activation(.leakyReLU(let slope)):
            let positive = Double(input.values.count { $0 > 0 }) / Double(input.values.count)
            layer.gain = positive + (1 - positive) * slope * slope
        case .convolution(let convolution):
            let weights = exact.weights(ofLayer: index)
            layer.squaredWeights = weights.reduce(0) { $0 + $1 * $1 } / Double(convolution.outputs)
            let mean = input.values.reduce(0) { $0 + $1 * $1 } / Double(input.values.count)
            layer.squaredInputs = mean * Double(weights.count / convolution.outputs)
        case .unit: layer.unit = exact.unit(ofLayer: index).map { Self.unit($0, run, input, &layer.gain) }
        default: break
        }
        layers.append(layer)
    }

    private static func unit(
        _ unit: FormattedUnit, _ run: FormattedNetwork.LayerRun, _ input: FeatureMap<Double>, _ gain: inout Double
    ) -> Unit {
        var result = Unit()
        result.terms = Double(unit.unit.inputs * unit.unit.kernel * unit.unit.kernel)
        for index in input.values.indices {
            result.margins.count(input.values[index] + unit.shift[index % input.channels])
        }
        for alpha in unit.alpha { result.alpha.count(alpha) }
        var gains = 0.0
        let channels = unit.unit.outputs
        for index in run.sums.indices {
            let channel = index % channels
            let sum = Double(run.sums[index])
            let product = sum * unit.alpha[channel]
            let shifted = product + (unit.bias.isEmpty ? 0 : unit.bias[channel]) + unit.firstBias[channel]
            let slope = shifted > 0 ? 1 : unit.slope[channel]
            gains += slope * slope
            result.squaredSums += (sum * slope) * (sum * slope)
            result.squaredScales += (unit.alpha[channel] * slope) * (unit.alpha[channel] * slope)
            if shifted <= 0 { result.squaredBent += shifted * shifted }
            result.product.count(product)
            result.branch.count(slope * shifted + unit.secondBias[channel])
        }
        let count = Double(max(1, run.sums.count))
        result.squaredSums /= count
        result.squaredScales /= count
        result.squaredBent /= count
        gain = gains / count
        return result
    }
}

/// What is expected of the errors of a feature map: roundings, which are everywhere, and what flips have done, which is
/// large where it is and nowhere else.
struct NoiseForecast: Sendable {
    /// The variance of the roundings' sum.
    var dense = 0.0
    /// The variance of what flips have done, over all values.
    var sparse = 0.0
    /// The share of values that a flip has reached.
    var reached = 0.0

    var variance: Double { dense + sparse }

    /// Passes through a layer whose values are sums of so many products.
    mutating func pass(gain: Double, terms: Double = 1) {
        dense *= gain
        sparse *= gain
        reached = 1 - pow(1 - reached, terms)
    }

    /// Adds what flips of a share of a unit's signs do to its sums.
    mutating func add(flips share: Double, terms: Double, squaredScale: Double) {
        sparse += 4 * share * terms * squaredScale
        reached = 1 - (1 - reached) * pow(1 - share, terms)
    }

    /// How many signs it is expected to flip.
    func flips(_ margins: MagnitudeHistogram, ofShift: Double) -> Double {
        let roundings = dense + ofShift
        let untouched = (1 - reached) * margins.crossings(variance: roundings)
        guard reached > 0 else { return untouched }
        return untouched + reached * margins.crossings(variance: roundings + sparse / reached)
    }
}

/// Flips that formats are expected to make, before anything runs in them.
///
/// The error of a value is taken for a sum of independent roundings, each spread evenly over its step, so that
/// variances add: every layer passes its input's on by its mean squared gain and adds its own, and a unit adds what the
/// flips expected at its input do. A sign flips where the error is larger than the margin and points the other way.
/// Values beyond a format's range are not foreseen.
struct FlipForecast: Sendable {
    /// Expected flips by layer; 0 for layers that are no units.
    private(set) var flips: [Double] = []
    private var noise = NoiseForecast()
    private var scaled = NoiseForecast()
    private let formats: PortFormats
    private let parameters: [StoredTensor: MagnitudeHistogram]

    /// The variance of the output's error.
    var variance: Double { noise.variance }

    /// - Parameter parameters: magnitudes of every kind of parameter.
    init(
        _ network: Network, _ profile: NoiseProfile, _ formats: PortFormats,
        parameters: [StoredTensor: MagnitudeHistogram]
    ) {
        (self.formats, self.parameters) = (formats, parameters)
        for (index, layer) in profile.layers.enumerated() {
            flips.append(0)
            pass(network.layers[index].operation, layer, k: network.amplification)
            if let tensor = network.storedTensor(ofLayer: index) {
                noise.dense += (layer.thresholds ?? layer.outputs).variance(formats.tensors[tensor])
            }
            if network.layers[index].operation == .amplify { scaled = noise }
        }
    }

    /// The mean variance that storing a kind of parameter adds to one.
    private func own(_ tensor: StoredTensor) -> Double {
        parameters[tensor]?.variance(formats.tensors[tensor]) ?? 0
    }

    private mutating func pass(_ operation: Operation, _ layer: NoiseProfile.Layer, k: Double) {
        switch operation {
        case .amplify, .pixelShuffle: break
        case .attenuate: noise.pass(gain: 1 / (k * k))
        case .activation: noise.pass(gain: layer.gain)
        case .convolution(let convolution):
            let terms = Double(convolution.inputs * convolution.kernel * convolution.kernel)
            noise.pass(gain: layer.squaredWeights, terms: terms)
            noise.dense += layer.squaredInputs * own(.weight) + own(.bias)
        case .addScaledInput, .subtractFromScaledInput: noise.dense += scaled.dense
        case .unit(let unit):
            guard let profile = layer.unit else { return }
            let flips = noise.flips(profile.margins, ofShift: own(.shift))
            self.flips[self.flips.count - 1] = flips
            if case .scaledInput = unit.shortcut { noise = scaled }
            let share = min(1, flips / Double(max(1, profile.margins.total)))
            noise.add(flips: share, terms: profile.terms, squaredScale: profile.squaredScales)
            noise.dense +=
                profile.squaredSums * profile.alpha.variance(formats.tensors[.alpha])
                + layer.gain * (profile.product.variance(formats.tensors[.product]) + own(.bias))
                + profile.squaredBent * own(.slope) + own(.bias)
                + profile.branch.variance(formats.tensors[.branch])
        }
    }
}
