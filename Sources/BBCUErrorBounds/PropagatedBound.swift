import BBCUExecution
import BBCUNetworks

/// The bound end to end: what rounding and the sign flips seen so far can have done to each value by which the two
/// paths differ.
///
/// It is carried beside the run: float convolutions carry it with |w|, activations with their steepest slope, sums
/// add it, and every operation adds the rounding of both paths. A unit starts anew from the exact effect of the
/// flips seen at its own input (alpha times the changed signs against the weights) and adds what its shortcut
/// carries, since signs that agree carry nothing.
///
/// All functions are given the same part of everything.
package enum PropagatedBound {
    /// A part of a layer's output as both paths made it.
    package typealias Made = (reference: LayerResult<Float>, binarized: LayerResult<Float>)

    /// The bound after a layer that is neither a unit nor a convolution.
    ///
    /// - Parameters:
    ///   - current: the bound before it.
    ///   - skip: the bound of what an addition or subtraction takes.
    package static func carry(
        _ current: FeatureMap<Double>, skip: FeatureMap<Double>, through operation: LayerOperation,
        amplification: Double,
        _ made: Made
    ) -> FeatureMap<Double> {
        let carried: [Double]
        switch operation {
        case .scaleByK: carried = current.values.map { $0 * amplification }
        case .divideByK: carried = current.values.map { $0 / amplification }
        case .activation(let activation):
            let steepest: Double = if case .leakyReLU(let slope) = activation { max(1, abs(slope)) } else { 1 }
            carried = current.values.map { $0 * steepest }
        case .addScaledInput, .subtractFromScaledInput:
            carried = current.values.indices.map { current.values[$0] + skip.values[$0] }
        case .pixelShuffle(let shuffle):
            let moved = Rearranging.shuffle(current, shuffle)
            return moved.with(moved.values.map { $0 * Rounding.slack })
        case .convolution, .unit: return current
        }
        return output(carried, made.reference.output, made.binarized.output)
    }

    /// The bound after a float convolution.
    /// - Parameter carried: the bound rounded up, convolved with |w|.
    package static func convolution(_ carried: FeatureMap<Float>, _ convolution: FloatConvolution, _ made: Made)
        -> FeatureMap<Double>
    {
        let steps = convolution.filterSize
        let loss = 1 + 2 * Double(steps) * Rounding.unit
        let first = made.reference.magnitudes
        let second = made.binarized.magnitudes
        let values = carried.values.indices.map { index in
            (Double(carried.values[index]) * loss + Rounding.runningError(first[index], steps: steps)
                + Rounding.runningError(second[index], steps: steps)) * Rounding.slack
        }
        return FeatureMap(height: carried.height, width: carried.width, channels: carried.channels, filled: values)
    }

    /// The bound after a unit.
    ///
    /// - Parameters:
    ///   - branch: what the branches of both paths can be off, where they meet the shortcut.
    ///   - shortcut: the bound of what is added to them.
    ///   - roundings: what the shortcut's own arithmetic can be off, in each path.
    package static func unit(
        branch: FeatureMap<Double>, shortcut: FeatureMap<Double>, roundings: [[Double]],
        reference: FeatureMap<Float>, binarized: FeatureMap<Float>
    ) -> FeatureMap<Double> {
        var carried = branch.values
        add(shortcut.values, to: &carried)
        for rounding in roundings { add(rounding, to: &carried) }
        return output(carried, reference, binarized)
    }

    /// The bound of the scaled input where it is upsampled bilinearly.
    /// - Parameter carried: the bound upsampled.
    package static func upsampled(
        _ carried: FeatureMap<Double>, reference: FeatureMap<Float>, binarized: FeatureMap<Float>, factor: Int
    ) -> FeatureMap<Double> {
        let first = Rounding.bilinearMagnitudes(reference, factor: factor)
        let second = Rounding.bilinearMagnitudes(binarized, factor: factor)
        return carried.with(
            carried.values.indices.map {
                carried.values[$0] + Rounding.bilinear * (first[$0] + second[$0]) + 16 * Rounding.underflow
            })
    }

    /// Adds numbers to others.
    package static func add(_ values: [Double], to sums: inout [Double]) {
        precondition(values.count == sums.count)
        var sums = sums.mutableSpan
        let values = values.span
        for index in 0..<values.count { sums[index] += values[index] }
    }

    /// Adds the rounding of both paths' outputs.
    private static func output(_ carried: [Double], _ reference: FeatureMap<Float>, _ binarized: FeatureMap<Float>)
        -> FeatureMap<Double>
    {
        var values = carried
        var result = values.mutableSpan
        let first = reference.values.span
        let second = binarized.values.span
        precondition(first.count == result.count && second.count == result.count)
        for index in 0..<result.count {
            let rounding = Rounding.unit * (Double(abs(first[index])) + Double(abs(second[index])))
            result[index] = (result[index] + rounding + 2 * Rounding.underflow) * Rounding.slack
        }
        return FeatureMap(
            height: reference.height, width: reference.width, channels: reference.channels, filled: values)
    }
}
