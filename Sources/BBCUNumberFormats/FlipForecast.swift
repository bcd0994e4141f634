import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform

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
        /// The mean square of the slope that the activation before the units had where x is closest to -b: a leaky slope
        /// brings values to the thresholds, and their errors down, together. Nil where no such value goes along.
        var slopeNearThresholds: Double?
        /// Pixels of the input.
        var pixels = 0.0
        var shift: [Double] = []
        /// The mean of (S g)^2, g being the slope that the value meets.
        var squaredSums = 0.0
        /// The mean of (alpha g)^2.
        var squaredScales = 0.0
        /// The mean over all values of z^2 where z is not positive, 0 elsewhere.
        var squaredActivated = 0.0
        /// Products a sum.
        var terms = 0.0
        var alpha = MagnitudeHistogram()
        var product = MagnitudeHistogram()
        var branch = MagnitudeHistogram()
    }

    private(set) var layers: [Layer] = []
    /// The slopes that an activation had, one a value, as long as its values go along unmixed.
    private var slopes: [Double] = []

    /// Adds the next layer's run in float64.
    mutating func add(_ run: FormattedNetwork.LayerRun, input: FeatureMap<Double>, of exact: FormattedNetwork) {
        let index = layers.count
        var layer = Layer()
        for value in run.output.values { layer.outputs.count(value) }
        if index + 1 < exact.network.layers.count, let next = exact.unit(ofLayer: index + 1) {
            var thresholds = MagnitudeHistogram()
            for shift in next.values.shift { thresholds.count(shift) }
            layer.thresholds = thresholds
        }
        switch exact.network.layers[index].operation {
        case .activation(.relu):
            slopes = []
            layer.gain = Double(input.values.count { $0 > 0 }) / Double(input.values.count)
        case .activation(.leakyReLU(let slope)):
            let positive = Double(input.values.count { $0 > 0 }) / Double(input.values.count)
            layer.gain = positive + (1 - positive) * slope * slope
            slopes = input.values.map { $0 > 0 ? 1 : slope }
        case .convolution(let convolution):
            slopes = []
            let weights = exact.weights(ofLayer: index)
            layer.squaredWeights = weights.reduce(0) { $0 + $1 * $1 } / Double(convolution.outputs)
            let mean = input.values.reduce(0) { $0 + $1 * $1 } / Double(input.values.count)
            layer.squaredInputs = mean * Double(weights.count / convolution.outputs)
        case .unit:
            layer.unit = (exact.unit(ofLayer: index)?.values).map { unit in
                var result = Self.unit(unit, run, input, &layer.gain)
                result.slopeNearThresholds = slopeNearThresholds(unit, input)
                return result
            }
        default: break
        }
        if run.output.values.count != slopes.count { slopes = [] }
        layers.append(layer)
    }

    private func slopeNearThresholds(_ unit: UnitValues<Double>, _ input: FeatureMap<Double>) -> Double? {
        guard slopes.count == input.values.count, case .identity = unit.unit.shortcut else { return nil }
        // Of a large map a part tells as much; the step must not skip channels.
        let step = input.values.count / Self.samples + 1
        let places = stride(from: 0, to: input.values.count, by: step % input.channels == 0 ? step + 1 : step)
        let nearest = places.map { (abs(input.values[$0] + unit.shift[$0 % input.channels]), slopes[$0]) }
            .sorted { $0.0 < $1.0 }.prefix(max(1, min(Self.samples, input.values.count) / Self.nearShare))
        return nearest.reduce(0) { $0 + $1.1 * $1.1 } / Double(nearest.count)
    }

    /// Values that are looked at, and the share of them that counts as close to a threshold.
    private static let (samples, nearShare) = (1 << 16, 64)

    private static func unit(
        _ unit: UnitValues<Double>, _ run: FormattedNetwork.LayerRun, _ input: FeatureMap<Double>, _ gain: inout Double
    ) -> Unit {
        var result = Unit()
        result.terms = Double(unit.unit.filterSize)
        result.pixels = Double(input.height * input.width)
        result.shift = unit.shift
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
            if shifted <= 0 { result.squaredActivated += shifted * shifted }
            result.product.count(product)
            result.branch.count(slope * shifted + unit.secondBias[channel])
        }
        let count = Double(max(1, run.sums.count))
        result.squaredSums /= count
        result.squaredScales /= count
        result.squaredActivated /= count
        gain = gains / count
        return result
    }
}

