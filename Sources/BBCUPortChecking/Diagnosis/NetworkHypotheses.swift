import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import TensorBytes

extension HypothesisBuilder {
    /// What can be wrong with the input, k, the skip, activations and the choice of weights.
    package mutating func addNetworkHypotheses(_ alternatives: [(root: String, model: BBCUModel)], fit: Fit) {
        addInputs()
        addAmplification(fit)
        addSkips()
        addLeakySlopes(fit)
        for (root, model) in alternatives {
            let name = root.isEmpty ? "the file itself" : "'\(root)'"
            add("wrong-root", "use the weights that were asked for, not those under \(name)", isGlobal: true) {
                $0.model = model
            }
        }
        if fit.isHalfRepresentable {
            add(
                "float16-activations", "keep activations in float32; every value of the dump is a float16",
                isGlobal: true, onlyRounds: true
            ) {
                evaluator in
                for index in evaluator.network.layers.indices {
                    evaluator.injectedFaults[index, default: InjectedFault()].roundsOutput = .floatingPoint(.float16)
                }
            }
        }
    }

    /// Colour order and range of the input.
    package mutating func addInputs() {
        guard layers.contains(0) else { return }
        if imageChannels.input == 3 {
            addInput("input-bgr", "give the network red, green, blue, not blue, green, red") { map in
                map.coloursReversed
            }
            if imageChannels.output == 3 {
                addInput(
                    "input-bgr", "give the network red, green, blue, not blue, green, red, and turn nothing back",
                    { $0.coloursReversed },
                    output: { output in output.moved { $0.coloursReversed } })
            }
        }
        addInput("input-0-255", "give the network values in [0, 1], not in [0, 255]") { map in
            map.with(map.values.map { $0 * 255 })
        }
    }

    /// The layers that multiply and divide by k.
    private func factors() -> (input: Int?, output: Int?) {
        (
            network.layers.firstIndex { $0.operation == .scaleByK },
            network.layers.lastIndex { $0.operation == .divideByK }
        )
    }

    private mutating func addAmplification(_ fit: Fit) {
        guard let input = factors().input, let output = factors().output,
            layers.contains(input) || layers.contains(output)
        else { return }
        let k = network.amplification.shortText
        func set(_ evaluator: inout EnclosureEvaluator, _ factor: Double, _ indices: [Int]) {
            for index in indices { evaluator.injectedFaults[index, default: InjectedFault()].factor = factor }
        }
        add("k-missing", "multiply the input by k = \(k) and divide the output by it", isGlobal: true) {
            set(&$0, 1, [input, output])
        }
        add("k-missing-at-input", "multiply the input by k = \(k)", isGlobal: true) { set(&$0, 1, [input]) }
        add("k-missing-at-output", "divide the output by k = \(k)", isGlobal: true) { set(&$0, 1, [output]) }
        // A fitted 1 or k is another hypothesis, or none.
        let others = fit.factors.filter { factor in
            [1, network.amplification].allSatisfy { abs(factor / $0 - 1) > 1e-3 }
        }
        for factor in others {
            add("k-other", "use k = \(k), not \(factor.shortText)", isGlobal: true) {
                set(&$0, factor, [input, output])
            }
        }
    }

    private mutating func addSkips() {
        guard
            let index = layers.first(where: {
                switch network.layers[$0].operation {
                case .addScaledInput, .subtractFromScaledInput: true
                default: false
                }
            })
        else { return }
        func skip(_ kind: InjectedFault.Shortcut) -> (inout EnclosureEvaluator) -> Void {
            { $0.injectedFaults[index, default: InjectedFault()].shortcut = kind }
        }
        guard case .addScaledInput(let factor) = network.layers[index].operation else {
            let change = "the output is the network's input less what the last convolution finds"
            for kind in [InjectedFault.Shortcut.missing, .missingAndSign] { add("skip-missing", change, skip(kind)) }
            add("skip-added", "subtract what the last convolution finds from the input, do not add it", skip(.added))
            return
        }
        add("skip-missing", "add the network's own (upsampled) input at the end", skip(.missing))
        guard factor > 1 else { return }
        add(
            "bilinear-align-corners", "upsample the skip with align_corners=False", skip(.bilinear(alignsCorners: true))
        )
        add("skip-nearest", "upsample the skip bilinearly, not by repeating pixels", skip(.nearest))
        for a in [-0.75, -0.5] {
            add("skip-bicubic", "upsample the skip bilinearly, not bicubically (a = \(a))", skip(.bicubic(a: a)))
        }
    }

    private mutating func addLeakySlopes(_ fit: Fit) {
        let leaky = layers.filter {
            if case .activation(.leakyReLU) = network.layers[$0].operation { true } else { false }
        }
        guard !leaky.isEmpty else { return }
        let choices = leaky.count > 1 ? [leaky] + leaky.map { [$0] } : [leaky]
        for slope in fit.slopes where slope != 0.1 {
            for indices in choices {
                let place = indices.count < leaky.count ? " (\(network.placeText(indices[0])))" : ""
                add("leaky-slope", "the leaky ReLU's slope is 0.1, not \(slope.shortText)\(place)") { evaluator in
                    for index in indices {
                        evaluator.model.network.layers[index].operation = .activation(.leakyReLU(slope: slope))
                    }
                }
            }
        }
    }
}

extension BBCUNetwork {
    /// Where a layer without a name of its own stands, in words.
    fileprivate func placeText(_ index: Int) -> String {
        guard let before = layers[..<index].last(where: { !$0.prefix.isEmpty }) else { return "layer \(index)" }
        return "behind \(before.prefix)"
    }
}

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
            let ours = right.values[index] - offset
            product += ours * (step.tap.map.values[index] - offset)
            square += ours * ours
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
