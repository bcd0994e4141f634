import BBCUExecution
import BBCUNetworks

/// A unit's parameters and filters, made once for many runs.
package struct PreparedUnit: Sendable {
    package let parameters: UnitParameters
    /// The signs of the weights.
    package let signs: FloatFilter<Float>
    /// Their magnitudes: 0 for a weight that is exactly zero, else 1.
    package let magnitudes: FloatFilter<Float>
    /// How far a port's alpha may be from `parameters`: rounded once from float64, or as the published code sums it.
    package var alphaLoss: [Double]
    /// What the published form leaves in each filter's weights; empty for a port that has none.
    package let residue: [Double]

    /// - Parameter hasResidue: whether the port may convolve with the published form's weights.
    package init(_ unit: BinaryUnit, _ prefix: String, _ model: BBCUModel, hasResidue: Bool) {
        parameters = UnitParameters(unit, prefix: prefix, model: model)
        let weights = parameters.weightSigns
        signs = FloatFilter(unit, weights: weights)
        magnitudes = FloatFilter(unit, weights: weights.map { abs($0) })
        let hasOwnAlpha = model.values(prefix, UnitKey.alpha).isEmpty
        residue = hasResidue && hasOwnAlpha ? parameters.residue(.published) : []
        let published = hasOwnAlpha ? parameters.publishedAlpha : parameters.roundedAlpha
        alphaLoss = zip(parameters.alpha, published).map { alpha, published in
            max(abs(Double(Float(alpha)) - alpha), abs(Double(published) - alpha))
        }
    }
}

/// What a unit makes before its epilogue, and how far a right port can be from it.
package struct UnitSums: Sendable {
    /// -1, 0 or +1.
    package let signs: FeatureMap<Float>
    /// 2 where a port may have another sign; nil for nowhere.
    package let signRadius: FeatureMap<Float>?
    /// The integer sums.
    package let sums: FeatureMap<Float>
    /// How far a sum may be for want of sure signs; nil for nowhere.
    package let radius: [Float]?
    /// The taps of the kernel that are added at each pixel: beyond the border there is nothing to round.
    package let taps: [Int]

    /// The sums and how far each may be.
    package var enclosure: Enclosure {
        Enclosure(sums.asDouble, radius: radius?.map(Double.init) ?? [Double](repeating: 0, count: sums.values.count))
    }

    /// The taps of a unit's kernel that lie within the image, for each pixel.
    /// - Parameter hasBorder: whether those beyond it are added too.
    package static func taps(of unit: BinaryUnit, height: Int, width: Int, hasBorder: Bool) -> [Int] {
        let reach = unit.kernel / 2
        func within(_ index: Int, _ size: Int) -> Int {
            hasBorder ? unit.kernel : min(index + reach, size - 1) - max(index - reach, 0) + 1
        }
        return (0..<height).flatMap { row in (0..<width).map { within(row, height) * within($0, width) } }
    }
}
