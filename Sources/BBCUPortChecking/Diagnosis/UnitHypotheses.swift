import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

extension HypothesisBuilder {
    /// What can be wrong within 1-bit units.
    package mutating func addUnitHypotheses() {
        addSigns()
        addScales()
        addShifts()
        addSlopes()
        addBiases()
        addShortcuts()
    }

    private mutating func addSigns() {
        addUnitValue("padding-minus-one", "pad the signs with 0, not -1") { $0.padding = .minusOne }
        addUnitValue("padding-plus-one", "pad the signs with 0, not +1") { $0.padding = .plusOne }
        addUnitDeviation("padding-edge", "pad the signs with 0, not with the image's edge") { $0.padsWithEdge = true }
        addUnitDeviation(
            "padding-before-shift", "pad the signs with 0, not the values before the shift: the border is no sign"
        ) { $0.padsBeforeShift = true }
        addUnitValue("sign-of-zero-plus-one", "the sign of exactly 0 is 0, not +1") { $0.signOfZero = .plusOne }
        addUnitValue("sign-of-zero-minus-one", "the sign of exactly 0 is 0, not -1") { $0.signOfZero = .minusOne }
        addUnitDeviation("popcount-unscaled", "the sum is 2 p - n, not the count p of equal bits") {
            $0.sums = .unscaled
        }
        addUnitDeviation("popcount-unscaled", "the sum is 2 p - n, not p - n") { $0.sums = .unscaledLessCount }
        addUnitDeviation("popcount-unscaled", "the sum is 2 p - n for p equal bits, not the count of unequal bits") {
            $0.sums = .unequal
        }
        for equal in [false, true] {
            addUnitDeviation(
                "border-count-unmasked", "at the border n is the number of taps within the image, not all of them"
            ) { $0.sums = .borderUnmasked(equal: equal) }
        }
        addUnitDeviation("accumulator-wraps", "the sum needs more than 8 bits; it wraps round") {
            $0.sums = .wraps(bits: 8)
        }
        addUnitDeviation("accumulator-saturates", "the sum needs more than 8 bits; it saturates") {
            $0.sums = .saturates(bits: 8)
        }
        addUnitDeviation("accumulator-saturates", "the sum needs more than 8 bits; it saturates at -127 and 127") {
            $0.sums = .saturates(bits: 8, isSymmetric: true)
        }
        for word in [8, 32, 64] {
            for twice in [1, 2] {
                addUnits(
                    "tail-bits-unmasked",
                    "mask the unused bits of the last word of \(word) (\(twice == 1 ? "counted once" : "counted as equal bits"))"
                ) { evaluator, index, unit in
                    let tail = (word - unit.inputs % word) % word
                    guard tail > 0 else { return }
                    evaluator.injectedFaults[index] = .with { $0.sums = .tail(perTap: tail * twice) }
                }
            }
        }
    }

