import BBCUExecution
import BBCUNetworks

/// A unit's parameters as a port in given formats keeps them, and its arithmetic from a sum to the branch. Between two
/// places where something is stored it computes in float64, which is exact for fixed point of up to 53 bits in all.
package struct FormattedUnit: Sendable {
    package let unit: BinaryUnit
    package let shift: [Double]
    /// The float32 numbers that packed models hold, stored.
    package let alpha: [Double]
    package let bias: [Double]
    package let firstBias: [Double]
    package let slope: [Double]
    package let secondBias: [Double]
    private let accumulator: AccumulatorFormat?
    private let product: NumberFormat?
    private let branch: NumberFormat?

    package init(_ parameters: UnitParameters, _ formats: PortFormats) {
        unit = parameters.unit
        shift = formats.stored(.shift, parameters.shift)
        alpha = formats.stored(.alpha, parameters.roundedAlpha)
        bias = formats.stored(.bias, parameters.bias)
        firstBias = formats.stored(.bias, parameters.firstBias)
        slope = formats.stored(.slope, parameters.slope)
        secondBias = formats.stored(.bias, parameters.secondBias)
        accumulator = formats.accumulator
        product = formats.tensors[.product]
        branch = formats.tensors[.branch]
    }

    /// What became of the values of one unit on the way.
    package struct Uses: Sendable {
        package var sums = TensorUse()
        package var products = TensorUse()
        package var branches = TensorUse()
    }

    /// The branch of finished sums, channels innermost.
    package func branches(_ sums: [Int32], _ uses: inout Uses) -> [Double] {
        var result = [Double](repeating: 0, count: sums.count)
        var channel = 0
        for index in sums.indices {
            result[index] = value(Int(sums[index]), channel, &uses)
            channel = channel + 1 == unit.outputs ? 0 : channel + 1
        }
        return result
    }

    @inline(__always)
    private func value(_ sum: Int, _ channel: Int, _ uses: inout Uses) -> Double {
        let kept = accumulator?.store(sum) ?? (sum, false)
        uses.sums.count(Double(sum), overflows: kept.1)
        var value = uses.products.store(Double(kept.0) * alpha[channel], product)
        if !bias.isEmpty { value += bias[channel] }
        let shifted = value + firstBias[channel]
        let activated = shifted > 0 ? shifted : slope[channel] * shifted
        return uses.branches.store(activated + secondBias[channel], branch)
    }
}
