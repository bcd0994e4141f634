import Execution
import Networks

/// D: what rounding and the sign flips seen so far can have done to each value by which the two paths differ.
///
/// It is carried beside the run: float convolutions carry it with |w|, activations with their steepest slope, sums
/// add it, and every operation adds the rounding of both paths. A unit starts anew from the exact effect of the
/// flips seen at its own input (alpha times the changed signs against the weights) and adds what its shortcut
/// carries, since signs that agree carry nothing.
struct Drift {
    /// D for the current feature map.
    var current: FeatureMap<Double>
    /// D for the scaled input.
    var scaledInput: FeatureMap<Double>

    /// One layer as both paths ran it.
    struct Step {
        var layer: Layer
        var amplification: Double
        /// The outputs of the layer.
        var reference: LayerResult<Float>
        var binarized: LayerResult<Float>
        /// What the reference's scaled input is.
        var referenceScaledInput: FeatureMap<Float>
        var binarizedScaledInput: FeatureMap<Float>
    }

    /// No difference yet: both paths start from one image.
    init(like input: FeatureMap<Float>) {
        current = FeatureMap(zeros: input.channels, height: input.height, width: input.width)
        scaledInput = current
    }

    /// Carries D through a layer that is not a unit.
    mutating func carry(_ step: Step, absoluteWeights: (Layer) -> FloatFilter<Float>?, kernels: Kernels) {
        let carried: [Double]
        switch step.layer.operation {
        case .amplify:
            carried = current.values.map { $0 * step.amplification }
        case .convolution(let convolution):
            carried = convolve(step, convolution, absoluteWeights(step.layer), kernels)
            setOutput(step, carried, addsRounding: false)
            return
        case .activation(let activation):
            let steepest: Double = if case .leakyReLU(let slope) = activation { max(1, abs(slope)) } else { 1 }
            carried = current.values.map { $0 * steepest }
        case .pixelShuffle(let shuffle):
            setOutput(step, Rearranging.shuffle(current, shuffle).values, addsRounding: false)
            return
        case .addScaledInput(let upscale):
            let skip = upsample(step, factor: upscale)
            carried = current.values.indices.map { current.values[$0] + skip[$0] }
        case .subtractFromScaledInput:
            carried = current.values.indices.map { current.values[$0] + scaledInput.values[$0] }
        case .attenuate:
            carried = current.values.map { $0 / step.amplification }
        case .unit: return
        }
        setOutput(step, carried, addsRounding: true)
        if step.layer.operation == .amplify { scaledInput = current }
    }

    /// Carries D through a unit.
    ///
    /// - Parameter flipEffect: the sums of the changed signs against the weights' signs, for every value of the 1-bit
    ///   convolution; nil without flips.
    mutating func carry(_ step: Step, unit bounds: UnitBounds, residue: [Double], flipEffect: FeatureMap<Float>?) {
        guard let reference = step.reference.unit, let binarized = step.binarized.unit else { return }
        let alpha = bounds.parameters.alpha
        let magnitudes = reference.magnitudes
        let effects = flipEffect?.values
        let binarizedConvolved = binarized.convolved.values
        let own = bounds.branchErrors(reference.convolved.asDouble) { index, channel in
            let flips = effects.map { alpha[channel] * Double(abs($0[index])) } ?? 0
            return flips + bounds.referenceError(magnitude: magnitudes[index], channel: channel, residue: residue)
        }
        // The other path's rounding is bounded by its own numbers; PReLU's factor is in both.
        let other = bounds.branchErrors(binarized.convolved.asDouble) { index, channel in
            bounds.binarizedError(convolved: Double(binarizedConvolved[index]), channel: channel)
        }
        let unit = bounds.parameters.unit
        let branch = unit.shuffled(own.with(own.values.indices.map { own.values[$0] + other.values[$0] }))
        let shortcut = unit.shortcut(current, scaledInput: scaledInput, height: branch.height) {
            Bilinear.upsample($0, factor: $1)
        }
        let first = bounds.shortcutRounding(scaledInput: step.referenceScaledInput, height: branch.height)
        let second = bounds.shortcutRounding(scaledInput: step.binarizedScaledInput, height: branch.height)
        let carried = branch.values.indices.map { index in
            branch.values[index] + shortcut.values[index] + (first?[index] ?? 0) + (second?[index] ?? 0)
        }
        setOutput(step, carried, addsRounding: true)
    }

    private func convolve(
        _ step: Step, _ convolution: FloatConvolution, _ absoluteWeights: FloatFilter<Float>?, _ kernels: Kernels
    ) -> [Double] {
        let steps = convolution.inputs * convolution.kernel * convolution.kernel
        let upwards = FeatureMap<Float>(
            height: current.height, width: current.width, channels: current.channels,
            filled: current.values.map { Float($0).nextUp })
        let carried = absoluteWeights?.apply(to: upwards, kernels: kernels).output.values ?? []
        let loss = 1 + 2 * Double(steps) * Rounding.unit
        let first = step.reference.magnitudes
        let second = step.binarized.magnitudes
        return carried.indices.map { index in
            Double(carried[index]) * loss + Rounding.runningError(first[index], steps: steps)
                + Rounding.runningError(second[index], steps: steps)
        }
    }

    private func upsample(_ step: Step, factor: Int) -> [Double] {
        let carried = Bilinear.upsample(scaledInput, factor: factor).values
        let first = Rounding.bilinearMagnitudes(step.referenceScaledInput, factor: factor)
        let second = Rounding.bilinearMagnitudes(step.binarizedScaledInput, factor: factor)
        return carried.indices.map {
            carried[$0] + Rounding.bilinear * (first[$0] + second[$0]) + 16 * Rounding.underflow
        }
    }

    /// Adds the rounding of both paths' outputs and takes the result as D.
    private mutating func setOutput(_ step: Step, _ carried: [Double], addsRounding: Bool) {
        let output = step.reference.output
        let first = output.values
        let second = step.binarized.output.values
        let values: [Double] = carried.indices.map { index in
            guard addsRounding else { return carried[index] * Rounding.slack }
            let rounding = Rounding.unit * (Double(abs(first[index])) + Double(abs(second[index])))
            return (carried[index] + rounding + 2 * Rounding.underflow) * Rounding.slack
        }
        current = FeatureMap(height: output.height, width: output.width, channels: output.channels, filled: values)
    }
}
