import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// Every known fault. A new one is a row; `Schemas/check-port.schema.json` and `Documentation/Faults.md` follow it, which
/// `FaultTableTests` holds against the table and writes if asked to.
package enum FaultTable {
    /// The rows of each scope, in the order in which they are tried.
    package static let rows: [Fault.Scope: [Fault]] = {
        var result: [Fault.Scope: [Fault]] = [
            .format: formats, .unit: signs + sumsOfUnits + scales + shifts + slopes + biases + shortcuts,
            .order: weights + bits + shuffles, .input: inputs, .network: factors + skips + choices, .image: images,
            .output: outputs, .outputValues: outputValues, .outputPlaces: outputPlaces, .chroma: chroma,
            .lumaRange: lumaRanges, .missingNetwork: missingNetworks, .staleFrame: staleFrames, .tiles: tiles,
            .sums: dumpedSums, .sumPlaces: sumPlaces, .sumNames: sumNames,
        ]
        for scope in result.keys {
            for index in result[scope]?.indices ?? 0..<0 { result[scope]?[index].scope = scope }
        }
        return result
    }()

    /// All rows, by scope.
    package static var all: [Fault] { Fault.Scope.allCases.flatMap { rows[$0] ?? [] } }

    /// Faults that no crop of an image shows.
    package static let ofWholeImages = Set(all.filter(\.isOfWholeImage).map(\.id))

    /// Every id once.
    package static var ids: [FaultID] { all.map(\.id).reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
}

// What can be wrong within 1-bit units.
extension FaultTable {
    private static let signs = [
        Fault("padding-minus-one", .sums, .unit("pad the signs with 0, not -1") { $0.padding = .minusOne }),
        Fault("padding-plus-one", .sums, .unit("pad the signs with 0, not +1") { $0.padding = .plusOne }),
        Fault(
            "padding-edge", .sums, .inject("pad the signs with 0, not with the image's edge") { $0.padsWithEdge = true }
        ),
        Fault(
            "padding-before-shift", .sums, idle: .noShift,
            .inject("pad the signs with 0, not the values before the shift: the border is no sign") {
                $0.padsBeforeShift = true
            }),
        Fault(
            "sign-of-zero-plus-one", .signs, .unit("the sign of exactly 0 is 0, not +1") { $0.signOfZero = .plusOne }),
        Fault(
            "sign-of-zero-minus-one", .signs, .unit("the sign of exactly 0 is 0, not -1") { $0.signOfZero = .minusOne }),
    ]

    private static let sumsOfUnits = [
        Fault(
            "popcount-unscaled", .sums,
            .inject("the sum is 2 p - n, not the count p of equal bits") { $0.sums = .unscaled },
            .inject("the sum is 2 p - n, not p - n") { $0.sums = .unscaledLessCount },
            .inject("the sum is 2 p - n for p equal bits, not the count of unequal bits") { $0.sums = .unequal }),
        Fault("border-count-unmasked", .sums) { _ in
            [false, true].map { equal in
                .inject("at the border n is the number of taps within the image, not all of them") {
                    $0.sums = .borderUnmasked(equal: equal)
                }
            }
        },
        Fault(
            "accumulator-wraps", .sums, idle: .sumsWithin8Bits,
            .inject("the sum needs more than 8 bits; it wraps round") { $0.sums = .wraps(bits: 8) }),
        Fault(
            "accumulator-saturates", .sums, idle: .sumsWithin8Bits,
            .inject("the sum needs more than 8 bits; it saturates") { $0.sums = .saturates(bits: 8) },
            .inject("the sum needs more than 8 bits; it saturates at -127 and 127") {
                $0.sums = .saturates(bits: 8, isSymmetric: true)
            }),
        Fault("tail-bits-unmasked", .sums, idle: .noTailBits) { _ in
            [8, 32, 64].flatMap { word in
                [(1, "counted once"), (2, "counted as equal bits")].map { times, words in
                    .units("mask the unused bits of the last word of \(word) (\(words))") { evaluator, index, unit in
                        let tail = (word - unit.inputs % word) % word
                        guard tail > 0 else { return }
                        evaluator.injectedFaults[index] = .with { $0.sums = .tail(perTap: tail * times) }
                    }
                }
            }
        },
    ]

    private static let scales = [
        Fault("alpha-missing", .module, sumsAlpha: true, .alpha("multiply each filter's sum by its alpha") { _ in 1 }),
        Fault(
            "alpha-sum", .module, needs: .latentWeights, sumsAlpha: true,
            .alpha("alpha is the mean magnitude of a filter's weights, not their sum") { $0.reduce(0) { $0 + abs($1) } }
        ),
        Fault(
            "alpha-rms", .module, needs: .latentWeights, sumsAlpha: true,
            .alpha("alpha is the mean magnitude of a filter's weights, not their root mean square") {
                ($0.reduce(0) { $0 + $1 * $1 } / Double($0.count)).squareRoot()
            }),
        Fault(
            "alpha-median", .module, needs: .latentWeights, sumsAlpha: true,
            .alpha("alpha is the mean magnitude, not the median (the lower of two)") {
                $0.map { abs($0) }.sorted()[($0.count - 1) / 2]
            },
            .alpha("alpha is the mean magnitude, not the median (the mean of two)") {
                let sorted = $0.map { abs($0) }.sorted()
                return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
            }),
        Fault(
            "alpha-after-clamp", .module, needs: .latentWeights, idle: .weightsWithinOne, sumsAlpha: true,
            .alpha("alpha is the mean of the weights before they are clamped to [-1, 1]") {
                $0.reduce(0) { $0 + min(abs($1), 1) } / Double($0.count)
            }),
        Fault("alpha-off-by-one", .module, sumsAlpha: true) { _ in
            [(1, "next"), (-1, "previous")].map { step, which in
                .units("use the alpha of the filter itself, not of the \(which) one") { evaluator, index, unit in
                    let alpha = evaluator.parameters(ofLayer: index, unit).roundedAlpha
                    evaluator.model.values[evaluator.key(UnitKey.alpha, ofLayer: index)] = alpha.rotated(by: step)
                }
            }
        },
        Fault(
            "alpha-per-tensor", .module, sumsAlpha: true,
            .units("alpha is one number a filter, not one a tensor") { evaluator, index, unit in
                let alpha = evaluator.parameters(ofLayer: index, unit).alpha
                let mean = Float(alpha.reduce(0, +) / Double(alpha.count))
                evaluator.model.values[evaluator.key(UnitKey.alpha, ofLayer: index)] = alpha.map { _ in mean }
            }),
    ]

    private static let shifts = [
        Fault(
            "shift-missing", .signs, idle: .noShift,
            .parameter(UnitKey.shift, "add move0.bias before the sign") { $0.map { _ in 0 } }),
        Fault(
            "shift-negated", .signs, idle: .noShift,
            .parameter(UnitKey.shift, "add move0.bias, do not subtract it") { $0.map { -$0 } }),
        Fault(
            "shift-after-sign", .signs, idle: .noShift,
            .inject("add move0.bias before the sign, not after it") { $0.shiftsAfterSign = true }),
    ]

    private static let slopes = [
        Fault("slope-off-by-one", .module) { _ in
            [(1, "next"), (-1, "previous")].map { step, which in
                .parameter(
                    UnitKey.slope, "use the PReLU slope of the channel itself, not of the \(which) one"
                ) { $0.rotated(by: step) }
            }
        },
        Fault(
            "slope-shared", .module,
            .parameter(UnitKey.slope, "each channel has its own PReLU slope; the first is used for all") { slope in
                slope.map { _ in slope[0] }
            },
            .parameter(UnitKey.slope, "each channel has its own PReLU slope; their mean is used for all") { slope in
                let mean = Float(slope.reduce(0) { $0 + Double($1) } / Double(slope.count))
                return slope.map { _ in mean }
            }),
        Fault(
            "slope-on-positives", .module, idle: .slopesOfOne,
            .inject("the PReLU slope applies to negative values") { $0.appliesSlopeToPositives = true }),
        Fault(
            "slope-missing", .module,
            .parameter(UnitKey.slope, "apply the PReLU: negative values are multiplied by the slope") {
                $0.map { _ in 1 }
            },
            .parameter(UnitKey.slope, "apply the PReLU: negative values are multiplied by the slope, not by 0") {
                $0.map { _ in 0 }
            }),
    ]

    private static let biases = [
        Fault(
            "first-bias-missing", .module, idle: .noFirstBias,
            .parameter(UnitKey.firstBias, "add relu.pr_bias0.bias before the PReLU") { $0.map { _ in 0 } }),
        Fault(
            "second-bias-missing", .module, idle: .noSecondBias,
            .parameter(UnitKey.secondBias, "add relu.pr_bias1.bias after the PReLU") { $0.map { _ in 0 } }),
        Fault(
            "biases-swapped", .module,
            .units("pr_bias0 comes before the PReLU and pr_bias1 after it") { evaluator, index, _ in
                let keys = [UnitKey.firstBias, UnitKey.secondBias].map { evaluator.key($0, ofLayer: index) }
                let values = keys.map { evaluator.model.values[$0] }
                for (key, other) in zip(keys, values.reversed()) { evaluator.model.values[key] = other }
            }),
        Fault("convolution-bias-missing", .module, needs: .convolutionBias) { context in
            guard context.units.contains(where: { context.network.layers[$0].operation.unit?.bias == true }) else {
                return []
            }
            return [.parameter(UnitKey.bias, "add binary_conv.bias after the scale") { $0.map { _ in 0 } }]
        },
    ]

    private static let shortcuts = [
        Fault("residual-missing", .module, .inject("add the unit's input to its output") { $0.shortcut = .missing }),
        Fault(
            "residual-after-shift", .module, idle: .noShift,
            .inject("the residual is the unit's input before move0") { $0.shortcut = .shifted }),
        Fault(
            "residual-upsampling-bilinear", .module, needs: .upsampledResidual,
            .inject("the residual is upsampled by repeating pixels, not bilinearly") {
                $0.shortcut = .bilinear(alignsCorners: false)
            }),
        Fault("residual-upsampling-shifted", .module, needs: .upsampledResidual) { context in
            let steps = 0..<context.residualFactor
            let shifts = steps.flatMap { rows in steps.map { (rows, $0) } }.dropFirst().flatMap { rows, columns in
                [1, -1].map { PixelShift(rows: $0 * rows, columns: $0 * columns) }
            }
            return shifts.flatMap { shift in
                [(false, ""), (true, " and round to the other side")].map { wraps, end in
                    .inject("the residual's repeated pixels are in their own place, not moved \(shift.text)\(end)") {
                        $0.shortcut = .moved(rows: shift.rows, columns: shift.columns, wraps: wraps)
                    }
                }
            }
        },
    ]
}

// What can be wrong with the order of weights, of bits and of pixels.
extension FaultTable {
    private static let weights = [
        Fault(
            "kernel-rotated", .sums,
            FaultWay(
                "the kernel is not turned by 180 degrees: this is a cross-correlation",
                .weights { $0.index($1.output, $1.input, $0.kernel - 1 - $1.row, $0.kernel - 1 - $1.column) })),
        Fault(
            "kernel-transposed", .sums,
            FaultWay(
                "the kernel's rows and columns are swapped",
                .weights { $0.index($1.output, $1.input, $1.column, $1.row) })),
        Fault(
            "channels-transposed", .sums,
            FaultWay(
                "weights lie as (outputs, inputs, rows, columns); these two are swapped",
                .weights { $0.transposed.index($1.input, $1.output, $1.row, $1.column) }),
            .units("signs lie as (outputs, inputs, rows, columns); these two are swapped, alpha is right") {
                evaluator, index, _ in
                evaluator.reorderSigns(ofLayer: index) { $0.transposed.index($1.input, $1.output, $1.row, $1.column) }
            }),
        Fault(
            "bits-inverted", .sums,
            .parameter(UnitKey.weight, "bit 1 of a weight is +1, bit 0 is -1") { $0.map { -$0 } }),
    ]

    private static let bits = [
        Fault("bits-reversed", .sums) { _ in
            [8, 16, 32, 64].map { word in
                .channels("bit 0 of a word of \(word) is its first channel") { $0 / word * word + word - 1 - $0 % word }
            }
        },
        Fault("word-order", .sums, needs: .wideUnits) { context in
            let widest = context.units.compactMap { context.network.layers[$0].operation.unit?.inputs }.max() ?? 0
            let bytes: [FaultWay] = [16, 32, 64].map { word in
                .channels("the bytes of a word of \(word) bits are in the other order") {
                    $0 / word * word + (word / 8 - 1 - $0 % word / 8) * 8 + $0 % 8
                }
            }
            let halves = FaultWay.channels("the halves of a word of 64 bits are in the other order") { $0 ^ 32 }
            let words: [FaultWay] = [8, 16, 32, 64].filter { widest > $0 }.map { word in
                .channels("the first word of \(word) bits holds the first channels") {
                    ((widest + word - 1) / word - 1 - $0 / word) * word + $0 % word
                }
            }
            return bytes + [halves] + words
        },
    ]

    private static let shuffles = [
        Fault("pixel-shuffle-dcr", .module, needs: .pixelShuffle) {
            [
                .shuffles(
                    "pixel shuffle in PyTorch's order (ONNX's CRD): channel c r r + i r + j, not (i r + j) C + c",
                    $0.layers, .pixelMajor)
            ]
        },
        Fault("pixel-shuffle-transposed", .module, needs: .pixelShuffle) {
            [.shuffles("pixel shuffle: rows and columns within a pixel are swapped", $0.layers, .transposed)]
        },
        Fault("units-swapped", .signs, needs: .pairOfUnits) { context in
            let (network, values) = (context.network, context.evaluator.model.values)
            guard context.units.count == 1, let index = context.units.first else { return context.swappedPairs }
            let layer = network.layers[index]
            let all = network.unitIndices.filter { network.layers[$0].operation == layer.operation && $0 != index }
            // Swapping is a matter of neighbours: a loop that is off by one, or two names confused.
            return all.sorted(by: { abs($0 - index) < abs($1 - index) }).prefix(3).map { other in
                let prefix = network.layers[other].prefix
                return FaultWay(
                    "use the parameters of \(layer.prefix), not those of \(prefix)",
                    .network { $0.model.take(layer, from: prefix, values) })
            }
        },
        Fault("convolution-bias-missing", .module, needs: .convolutionBias) { context in
            let biased = context.convolutions.filter { context.network.layers[$0].operation.convolution?.bias == true }
            let keys = biased.map { "\(context.network.layers[$0].prefix).bias" }
            let all = ("the biases of the float convolutions", keys)
            return (keys.map { ($0, [$0]) } + (keys.count > 1 ? [all] : [])).map { words, keys in
                FaultWay(
                    "add \(words)",
                    .network { evaluator in
                        for key in keys { evaluator.model.values[key] = evaluator.model.values[key]?.map { _ in 0 } }
                    })
            }
        },
    ]
}

// What can be wrong with k, the skip, activations, the choice of weights and what is stored.
extension FaultTable {
    private static let factors = [
        Fault("k-missing", .module, needs: .factor, isGlobal: true) { context in
            let k = context.network.amplification.shortText
            return [.factor("multiply the input by k = \(k) and divide the output by it", 1, context.factors)]
        },
        Fault("k-missing-at-input", .module, needs: .factor, isGlobal: true) { context in
            let k = context.network.amplification.shortText
            return [.factor("multiply the input by k = \(k)", 1, [context.factors[0]])]
        },
        Fault("k-missing-at-output", .module, needs: .factor, isGlobal: true) { context in
            let k = context.network.amplification.shortText
            return [.factor("divide the output by k = \(k)", 1, [context.factors[1]])]
        },
        Fault("k-other", .module, needs: .factor, isGlobal: true) { context in
            let k = context.network.amplification
            // A fitted 1 or k is another fault, or none.
            return context.fit.factors.filter { factor in
                [1, k].allSatisfy { abs(factor / $0 - 1) > Thresholds.sameFactor }
            }
            .map { .factor("use k = \(k.shortText), not \($0.shortText)", $0, context.factors) }
        },
    ]

    private static let skips = [
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

    private static let choices = [
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

    private static let formats = [
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