    private mutating func addScales() {
        addAlpha("alpha-missing", "multiply each filter's sum by its alpha") { _ in 1 }
        addAlpha("alpha-sum", "alpha is the mean magnitude of a filter's weights, not their sum") {
            $0.reduce(0) { $0 + abs($1) }
        }
        addAlpha("alpha-rms", "alpha is the mean magnitude of a filter's weights, not their root mean square") {
            ($0.reduce(0) { $0 + $1 * $1 } / Double($0.count)).squareRoot()
        }
        addAlpha("alpha-median", "alpha is the mean magnitude, not the median (the lower of two)") {
            $0.map { abs($0) }.sorted()[($0.count - 1) / 2]
        }
        addAlpha("alpha-median", "alpha is the mean magnitude, not the median (the mean of two)") {
            let sorted = $0.map { abs($0) }.sorted()
            return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
        addAlpha("alpha-after-clamp", "alpha is the mean of the weights before they are clamped to [-1, 1]") {
            $0.reduce(0) { $0 + min(abs($1), 1) } / Double($0.count)
        }
        for step in [1, -1] {
            addUnits(
                "alpha-off-by-one",
                "use the alpha of the filter itself, not of the \(step == 1 ? "next" : "previous") one"
            ) { evaluator, index, unit in
                let prefix = evaluator.network.layers[index].prefix
                let alpha = UnitParameters(unit, prefix: prefix, model: evaluator.model).roundedAlpha
                evaluator.model.values["\(prefix).\(UnitKey.alpha)"] = alpha.rotated(by: step)
            }
        }
        addUnits("alpha-per-tensor", "alpha is one number a filter, not one a tensor") { evaluator, index, unit in
            let prefix = evaluator.network.layers[index].prefix
            let alpha = UnitParameters(unit, prefix: prefix, model: evaluator.model).alpha
            let mean = Float(alpha.reduce(0, +) / Double(alpha.count))
            evaluator.model.values["\(prefix).\(UnitKey.alpha)"] = alpha.map { _ in mean }
        }
    }

    private mutating func addAlpha(_ id: String, _ change: String, _ scale: ([Double]) -> Double) {
        guard evaluator.model.hasLatentWeights || id == "alpha-missing" else { return }
        addUnits(id, change) { evaluator, index, unit in
            let prefix = evaluator.network.layers[index].prefix
            let latent = evaluator.model.values(prefix, UnitKey.weight)
            let size = latent.count / unit.outputs
            evaluator.model.values["\(prefix).\(UnitKey.alpha)"] = (0..<unit.outputs).map { output in
                Float(scale(latent[output * size..<(output + 1) * size].map { Double($0) }))
            }
        }
    }

    private mutating func addShifts() {
        addParameter("shift-missing", "add move0.bias before the sign", UnitKey.shift) { $1.map { _ in 0 } }
        addParameter("shift-negated", "add move0.bias, do not subtract it", UnitKey.shift) { $1.map { -$0 } }
        addUnitDeviation("shift-after-sign", "add move0.bias before the sign, not after it") {
            $0.shiftsAfterSign = true
        }
    }

    private mutating func addSlopes() {
        for step in [1, -1] {
            addParameter(
                "slope-off-by-one",
                "use the PReLU slope of the channel itself, not of the \(step == 1 ? "next" : "previous") one",
                UnitKey.slope
            ) { $1.rotated(by: step) }
        }
        addParameter("slope-shared", "each channel has its own PReLU slope; the first is used for all", UnitKey.slope) {
            _, slope in slope.map { _ in slope[0] }
        }
        addParameter("slope-shared", "each channel has its own PReLU slope; their mean is used for all", UnitKey.slope)
        {
            _, slope in
            let mean = Float(slope.reduce(0) { $0 + Double($1) } / Double(slope.count))
            return slope.map { _ in mean }
        }
        addUnitDeviation("slope-on-positives", "the PReLU slope applies to negative values") {
            $0.appliesSlopeToPositives = true
        }
        addParameter("slope-missing", "apply the PReLU: negative values are multiplied by the slope", UnitKey.slope) {
            $1.map { _ in 1 }
        }
        addParameter(
            "slope-missing", "apply the PReLU: negative values are multiplied by the slope, not by 0", UnitKey.slope
        ) {
            $1.map { _ in 0 }
        }
    }

    private mutating func addBiases() {
        addParameter("first-bias-missing", "add relu.pr_bias0.bias before the PReLU", UnitKey.firstBias) {
            $1.map { _ in 0 }
        }
        addParameter("second-bias-missing", "add relu.pr_bias1.bias after the PReLU", UnitKey.secondBias) {
            $1.map { _ in 0 }
        }
        addUnits("biases-swapped", "pr_bias0 comes before the PReLU and pr_bias1 after it") { evaluator, index, _ in
            let prefix = evaluator.network.layers[index].prefix
            let (first, second) = ("\(prefix).\(UnitKey.firstBias)", "\(prefix).\(UnitKey.secondBias)")
            let values = evaluator.model.values
            evaluator.model.values[first] = values[second]
            evaluator.model.values[second] = values[first]
        }
        if units.contains(where: { network.layers[$0].operation.unit?.bias == true }) {
            addParameter("convolution-bias-missing", "add binary_conv.bias after the scale", UnitKey.bias) {
                $1.map { _ in 0 }
            }
        }
    }

    private mutating func addShortcuts() {
        addUnitDeviation("residual-missing", "add the unit's input to its output") { $0.shortcut = .missing }
        addUnitDeviation("residual-after-shift", "the residual is the unit's input before move0") {
            $0.shortcut = .shifted
        }
        let factors = units.compactMap { network.layers[$0].operation.unit }.map(\.shuffleFactor)
        guard let factor = factors.max(), factor > 1 else { return }
        addUnitDeviation(
            "residual-upsampling-bilinear", "the residual is upsampled by repeating pixels, not bilinearly"
        ) {
            $0.shortcut = .bilinear(alignsCorners: false)
        }
        for rows in 0..<factor {
            for columns in 0..<factor where (rows, columns) != (0, 0) {
                for sign in [1, -1] {
                    let shift = PixelShift(rows: sign * rows, columns: sign * columns)
                    for wraps in [false, true] {
                        addUnitDeviation(
                            "residual-upsampling-shifted",
                            "the residual's repeated pixels are in their own place, not moved \(shift.text)"
                                + (wraps ? " and round to the other side" : "")
                        ) { $0.shortcut = .moved(rows: shift.rows, columns: shift.columns, wraps: wraps) }
                    }
                }
            }
        }
    }
}

extension [Float] {
    /// Each place with the value of the one so many further, the first after the last.
    fileprivate func rotated(by step: Int) -> [Float] { indices.map { self[($0 + step + count) % count] } }
}
