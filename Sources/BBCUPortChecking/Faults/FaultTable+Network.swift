import BBCUErrorBounds
import BBCUNetworks
import TensorBytes

// What can be wrong with k, the skip, activations, the choice of weights and what is stored.
extension FaultTable {
    static let factors = [
        factor("k-missing", { "multiply the input by k = \($0) and divide the output by it" }, { $0 }),
        factor("k-missing-at-input", { "multiply the input by k = \($0)" }, { [$0[0]] }),
        factor("k-missing-at-output", { "divide the output by k = \($0)" }, { [$0[1]] }),
        Fault("k-other", .module, needs: .factor, isGlobal: true) { context in
            let k = context.network.amplification
            // A fitted 1 or k is another fault, or none.
            let others = context.fit.factors.filter { factor in
                [1, k].allSatisfy { abs(factor / $0 - 1) > Thresholds.sameFactor }
            }
            return others.map { .factor("use k = \(k.shortText), not \($0.shortText)", $0, context.factors) }
        },
    ]

    private static func factor(
        _ id: FaultID, _ sentence: @escaping @Sendable (_ k: String) -> String,
        _ layers: @escaping @Sendable (_ all: [Int]) -> [Int]
    ) -> Fault {
        Fault(id, .module, needs: .factor, isGlobal: true) {
            [.factor(sentence($0.network.amplification.shortText), 1, layers($0.factors))]
        }
    }

    static let skips = [
        Fault("skip-missing", .module, needs: .skip) { context in
            guard case .subtractFromScaledInput? = context.skip.map({ context.network.layers[$0].operation }) else {
                return [.skip("add the network's own (upsampled) input at the end", .missing, context)]
            }
            return [.missing, .missingAndSign].map {
                .skip("the output is the network's input less what the last convolution finds", $0, context)
            }
        },
        Fault("skip-added", .module, needs: .subtractedSkip) {
            [.skip("subtract what the last convolution finds from the input, do not add it", .added, $0)]
        },
        Fault("bilinear-align-corners", .module, needs: .bilinearSkip) {
            [.skip("upsample the skip with align_corners=False", .bilinear(alignsCorners: true), $0)]
        },
        Fault("skip-nearest", .module, needs: .upsampledSkip) {
            [.skip("upsample the skip bilinearly, not by repeating pixels", .nearest, $0)]
        },
        Fault("skip-bicubic", .module, needs: .upsampledSkip) { context in
            [-0.75, -0.5].map {
                .skip("upsample the skip bilinearly, not bicubically (a = \($0))", .bicubic(a: $0), context)
            }
        },
    ]

    static let choices = [
        Fault("leaky-slope", .module, needs: .leakyReLU) { context in
            let leaky = context.leakyReLUs
            let single = leaky.count > 1 ? leaky.map { ([$0], context.network.place(ofLayer: $0)) } : []
            guard !leaky.isEmpty else { return [] }
            return context.fit.slopes.filter { $0 != 0.1 }.flatMap { slope in
                ([(leaky, .everywhere)] + single).map { indices, place in
                    FaultWay(
                        "the leaky ReLU's slope is 0.1, not \(slope.shortText)", at: place,
                        .network { evaluator in
                            for index in indices {
                                evaluator.model.network.layers[index].operation = .activation(.leakyReLU(slope: slope))
                            }
                        })
                }
            }
        },
        Fault("wrong-root", .signs, needs: .otherWeights, idle: .sameOtherWeights, isGlobal: true) { context in
            context.alternatives.map { root, model in
                let name = root.isEmpty ? "the file itself" : "'\(root)'"
                return FaultWay(
                    "use the weights that were asked for, not those under \(name)", .network { $0.model = model })
            }
        },
        Fault("float16-activations", .module, isGlobal: true, onlyRounds: true) { context in
            guard context.fit.isHalfRepresentable else { return [] }
            return [
                FaultWay(
                    "keep activations in float32; every value of the dump is a float16",
                    .network { $0.inject($0.network.layers.indices) { $0.roundsOutput = .floatingPoint(.float16) } })
            ]
        },
    ]

    static let formats = [
        Fault("format-rounding", .signs, isGlobal: true) { context in
            let ways: [(NumberFormat.Rounding, String)] = [
                (.down, "down, as a shift to the right does"), (.towardZero, "towards zero, as a conversion does"),
                (.halfUp, "with ties up, as adding half before a shift does"),
                (.halfAwayFromZero, "with ties away from zero, as round() does"),
            ]
            return ways.flatMap { rounding, words in
                [("what is computed", true), ("everything, parameters too,", false)].flatMap { place, onlyRun in
                    context.changedFormats(
                        "round to the nearest number, ties to even; \(place) is rounded \(words)"
                    ) { tensor, format in
                        if !onlyRun || !tensor.isParameter { format.rounding = rounding }
                    }
                }
            }
        },
        Fault("format-overflow", .signs, isGlobal: true) { context in
            context.changedFormats("what is beyond the range wraps round only where the format says so") {
                $1 = NumberFormat($1.arithmetic, wraps: !$1.wraps)
            }
        },
    ]
}
