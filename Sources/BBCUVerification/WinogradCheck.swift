import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// A float convolution as an image is restored with it, on the reference's own input, against the float64 convolution.
public struct ConvolutionCheck: Encodable, Sendable, Hashable {
    /// The module's name.
    public var name: String
    /// How it is computed: `F(4x4)` with tiles of 4x4 outputs.
    public var method: String
    /// The value with the largest share of its bound. Its place is that of the result after the pixel shuffle, where
    /// one follows.
    public var worst = WorstValue()
    /// The largest magnitude of the float64 convolution.
    public var range = 0.0

    /// The largest error as a share of the range.
    public var shareOfRange: Double { range > 0 ? worst.largestDifference / range : 0 }

    /// Whether every value was within its bound.
    public var holds: Bool { worst.holds }

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode(
            [
                "name": name, "method": method, "holds": holds, "range": range, "share_of_range": shareOfRange,
            ], with: worst)
    }
}

/// Holds one of Winograd's convolutions against its bound.
///
/// A tile's result is Y = A^T S A with S = sum of U * V over the inputs, U = G g G^T, V = B^T d B (``WinogradFilter``).
/// Errors are followed through these steps to first order in u = 2^-24, point by point, as in Barabasz, Anderson,
/// Soodhalter and Gregg, Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks
/// (ACM TOMS 46, 2020), section 4, but with the magnitudes that met instead of their norms:
///
/// * V: a term takes r = 6 roundings on its way at most, three a direction, so V is off by at most r u D with D =
///   |B^T| |d| |B|.
/// * U: computed in float64 and rounded once, off by u |U|.
/// * S: fused multiply-adds in order of the inputs of a group, off by u times the sum of |partial sum| (Higham, section
///   3.3); the groups' sums added up, each off by u times what there is then; and by what U and V are off: (r + 1) u W
///   with W = the sum of |U| D over the inputs. The bias is where S starts at the point that enters every output with
///   the factor 1.
/// * Y: q = 3 roundings a direction on the way of a term at most, each of at most u |A^T| |S| |A|.
///
///     |computed - exact| <= |A^T| E |A|,  E = u (sum of |partial sum| + (r + 1) W + 2 q |S|)
///
/// S, its partial sums and W are those of 1x1 convolutions of the tiles at each point.
struct WinogradCheck: Sendable {
    private let name: String
    private let filter: WinogradFilter
    private let shuffle: PixelShuffle?
    private let truth: FloatFilter<Double>
    /// The inputs of each group that is summed together.
    private let groups: [Range<Int>]
    /// For each point the transformed weights of each group, and the magnitudes of all.
    private let points: [(groups: [FloatFilter<Float>], magnitudes: FloatFilter<Float>)]

    /// Nil for a layer that is not computed so.
    ///
    /// - Parameter filters: those under test, by module.
    init?(_ model: BBCUModel, layer index: Int, _ filters: [String: WinogradFilter]) {
        let layer = model.network.layers[index]
        guard let shape = layer.operation.convolution, let filter = filters[layer.prefix]
        else { return nil }
        name = layer.prefix
        self.filter = filter
        if index + 1 < model.network.layers.count,
            case .pixelShuffle(let next) = model.network.layers[index + 1].operation
        {
            shuffle = next
        } else {
            shuffle = nil
        }
        truth = FloatFilter(
            shape, weights: model.values(layer.prefix, "weight").map(Double.init),
            bias: shape.bias ? model.values(layer.prefix, "bias").map(Double.init) : [])
        let groups = stride(from: 0, to: filter.inputs, by: filter.group).map {
            $0..<min($0 + filter.group, filter.inputs)
        }
        points = (0..<WinogradFilter.side * WinogradFilter.side).map { point in
            (
                groups.map { filter.pointFilter(point, inputs: $0) },
                filter.pointFilter(point, inputs: 0..<filter.inputs, magnitudes: true)
            )
        }
        self.groups = groups
    }

    /// Compares all values of the convolution of a map.
    ///
    /// - Throws: ``VerificationError/unbounded(module:)`` where a bound is not a finite number.
    func check(_ input: FeatureMap<Float>, kernels: Kernels) throws -> ConvolutionCheck {
        let tile = WinogradFilter.tile
        var alone = kernels
        alone.threads = 1
        let single = alone
        let rows = concurrentMap((input.height + tile - 1) / tile, threads: kernels.threads) { row in
            compareRows(from: row * tile, of: input, kernels: single)
        }
        let result = rows.reduce(into: ConvolutionCheck(name: name, method: WinogradFilter.method)) { result, row in
            result.worst.append(row.worst)
            result.range = max(result.range, row.range)
        }
        guard result.worst.isBounded else { throw VerificationError.unbounded(module: name) }
        return result
    }

    /// One row of tiles.
    private func compareRows(from first: Int, of input: FeatureMap<Float>, kernels: Kernels) -> ConvolutionCheck {
        let height = min(WinogradFilter.tile, input.height - first)
        let padded = input.paddedRows(first - 1..<first + WinogradFilter.side - 1)
        let inside = Array(padded.prefix((height + 2) * (input.width + 2) * input.channels))
        let found = filter.apply(toPadded: inside, height: height, width: input.width, kernels: kernels)
        let convolved = Double.convolve(
            kernels, height: height, width: input.width, padded: inside.map(Double.init), filter: truth, bounded: false)
        let map = FeatureMap(height: height, width: input.width, channels: truth.outputs, filled: convolved.output)
        let expected = shuffle.map { Rearranging.shuffle(map, $0) } ?? map
        let bounds = bounds(padded, width: input.width, height: height, kernels)
        var result = ConvolutionCheck(name: name, method: WinogradFilter.method)
        for index in found.values.indices {
            result.range = max(result.range, abs(expected.values[index]))
            result.worst.include(
                Double(found.values[index]), expected: expected.values[index], bound: bounds[index],
                at: found.place(of: index, belowRow: first * filter.factor))
        }
        return result
    }

