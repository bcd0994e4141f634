import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// The linear system conv(s, sign w) = S of a unit for maps of one size: as many equations a pixel as there are signs.
///
/// Its unknowns are the signs of the unit's input. Ordered along the shorter side of the map they meet only those of the
/// pixels around them, so that the matrix is banded.
struct SignSystem {
    let inputs: Int
    let height: Int
    let width: Int
    /// The outputs whose sums are used, `inputs` of them for every pixel.
    private let outputs: [[Int]]
    private var matrix: BandedMatrix

    /// Sets up and factors a system.
    ///
    /// - Parameters:
    ///   - weights: -1, 0 or +1 of shape (outputs, inputs, kernel, kernel).
    ///   - repeatsEdge: whether taps beyond the border see the nearest pixel, not 0.
    ///   - outputs: the outputs to use at each pixel, row by row.
    /// - Returns: nil where the sums do not determine the signs.
    init?(
        _ unit: BinaryUnit, weights: [Float], repeatsEdge: Bool = false, height: Int, width: Int, outputs: [[Int]],
        threads: Int
    ) {
        inputs = unit.inputs
        self.height = height
        self.width = width
        self.outputs = outputs
        let margin = unit.kernel / 2
        let line = min(height, width)
        matrix = BandedMatrix(
            size: height * width * unit.inputs, reach: (margin * line + margin + 1) * unit.inputs - 1)
        let taps = unit.kernel * unit.kernel
        for row in 0..<height {
            for column in 0..<width {
                for tap in 0..<taps {
                    var (y, x) = (row + tap / unit.kernel - margin, column + tap % unit.kernel - margin)
                    if repeatsEdge { (y, x) = (min(max(y, 0), height - 1), min(max(x, 0), width - 1)) }
                    guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                    for (equation, output) in outputs[row * width + column].enumerated() {
                        for input in 0..<unit.inputs {
                            matrix.add(
                                Double(weights[(output * unit.inputs + input) * taps + tap]),
                                row: place(row, column, equation), column: place(y, x, input))
                        }
                    }
                }
            }
        }
        guard matrix.factor(threads: threads) else { return nil }
    }

    /// Whether a unit's sums determine its signs and the system is small enough.
    static func isSolvable(_ unit: BinaryUnit, height: Int, width: Int) -> Bool {
        unit.outputs >= unit.inputs && max(height, width) <= Thresholds.largestSystem.side
            && height * width * unit.inputs <= Thresholds.largestSystem.unknowns
    }

    private func place(_ row: Int, _ column: Int, _ channel: Int) -> Int {
        (width <= height ? row * width + column : column * height + row) * inputs + channel
    }

    /// The signs that make the sums, as numbers.
    mutating func solve(_ sums: FeatureMap<Double>) -> FeatureMap<Double> {
        var sides = [Double](repeating: 0, count: height * width * inputs)
        forEachEquation { position, pixel, output in sides[position] = sums.values[pixel * sums.channels + output] }
        matrix.solve(&sides, count: 1)
        return map(sides)
    }

    /// How the signs answer to each of the given sums.
    /// - Parameter sums: which of the sums, by their place in the map.
    /// - Returns: one row a sign, in the order of ``solve(_:)``'s map; one column a sum.
    mutating func responses(to sums: [Int], outputs channels: Int) -> [Double] {
        var columns = [Int: Int]()
        for (column, place) in sums.enumerated() { columns[place] = column }
        var sides = [Double](repeating: 0, count: height * width * inputs * sums.count)
        forEachEquation { position, pixel, output in
            if let column = columns[pixel * channels + output] { sides[position * sums.count + column] = 1 }
        }
        matrix.solve(&sides, count: sums.count)
        var result = [Double](repeating: 0, count: sides.count)
        for row in 0..<height {
            for column in 0..<width {
                for channel in 0..<inputs {
                    let source = place(row, column, channel) * sums.count
                    let target = ((row * width + column) * inputs + channel) * sums.count
                    for index in 0..<sums.count { result[target + index] = sides[source + index] }
                }
            }
        }
        return result
    }

    private func forEachEquation(_ body: (_ position: Int, _ pixel: Int, _ output: Int) -> Void) {
        for row in 0..<height {
            for column in 0..<width {
                let pixel = row * width + column
                for (equation, output) in outputs[pixel].enumerated() {
                    body(place(row, column, equation), pixel, output)
                }
            }
        }
    }

    private func map(_ values: [Double]) -> FeatureMap<Double> {
        var result = FeatureMap<Double>(zeros: inputs, height: height, width: width)
        for row in 0..<height {
            for column in 0..<width {
                for channel in 0..<inputs {
                    result.values[result.index(channel: channel, row: row, column: column)] =
                        values[place(row, column, channel)]
                }
            }
        }
        return result
    }
}
