import BBCUExecution
import BBCUNetworks

/// The bounds for one unit, value by value, from the numbers that met there.
///
/// A unit computes y = alpha S (+ bias), z0 = y + b0, z = PReLU(z0), z1 = z + b1, out = z1 + shortcut. Each step adds
/// its own rounding, u times the magnitude of what it made, and PReLU enlarges what came before by at most
/// L = max(1, |slope|):
///
///     |out - exact| <= L (E + u |y| + u |z0|) + u |z| + u |z1| + u |out| + shortcut's
///
/// where u |y| is there only if a bias is added in a step of its own and E is the error of the convolution:
/// * 1-bit: the sum S is exact, alpha is rounded once and multiplied once: E = 2 u |alpha S|. No tap count in it. (A
///   subnormal alpha loses more than u when it is rounded; what it loses is then taken as it is.)
/// * float32: u times the sum of |partial sum| (the running error bound), plus the filter's residue, the sum of
///   |effective weight - alpha sign(w)|, since signs have magnitude 1 at most.
package struct UnitBounds {
    package let parameters: UnitParameters
    private let kernels: Kernels
    private let steepest: [Double]
    private let values: UnitValues<Double>
    /// What rounding alpha to float32 may lose, as a share of it: u, or more where alpha is subnormal.
    private let alphaLoss: [Double]

    package init(_ parameters: UnitParameters, kernels: Kernels) {
        self.parameters = parameters
        self.kernels = kernels
        steepest = parameters.slope.map(Rounding.steepest)
        values = UnitValues(parameters)
        alphaLoss = parameters.alpha.map { alpha in
            alpha == 0 ? 0 : max(Rounding.unit, abs(Double(Float(alpha)) - alpha) / alpha)
        }
    }

    /// What the 1-bit convolution can be off at every value, bias included.
    package func binarizedErrors(_ convolved: FeatureMap<Double>) -> [Double] {
        var result = convolved.values
        var errors = result.mutableSpan
        let loss = alphaLoss.span
        let hasBias = !parameters.bias.isEmpty
        forEachPixel(errors.count) { start in
            for channel in 0..<loss.count {
                let value = errors[start + channel]
                let loss = loss[channel] + Rounding.unit
                if hasBias {
                    let scaled = value - Double(parameters.bias[channel])
                    errors[start + channel] = loss * abs(scaled) + Rounding.unit * abs(value) + Rounding.underflow
                } else {
                    errors[start + channel] = loss * abs(value) + Rounding.underflow
                }
            }
        }
        return result
    }

    /// What the float32 convolution can be off at every value, bias included.
    package func referenceDeviations(_ magnitudes: [Float], residue: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: magnitudes.count)
        var errors = result.mutableSpan
        let magnitudes = magnitudes.span
        let residue = residue.span
        let steps = parameters.filterSize
        forEachPixel(errors.count) { start in
            for channel in 0..<residue.count {
                errors[start + channel] =
                    Rounding.runningError(magnitudes[start + channel], steps: steps) + residue[channel]
            }
        }
        return result
    }

    /// From what the convolution can be off and the value it made to what the branch can be.
    package func carryThroughBranch(_ errors: inout [Double], convolved: FeatureMap<Double>) {
        kernels.carryThroughBranch(
            &errors, convolved: convolved.values, values, steepest: steepest, unit: Rounding.unit,
            underflow: Rounding.underflow)
    }

    @inline(__always)
    private func forEachPixel(_ values: Int, _ body: (Int) -> Void) {
        for start in stride(from: 0, to: values, by: parameters.unit.outputs) { body(start) }
    }

    /// What the shortcut's own arithmetic can be off: nothing but for the bilinear one.
    package func shortcutRounding(scaledInput: FeatureMap<Float>, height: Int) -> [Double]? {
        guard case .scaledInput = parameters.unit.shortcut else { return nil }
        let factor = height / scaledInput.height
        guard factor > 1 else { return nil }
        return Rounding.bilinearMagnitudes(scaledInput, factor: factor).map {
            $0 * Rounding.bilinear + 8 * Rounding.underflow
        }
    }
}
