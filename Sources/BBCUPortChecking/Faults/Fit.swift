import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import TensorBytes

/// Single numbers that a dump suggests: one for the whole network, never one a channel.
package struct Fit: Sendable {
    /// Factors to try in place of k.
    package var factors: [Double] = [255, 1.0 / 255, 130, 8, 16, 16.25, 32, 32.5, 64, 65, 100, 128, 256, 260]
    /// Slopes to try in place of 0.1.
    package var slopes: [Double] = [0.01, 0.02, 0.2, 0.25, 0.3, 0, 1]
    /// Whether every value of the dump is a float16 though it is stored as something wider.
    package var isHalfRepresentable = false

    /// What is tried without a dump, activations kept in float16 included.
    package init() { isHalfRepresentable = true }

    package init(_ evaluator: EnclosureEvaluator, _ step: PortSession.Step, taps: [Tap], scaledInput: Enclosure?) {
        isHalfRepresentable =
            evaluator.arithmetic == .float32
            && taps.allSatisfy { tap in
                tap.storageRadius == nil && tap.map.values.allSatisfy { Arithmetic.isHalf($0) }
            }
        fitFactor(evaluator, step)
        fitSlope(evaluator, step, scaledInput)
    }

    /// The first convolution is linear in k: the least-squares factor.
    private mutating func fitFactor(_ evaluator: EnclosureEvaluator, _ step: PortSession.Step) {
        let network = evaluator.network
        guard step.layers.lowerBound == 0, step.layers.count == 2, step.layers.contains(1),
            network.layers[1].operation.convolution != nil,
            let right = evaluator.run(step.layers, from: step.start, scaledInput: nil).map({
                step.tap.cropped($0.map)
            })
        else { return }
        let bias = evaluator.model.values(network.layers[1].prefix, "bias").map(Double.init)
        var (product, square) = (0.0, 0.0)
        for index in right.values.indices where right.values.count == step.tap.map.values.count {
            let offset = bias.isEmpty ? 0 : bias[index % bias.count]
            let expected = right.values[index] - offset
            product += expected * (step.tap.map.values[index] - offset)
            square += expected * expected
        }
        let factor = network.amplification * product / square
        guard factor.isFinite, factor > 0 else { return }
        factors += Self.neat(factor)
    }

    /// Where a value left of zero went, most of the time.
    private mutating func fitSlope(_ evaluator: EnclosureEvaluator, _ step: PortSession.Step, _ scaledInput: Enclosure?)
    {
        let network = evaluator.network
        guard
            let index = step.layers.first(where: {
                if case .activation(.leakyReLU) = network.layers[$0].operation { true } else { false }
            })
        else { return }
        guard
            let before = evaluator.run(
                step.layers.lowerBound..<index, from: step.start, scaledInput: scaledInput
            ).map({ step.tap.cropped($0.map) }),
            let right = evaluator.run(step.layers, from: step.start, scaledInput: scaledInput).map({
                step.tap.cropped($0.map)
            }),
            before.values.count == right.values.count, right.values.count == step.tap.map.values.count
        else { return }
        var slopes: [Double] = []
        for place in before.values.indices where before.values[place] < 0 {
            slopes.append(0.1 + (step.tap.map.values[place] - right.values[place]) / before.values[place])
        }
        guard !slopes.isEmpty else { return }
        self.slopes += Self.neat(slopes.sorted()[slopes.count / 2])
    }

    /// A fitted number, rounded to what somebody would have written, and as it is.
    private static func neat(_ value: Double) -> [Double] {
        guard value.isFinite, value != 0 else { return value == 0 ? [0] : [] }
        return [3, 6].map { digits in
            let scale = Double(sign: .plus, exponent: 0, significand: 1) * power(10, digits - exponent(value))
            return (value * scale).rounded() / scale
        } + [value]
    }

    private static func exponent(_ value: Double) -> Int {
        var (exponent, rest) = (0, abs(value))
        while rest >= 10 { (exponent, rest) = (exponent + 1, rest / 10) }
        while rest < 1 { (exponent, rest) = (exponent - 1, rest * 10) }
        return exponent
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        exponent < 0 ? 1 / power(base, -exponent) : (0..<exponent).reduce(1) { result, _ in result * base }
    }
}

extension Arithmetic {
    /// Whether a number is one of float16's.
    static func isHalf(_ value: Double) -> Bool { DType.float16.rounded(value) == value }
}
