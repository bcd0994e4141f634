import Execution
import Networks

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
struct UnitBounds {
    let parameters: UnitParameters
    let steepest: [Double]
    /// What rounding alpha to float32 may lose, as a share of it: u, or more where alpha is subnormal.
    private let alphaLoss: [Double]

    init(_ parameters: UnitParameters) {
        self.parameters = parameters
        steepest = parameters.slope.map(Rounding.steepest)
        alphaLoss = parameters.alpha.map { alpha in
            alpha == 0 ? 0 : max(Rounding.unit, abs(Double(Float(alpha)) - alpha) / alpha)
        }
    }

    /// What the 1-bit convolution of one value can be off, bias included.
    func binarizedError(convolved: Double, channel: Int) -> Double {
        let loss = alphaLoss[channel] + Rounding.unit
        guard !parameters.bias.isEmpty else { return loss * abs(convolved) + Rounding.underflow }
        let scaled = convolved - Double(parameters.bias[channel])
        return loss * abs(scaled) + Rounding.unit * abs(convolved) + Rounding.underflow
    }

    /// What the float32 convolution of one value can be off, bias included.
    func referenceError(magnitude: Float, channel: Int, residue: [Double]) -> Double {
        Rounding.runningError(magnitude, steps: parameters.filterSize) + residue[channel]
    }

    /// What the branch can be off, from what the convolution can be and the value it made.
    func branchError(_ error: Double, convolved: Double, channel: Int) -> Double {
        let first = convolved + Double(parameters.firstBias[channel])
        let bent = first > 0 ? first : Double(parameters.slope[channel]) * first
        let second = bent + Double(parameters.secondBias[channel])
        return steepest[channel] * (error + Rounding.unit * abs(first))
            + Rounding.unit * (abs(bent) + abs(second)) + Rounding.underflow
    }

    /// What the branch can be off at every value.
    func branchErrors(_ convolved: FeatureMap<Double>, _ error: (_ index: Int, _ channel: Int) -> Double)
        -> FeatureMap<Double>
    {
        let channels = convolved.channels
        let values = convolved.values
        var result: [Double] = []
        result.reserveCapacity(values.count)
        for pixel in 0..<convolved.height * convolved.width {
            for channel in 0..<channels {
                let index = pixel * channels + channel
                result.append(branchError(error(index, channel), convolved: values[index], channel: channel))
            }
        }
        return FeatureMap(
            height: convolved.height, width: convolved.width, channels: channels, filled: result)
    }

    /// What the shortcut's own arithmetic can be off: nothing but for the bilinear one.
    func shortcutRounding(scaledInput: FeatureMap<Float>, height: Int) -> [Double]? {
        guard case .scaledInput = parameters.unit.shortcut else { return nil }
        let factor = height / scaledInput.height
        guard factor > 1 else { return nil }
        return Rounding.bilinearMagnitudes(scaledInput, factor: factor).map {
            $0 * Rounding.bilinear + 8 * Rounding.underflow
        }
    }
}
