import BBCUNetworks

/// What a unit's parameters are like.
public struct UnitSummary: Sendable, Hashable {
    /// The smallest, the mean and the largest of some numbers.
    public struct Extent: Sendable, Hashable {
        /// The smallest.
        public let smallest: Double
        /// The mean.
        public let mean: Double
        /// The largest.
        public let largest: Double

        /// nil for no numbers.
        init?(_ values: [Double]) {
            guard let smallest = values.min(), let largest = values.max() else { return nil }
            self.smallest = smallest
            self.largest = largest
            mean = values.reduce(0, +) / Double(values.count)
        }
    }

    /// The module's name.
    public let name: String
    /// Alpha over the filters: the factor of the integer sums.
    public let alpha: Extent
    /// The shifts before the sign over the input's channels.
    public let shift: Extent
    /// The weights whose sign is +1, as a share of all.
    public let positiveWeights: Double
    /// The weights that are exactly zero.
    public let zeroWeights: Int
}

extension BBCUModel {
    /// What the parameters of each unit are like, in the order in which they run.
    public var unitSummaries: [UnitSummary] {
        network.layers.compactMap { layer in
            guard let unit = layer.operation.unit else { return nil }
            let parameters = UnitParameters(unit, prefix: layer.prefix, model: self)
            guard let alpha = UnitSummary.Extent(parameters.alpha),
                let shift = UnitSummary.Extent(parameters.shift.map(Double.init))
            else { return nil }
            let signs = parameters.weightSigns
            return UnitSummary(
                name: layer.prefix, alpha: alpha, shift: shift,
                positiveWeights: Double(signs.count { $0 > 0 }) / Double(max(1, signs.count)),
                zeroWeights: signs.count { $0 == 0 })
        }
    }
}