/// Flips that formats are expected to make, before anything runs in them.
///
/// The error of a value is taken for a sum of independent roundings, each spread evenly over its step, so that
/// variances add: every layer passes its input's on by its mean squared gain and adds its own, and a unit adds what the
/// flips expected at its input do. A sign flips where the error is larger than the margin and points the other way. What
/// flips reach grows from where they began (``NoiseForecast``). What a parameter loses is known, not expected; other
/// values beyond a format's range are not foreseen.
struct FlipForecast: Sendable {
    /// Expected flips by layer; 0 for layers that are no units.
    private(set) var flips: [Double] = []
    private var noise = NoiseForecast()
    private var scaled = NoiseForecast()
    private let formats: PortFormats
    private let losses: [StoredTensor: Double]

    /// The variance of the output's error.
    var variance: Double { noise.variance }

    /// - Parameter losses: the mean square of what each kind of parameter loses in its format.
    init(
        _ network: BBCUNetwork, _ profile: NoiseProfile, _ formats: PortFormats, losses: [StoredTensor: Double]
    ) {
        (self.formats, self.losses) = (formats, losses)
        for (index, layer) in profile.layers.enumerated() {
            flips.append(0)
            pass(network.layers[index].operation, layer, k: network.amplification)
            if let tensor = network.storedTensor(ofLayer: index) {
                noise.dense += (layer.thresholds ?? layer.outputs).variance(formats.tensors[tensor])
            }
            if network.layers[index].operation == .scaleByK { scaled = noise }
        }
    }

    /// The mean square of what storing a kind of parameter adds to one.
    private func own(_ tensor: StoredTensor) -> Double { losses[tensor] ?? 0 }

    private mutating func pass(_ operation: LayerOperation, _ layer: NoiseProfile.Layer, k: Double) {
        switch operation {
        case .scaleByK: break
        case .pixelShuffle(let shuffle): noise.enlarge(by: shuffle.factor)
        case .divideByK: noise.pass(gain: 1 / (k * k))
        case .activation: noise.activate(gain: layer.gain)
        case .convolution(let convolution):
            noise.pass(gain: layer.squaredWeights, reach: convolution.kernel / 2)
            noise.dense += layer.squaredInputs * own(.weight) + own(.bias)
        case .addScaledInput, .subtractFromScaledInput: noise.dense += scaled.dense
        case .unit(let unit):
            guard let profile = layer.unit else { return }
            let loss = profile.shift.map { shift in
                formats.tensors[.shift].map { ($0.stored(shift) - shift).raised(to: 2) } ?? 0
            }
            let flips = noise.flips(profile.margins, losses: loss, slope: profile.slopeNearThresholds)
            self.flips[self.flips.count - 1] = flips.all
            if case .scaledInput = unit.shortcut { (noise.dense, noise.sparse) = (scaled.dense, scaled.sparse) }
            noise.add(flips, of: profile, channels: unit.inputs, reach: unit.kernel / 2)
            noise.dense +=
                profile.squaredSums * profile.alpha.variance(formats.tensors[.alpha])
                + layer.gain * (profile.product.variance(formats.tensors[.product]) + own(.bias))
                + profile.squaredActivated * own(.slope) + own(.bias)
                + profile.branch.variance(formats.tensors[.branch])
            noise.enlarge(by: unit.shuffleFactor)
        }
    }
}
