import BBCUExecution

/// The error of float32 arithmetic that rounds to nearest, and what follows from it.
///
/// Every operation satisfies fl(a op b) = (a op b)(1 + d) with |d| <= u, and where a product may underflow an absolute
/// error of at most half the smallest subnormal is added (Higham, Accuracy and Stability of Numerical Algorithms,
/// 2nd edition, sections 2.2 and 2.8).
package enum Rounding {
    /// Half the distance from 1 to the next float32: 2^-24.
    package static let unit = Arithmetic.float32.relative

    /// More than what one product can lose by underflow: the smallest subnormal, 2^-149.
    package static let underflow = 0x1p-149

    /// Covers what first-order bounds leave out: a rounding of a rounding, u = 2^-24 of the bound for each of the few
    /// steps of a unit, and the float64 truth's own rounding, 2^-29 of it.
    package static let slack = 1 + 0x1p-16

    /// The running error bound of a dot product by fused multiply-adds: u times the sum of |partial sum| (Higham,
    /// section 3.3). The sum itself was added up in float32, which loses at most `steps` u of it.
    package static func runningError(_ magnitude: Float, steps: Int) -> Double {
        unit * Double(magnitude) * (1 + 2 * Double(steps) * unit) + Double(steps) * underflow
    }

    /// How much a PReLU can enlarge an error: it is continuous with the slopes 1 and `slope`.
    package static func steepest(_ slope: Float) -> Double { max(1, Double(abs(slope))) }

    /// The rounding of a bilinear interpolation, as a share of the largest of its four values: shares 2u and 2u,
    /// products u and u, sums u and u, and one more for their products.
    package static let bilinear = 9 * unit

    /// For every upsampled value the largest magnitude of the four that it lies between.
    package static func bilinearMagnitudes(_ map: FeatureMap<Float>, factor: Int) -> [Double] {
        let rows = Bilinear.axis(Float.self, size: map.height, factor: factor)
        let columns = Bilinear.axis(Float.self, size: map.width, factor: factor)
        var result: [Double] = []
        result.reserveCapacity(map.values.count * factor * factor)
        for row in rows {
            for column in columns {
                for channel in 0..<map.channels {
                    var largest: Float = 0
                    for y in [row.first, row.second] {
                        for x in [column.first, column.second] {
                            largest = max(largest, abs(map.values[map.index(channel: channel, row: y, column: x)]))
                        }
                    }
                    result.append(Double(largest))
                }
            }
        }
        return result
    }
}