    /// |A^T| E |A| for every value of a row of tiles, in the result's order.
    private func bounds(_ padded: [Float], width: Int, height: Int, _ kernels: Kernels) -> [Double] {
        let (tile, side) = (WinogradFilter.tile, WinogradFilter.side)
        let tiles = (width + tile - 1) / tile
        let errors = pointErrors(padded, width: width, tiles: tiles, kernels)
        let output = WinogradFilter.outputTransform.map { $0.map(abs) }
        // Columns of points first, then rows.
        let columns = (0..<side).map { column in
            Self.product(output, (0..<side).map { errors[$0 * side + column] })
        }
        let (factor, channels, places) = (filter.factor, filter.channels, filter.placeCount)
        let group = places / (factor * factor)
        var result = [Double](repeating: 0, count: height * factor * width * factor * channels)
        for row in 0..<height {
            let made = Self.product(output, columns.map { $0[row] })
            for column in 0..<width {
                let values = made[column % tile]
                for part in 0..<factor * factor {
                    let pixel = (row * factor + part / factor) * width * factor + column * factor + part % factor
                    let start = column / tile * places + part * group
                    for channel in 0..<channels { result[pixel * channels + channel] = values[start + channel] }
                }
            }
        }
        return result
    }

    /// E at every point: tile, then output.
    private func pointErrors(_ padded: [Float], width: Int, tiles: Int, _ kernels: Kernels) -> [[Double]] {
        let input = WinogradFilter.inputTransform
        let values = transform(padded, by: input, width: width, tiles: tiles)
        let magnitudes = transform(padded.map(abs), by: input.map { $0.map(abs) }, width: width, tiles: tiles)
        let (inputRoundings, outputRoundings) = (6.0, 3.0)
        // What the magnitudes' own sums, in float32, may have lost.
        let lost = 1 + 2 * Double(filter.inputs + 8) * Rounding.unit
        return points.indices.map { point in
            let (sums, running) = sums(values[point], at: point, tiles: tiles, kernels)
            let weighted = Float.convolve(
                kernels, height: 1, width: tiles, padded: magnitudes[point], filter: points[point].magnitudes,
                bounded: false
            ).output
            return sums.indices.map { index in
                let operands = (inputRoundings + 1) * Double(weighted[index]) * lost
                let result = 2 * outputRoundings * Double(abs(sums[index]))
                return (running[index] + Rounding.unit * (operands + result)) * Rounding.slack
            }
        }
    }

    /// S at a point, and what its own operations can be off.
    private func sums(_ values: [Float], at point: Int, tiles: Int, _ kernels: Kernels) -> ([Float], [Double]) {
        var totals: [Float] = []
        var errors: [Double] = []
        for (group, weights) in zip(groups, points[point].groups) {
            let part = (0..<tiles).flatMap { tile in
                values[tile * filter.inputs + group.lowerBound..<tile * filter.inputs + group.upperBound]
            }
            let (sums, partial) = Float.convolve(
                kernels, height: 1, width: tiles, padded: part, filter: weights, bounded: true)
            let running = partial.map { Rounding.runningError($0, steps: group.count) }
            guard group.lowerBound > 0 else {
                (totals, errors) = (sums, running)
                continue
            }
            for index in totals.indices {
                totals[index] += sums[index]
                errors[index] += running[index] + Rounding.unit * Double(abs(totals[index]))
            }
        }
        return (totals, errors)
    }

    /// M d M^T of every tile of a row: for every point tile, then channel.
    private func transform(_ padded: [Float], by matrix: [[Float]], width: Int, tiles: Int) -> [[Float]] {
        let side = WinogradFilter.side
        let rowCount = padded.count / side
        let channels = rowCount / (width + 2)
        let rows = (0..<side).map { Array(padded[$0 * rowCount..<($0 + 1) * rowCount]) }
        return Self.product(matrix, rows).flatMap { row in
            let columns = (0..<side).map { column in
                var values: [Float] = []
                values.reserveCapacity(tiles * channels)
                for pixel in stride(from: column, to: column + tiles * WinogradFilter.tile, by: WinogradFilter.tile) {
                    // Zeros beyond the border, where the last tile is not whole.
                    values +=
                        pixel < width + 2
                        ? row[pixel * channels..<(pixel + 1) * channels]
                        : [Float](repeating: 0, count: channels)[...]
                }
                return values
            }
            return Self.product(matrix, columns)
        }
    }

    /// A matrix times rows of values.
    private static func product<Scalar: BinaryFloatingPoint>(_ matrix: [[Scalar]], _ rows: [[Scalar]]) -> [[Scalar]] {
        matrix.map { factors in
            var sum = [Scalar](repeating: 0, count: rows[0].count)
            for (factor, row) in zip(factors, rows) where factor != 0 {
                for index in sum.indices { sum[index] += factor * row[index] }
            }
            return sum
        }
    }
}

extension FeatureMap {
    /// Where a value of a part of a larger map is in it.
    fileprivate func place(of index: Int, belowRow row: Int) -> FeatureIndex {
        var place = place(of: index)
        place.row += row
        return place
    }
}
