import BBCUExecution
import BBCUNetworks

/// A unit's parameters as a port in given formats keeps them, and its arithmetic from a sum to the branch. Between two
/// places where something is stored it computes in float64, which is exact for fixed point of up to 53 bits in all.
package struct FormattedUnit: Sendable {
    package let values: UnitValues<Double>
    private let accumulator: AccumulatorFormat?
    private let product: NumberFormat?
    private let branch: NumberFormat?

    package init(_ parameters: UnitParameters, _ formats: PortFormats) {
        // Ports hold the float32 numbers that packed models have.
        values = UnitValues(parameters, alpha: formats.stored(.alpha, parameters.roundedAlpha)) { role, numbers in
            role.storedTensor.map { formats.stored($0, numbers) } ?? []
        }
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
            channel = channel + 1 == values.unit.outputs ? 0 : channel + 1
        }
        return result
    }

    @inline(__always)
    private func value(_ sum: Int, _ channel: Int, _ uses: inout Uses) -> Double {
        let kept = accumulator?.store(sum) ?? (sum, false)
        uses.sums.count(Double(sum), overflows: kept.1)
        var value = uses.products.store(Double(kept.0) * values.alpha[channel], product)
        if !values.bias.isEmpty { value += values.bias[channel] }
        let shifted = value + values.firstBias[channel]
        let activated = shifted > 0 ? shifted : values.slope[channel] * shifted
        return uses.branches.store(activated + values.secondBias[channel], branch)
    }
}
