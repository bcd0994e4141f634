import BBCUExecution

/// A feature map in float64 and, for every value, how far a right port can be from it.
package struct Enclosure: Sendable {
    package var map: FeatureMap<Double>
    /// One a value; all zero for a map that is known exactly.
    package var radius: [Double]
    /// Whether no sign that was taken on the way here may be another in a correct port: then the radii hold only rounding.
    package var isSure = true

    /// A map that is known exactly.
    package init(exactly map: FeatureMap<Double>) {
        self.map = map
        radius = [Double](repeating: 0, count: map.values.count)
    }

    package init(_ map: FeatureMap<Double>, radius: [Double]) {
        self.map = map
        self.radius = radius
    }

    /// Pixels side by side.
    package init(pixels values: [Double], radius: [Double], channels: Int) {
        self.init(
            FeatureMap(height: 1, width: values.count / channels, channels: channels, filled: values), radius: radius)
    }

    /// The largest radius as a share of the largest magnitude: beyond a few percent a bound tells nothing.
    package var looseness: Double {
        let largest = map.values.reduce(0) { max($0, abs($1)) }
        let radius = radius.reduce(0, max)
        return radius == 0 ? 0 : largest > 0 ? radius / largest : .infinity
    }

    /// The radii as a map of the same sizes.
    package var radiusMap: FeatureMap<Double> { map.with(radius) }

    /// Applies a function of maps that only moves values to both.
    package func moved(_ move: (FeatureMap<Double>) -> FeatureMap<Double>) -> Enclosure {
        Enclosure(move(map), radius: move(radiusMap).values)
    }

    /// Adds one rounding of every value.
    package func rounded(_ arithmetic: Arithmetic) -> Enclosure {
        let (relative, absolute) = (arithmetic.relative, arithmetic.absolute)
        return Enclosure(
            map, radius: zip(radius, map.values).map { $0 + (relative * (abs($1) + $0) + absolute) })
    }
}
