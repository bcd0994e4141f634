import BBCUNetworks

/// A unit's parameters as its two paths need them.
package struct UnitParameters: Sendable {
    package let unit: BinaryUnit
    /// Added to the input, one a channel.
    package let shift: [Float]
    /// The latent weights, (outputs, inputs, kernel, kernel).
    package let latent: [Float]
    /// The 1-bit convolution's bias, or empty.
    package let bias: [Float]
    package let firstBias: [Float]
    package let slope: [Float]
    package let secondBias: [Float]
    /// The mean magnitude of each filter's latent weights, summed in float64; as the file has it for a packed model.
    package let alpha: [Double]
    /// Weights of one filter.
    package let filterSize: Int

    package init(_ unit: BinaryUnit, prefix: String, model: BBCUModel) {
        self.unit = unit
        shift = model.values(prefix, UnitKey.shift)
        latent = model.values(prefix, UnitKey.weight)
        bias = model.values(prefix, UnitKey.bias)
        firstBias = model.values(prefix, UnitKey.firstBias)
        slope = model.values(prefix, UnitKey.slope)
        secondBias = model.values(prefix, UnitKey.secondBias)
        let size = unit.filterSize
        filterSize = size
        let latent = latent
        let packed = model.values(prefix, UnitKey.alpha)
        alpha = (0..<unit.outputs).map { output in
            guard packed.isEmpty else { return Double(packed[output]) }
            var sum = 0.0
            for index in output * size..<(output + 1) * size { sum += Double(abs(latent[index])) }
            return sum / Double(size)
        }
    }

    /// Alpha rounded once to float32.
    package var roundedAlpha: [Float] { alpha.map(Float.init) }

    /// The signs of the weights: -1, 0 or +1.
    package var weightSigns: [Float] { latent.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 } }

    /// Alpha as the published code computes it: the mean over kernel columns, then rows, then inputs, in float32.
    package var publishedAlpha: [Float] {
        let kernel = unit.kernel
        return (0..<unit.outputs).map { output in
            var total: Float = 0
            for input in 0..<unit.inputs {
                var rows: Float = 0
                for row in 0..<kernel {
                    var columns: Float = 0
                    let start = ((output * unit.inputs + input) * kernel + row) * kernel
                    for index in start..<start + kernel { columns += abs(latent[index]) }
                    rows += columns / Float(kernel)
                }
                total += rows / Float(kernel)
            }
            return total / Float(unit.inputs)
        }
    }

    /// The weights that a float path convolves with.
    package func effectiveWeights(_ form: ReferenceForm) -> [Float] {
        let scales = form == .published ? publishedAlpha : roundedAlpha
        let latent = latent
        var result = latent
        for (output, scale) in scales.enumerated() {
            for index in output * filterSize..<(output + 1) * filterSize {
                result[index] = Self.effectiveWeight(latent[index], scale, form)
            }
        }
        return result
    }

    /// For each filter the sum of |effective weight - alpha sign(w)|: with signs of magnitude at most 1, no
    /// convolution can be further from alpha times the integer sum for this reason.
    package func residue(_ form: ReferenceForm) -> [Double] {
        let scales = form == .published ? publishedAlpha : roundedAlpha
        let latent = latent
        return scales.enumerated().map { output, scale in
            var sum = 0.0
            for index in output * filterSize..<(output + 1) * filterSize {
                let weight = latent[index]
                let exact = weight > 0 ? alpha[output] : weight < 0 ? -alpha[output] : 0
                sum += abs(Double(Self.effectiveWeight(weight, scale, form)) - exact)
            }
            return sum
        }
    }

    /// The straight-through estimator's arithmetic, left to right, which leaves a residue in the published form.
    @inline(__always) private static func effectiveWeight(
        _ weight: Float, _ alpha: Float, _ form: ReferenceForm
    ) -> Float {
        let scaled = weight > 0 ? alpha : weight < 0 ? -alpha : 0
        guard form == .published else { return scaled }
        let clamped = min(max(weight, -1), 1)
        return (scaled - clamped) + clamped
    }
}

/// Which arithmetic the float32 reference follows.
public enum ReferenceForm: String, Codable, Sendable, Hashable, CaseIterable {
    /// The published forward pass, with the straight-through estimators' residue in the weights.
    case published
    /// alpha sign(w), alpha rounded once.
    case exact
}
