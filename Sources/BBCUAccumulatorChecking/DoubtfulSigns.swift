import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// The signs of a unit's known input, of which dumped sums settle the doubtful ones.
///
/// All others are certain, so that what the dump differs by is A d, where d is what the doubtful signs change by. It is found
/// by least squares: a handful of unknowns where the signs of a whole map would be thousands.
struct DoubtfulSigns {
    private let unit: BinaryUnit
    /// -1, 0 or +1 of shape (outputs, inputs, kernel, kernel).
    private let weights: [Float]
    private let made: UnitSums
    /// The doubtful signs, by their place in the map.
    private let places: [Int]

    /// - Returns: nil where there are too many, or the sums are not those of a right unit.
    init?(_ unit: BinaryUnit, weights: [Float], _ made: UnitSums) {
        guard unit.padding == .zero, let radius = made.signRadius else { return nil }
        places = radius.values.indices.filter { radius.values[$0] > 0 }
        guard places.count <= Thresholds.mostDoubtfulSigns else { return nil }
        (self.unit, self.weights, self.made) = (unit, weights, made)
    }

    /// Where a sign has an effect: a pixel of the sums, and the tap that it is under there.
    private func reach(of sign: Int) -> [(pixel: Int, tap: Int)] {
        let map = made.signs
        let (row, column) = (sign / map.channels / map.width, sign / map.channels % map.width)
        let margin = unit.kernel / 2
        return (0..<unit.kernel * unit.kernel).compactMap { tap in
            let (y, x) = (row - tap / unit.kernel + margin, column - tap % unit.kernel + margin)
            guard (0..<map.height).contains(y), (0..<map.width).contains(x) else { return nil }
            return (y * map.width + x, tap)
        }
    }

    /// What a sign adds to the sums of a pixel, times what is given for each output.
    private func product(_ sign: Int, _ tap: Int, _ other: (_ output: Int) -> Double) -> Double {
        let taps = unit.kernel * unit.kernel
        let channel = sign % unit.inputs
        return (0..<unit.outputs).reduce(0) { sum, output in
            sum + Double(weights[(output * unit.inputs + channel) * taps + tap]) * other(output)
        }
    }

    /// The signs that come closest to making the dumped sums, as numbers; nil where the sums do not determine them.
    func solution(_ sums: FeatureMap<Double>, threads: Int) -> FeatureMap<Double>? {
        var signs = made.signs.asDouble
        guard !places.isEmpty else { return signs }
        let taps = unit.kernel * unit.kernel
        // The signs that meet at a pixel.
        var meeting: [Int: [(position: Int, tap: Int)]] = [:]
        for (position, place) in places.enumerated() {
            for (pixel, tap) in reach(of: place) { meeting[pixel, default: []].append((position, tap)) }
        }
        var matrix = BandedMatrix(size: places.count, reach: places.count - 1)
        var sides = [Double](repeating: 0, count: places.count)
        for (pixel, signs) in meeting {
            for (position, tap) in signs {
                let place = places[position]
                sides[position] += product(place, tap) { output in
                    let index = pixel * unit.outputs + output
                    return sums.values[index] - Double(made.sums.values[index])
                }
                for (other, otherTap) in signs {
                    let channel = places[other] % unit.inputs
                    let value = product(place, tap) { output in
                        Double(weights[(output * unit.inputs + channel) * taps + otherTap])
                    }
                    matrix.add(value, row: position, column: other)
                }
            }
        }
        guard matrix.factor(threads: threads) else { return nil }
        matrix.solve(&sides, count: 1)
        for (position, place) in places.enumerated() { signs.values[place] += sides[position] }
        return signs
    }
}
