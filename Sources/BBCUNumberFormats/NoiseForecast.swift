import BBCUPlatform

/// What is expected of the errors of a feature map: roundings, which are everywhere, and what flips have done, which is
/// large where it is and nowhere else.
///
/// A sign that flips changes the pixels around it in all channels, some of which flip in turn, so that what one flip has
/// reached is a patch that grows by the kernel's radius a layer as long as it makes flips at its edge. Patches begin
/// anywhere, independently: they cover 1 - exp(-sum of density times area) of the pixels (the Boolean model of
/// stochastic geometry; Chiu et al., Stochastic Geometry and its Applications, section 3.1).
struct NoiseForecast: Sendable {
    /// Patches that began in the same layer.
    private struct Patches {
        /// How many began, a pixel.
        var density: Double
        /// Pixels from the middle to the edge.
        var radius: Double
    }

    /// Flips of a unit's signs.
    struct Flips {
        /// Where no flip before has reached.
        var fresh = 0.0
        /// Where one has, as a share of the signs there.
        var shareInPatches = 0.0
        var all = 0.0
    }

    /// The variance of the roundings' sum.
    var dense = 0.0
    /// The variance of what flips have done, over all values.
    var sparse = 0.0
    private var patches: [Patches] = []
    /// Of `dense`, what an activation has passed on: its variance before, and the activation's mean squared slope.
    private var activated = (variance: 0.0, gain: 0.0)

    var variance: Double { dense + sparse }

    /// The share of pixels that a flip has reached.
    var reached: Double {
        1 - (-patches.reduce(0) { $0 + $1.density * (2 * $1.radius + 1).raised(to: 2) }).exponential
    }

    /// Passes through a layer that sees so many pixels around each.
    mutating func pass(gain: Double, reach: Int = 0) {
        dense *= gain
        sparse *= gain
        for index in patches.indices { patches[index].radius += Double(reach) }
    }

    /// Passes through an activation.
    mutating func activate(gain: Double) {
        activated = (dense, gain)
        pass(gain: gain)
    }

    /// The variance of roundings near the thresholds.
    /// - Parameter slope: the mean squared slope that the activation before had there; nil where it is not known.
    private func variance(slope: Double?) -> Double {
        slope.map { max(0, dense + activated.variance * ($0 - activated.gain)) } ?? dense
    }

    /// Goes on to a map so many times as high and wide.
    mutating func enlarge(by factor: Int) {
        let factor = Double(factor)
        for index in patches.indices {
            patches[index].density /= factor * factor
            patches[index].radius = factor * patches[index].radius + (factor - 1) / 2
        }
    }

    /// Adds what flips of a unit's signs do.
    mutating func add(_ flips: Flips, of unit: NoiseProfile.Unit, channels: Int, reach: Int) {
        let share = min(1, flips.all / Double(max(1, unit.margins.total)))
        sparse += 4 * share * unit.terms * unit.squaredScales
        // A pixel at the edge sees about three of a patch's.
        let growth = 1 - (1 - min(1, flips.shareInPatches)).raised(to: Double(3 * channels))
        for index in patches.indices { patches[index].radius += Double(reach) * growth }
        patches.append(Patches(density: flips.fresh / unit.pixels, radius: Double(reach)))
    }

    /// The signs that are expected to flip.
    /// - Parameters:
    ///   - losses: the square of what each channel's shift loses.
    ///   - slope: the mean squared slope of the activation before where values are close to their thresholds.
    func flips(_ margins: MagnitudeHistogram, losses: [Double], slope: Double?) -> Flips {
        let reached = reached
        let dense = variance(slope: slope)
        /// The mean over the channels, most of which lose about the same.
        func crossings(_ variance: Double) -> Double {
            let kinds = Dictionary(grouping: losses) { $0 }
            return kinds.sorted { $0.key < $1.key }.reduce(0) { sum, kind in
                sum + margins.crossings(variance: variance + kind.key) * Double(kind.value.count)
            } / Double(max(1, losses.count))
        }
        var result = Flips(fresh: (1 - reached) * crossings(dense))
        result.all = result.fresh
        guard reached > 0 else { return result }
        let within = crossings(dense + sparse / reached)
        result.shareInPatches = within / Double(max(1, margins.total))
        result.all += reached * within
        return result
    }
}
