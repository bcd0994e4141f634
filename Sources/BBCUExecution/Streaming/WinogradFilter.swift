import BBCUNetworks
import CBBCUKernels

/// How float convolutions are computed where no sign is taken of what comes of them. Before a sign they are always
/// direct: one rounding more could turn it.
public enum FloatMethod: String, Codable, Sendable, CaseIterable {
    /// Directly: the bits of the layer-wise path.
    case exact
    /// F(4x4, 3x3), 4 times fewer products, which are summed in groups of 16 inputs: an error below 2e-6 of a
    /// convolution's range, less than the direct convolution's own where there are many inputs.
    case standard
    /// F(4x4, 3x3) with all products in one sum: an error of about 5e-6 of a convolution's range.
    case fast
}

/// A 3x3 convolution prepared for Winograd's minimal filtering F(4x4, 3x3): an output tile of 4x4 values is
///
///     Y = A^T [ sum over inputs of (G g G^T) * (B^T d B) ] A
///
/// with d the 6x6 inputs under the tile, g the 3x3 weights and * element by element (Lavin and Gray, Fast Algorithms
/// for Convolutional Neural Networks, CVPR 2016, equation 8). The matrices are Toom and Cook's for the points 0, 1, -1,
/// 1/2, -2 and infinity. G g G^T is computed here in float64 and rounded once to float32; the rest is
/// `winograd_template.h`.
package struct WinogradFilter: Sendable {
    /// Outputs of a tile, a side.
    package static let tile = Int(BBCU_WINOGRAD_TILE)
    /// Rows and columns under a tile.
    package static let side = tile + 2
    /// How a stage that computes so is named.
    package static let method = "F(\(tile)x\(tile))"

    package let inputs: Int
    /// Inputs whose products are summed before they are added to the others': a float32 sum of a few terms, and of
    /// few such sums, is rounded fewer times than one of all.
    package let group: Int
    /// The factor of the pixel shuffle that follows; 1 for none. The filter's result is the shuffle's.
    package let factor: Int
    /// Channels of a pixel of the result.
    package let channels: Int
    /// Blocks of 16 outputs for each of the factor x factor pixels that become of one.
    let blocks: Int
    /// Block of 32 outputs, point of the transformed tile, input, output within the block.
    let weights: [Float]
    let bias: [Float]

    /// Transforms weights of PyTorch's shape (outputs, inputs, 3, 3); an empty bias is zero.
    ///
    /// - Parameters:
    ///   - shuffle: what follows the convolution, if anything does.
    ///   - group: inputs that are summed together; nil for all.
    package init(
        inputs: Int, outputs: Int, weights: [Float], bias: [Float], shuffle: PixelShuffle? = nil, group: Int?
    ) {
        self.inputs = inputs
        self.group = group ?? inputs
        factor = shuffle?.factor ?? 1
        channels = outputs / (factor * factor)
        let order = BinaryFilter.padded(shuffle?.pixelOrder(of: outputs) ?? Array(0..<outputs), groupsOf: channels)
        blocks = order.count / (factor * factor) / Int(BBCU_FLOAT_BLOCK)
        let block = Int(BBCU_WINOGRAD_BLOCK)
        let points = Self.side * Self.side
        let count = (order.count + block - 1) / block * block
        var packed = [Float](repeating: 0, count: count * points * inputs)
        var transformed = [Float](repeating: 0, count: points)
        for (place, output) in order.enumerated() {
            guard let output else { continue }
            for input in 0..<inputs {
                Self.transform(weights, from: (output * inputs + input) * 9, to: &transformed)
                let start = place / block * points * inputs + input
                for point in 0..<points {
                    packed[(start + point * inputs) * block + place % block] = transformed[point]
                }
            }
        }
        self.weights = packed
        let ordered = order.map { output -> Float in
            guard let output, !bias.isEmpty else { return 0 }
            return bias[output]
        }
        self.bias = ordered + [Float](repeating: 0, count: count - order.count)
    }

    /// Inputs that are summed together by default.
    package static let usualGroup = 16

    /// G: for each finite point p the powers 1, p, p^2 over the product of p's differences from the others.
    static let weightTransform: [[Double]] = [
        [1, 0, 0], [1.0 / 3, 1.0 / 3, 1.0 / 3], [-1.0 / 3, 1.0 / 3, -1.0 / 3], [-16.0 / 15, -8.0 / 15, -4.0 / 15],
        [1.0 / 15, -2.0 / 15, 4.0 / 15], [0, 0, 1],
    ]

    /// B^T: for each finite point the coefficients of the product of (x - q) over the others, for infinity over all.
    package static let inputTransform: [[Float]] = [
        [1, -1.5, -2, 1.5, 1, 0], [0, -1, 0.5, 2.5, 1, 0], [0, 1, -2.5, 0.5, 1, 0], [0, -2, -1, 2, 1, 0],
        [0, 0.5, -1, -0.5, 1, 0], [0, 1, -1.5, -2, 1.5, 1],
    ]

    /// A^T: the powers of the points, which infinity has only the last of.
    package static let outputTransform: [[Double]] = [
        [1, 1, 1, 1, 1, 0], [0, 1, -1, 0.5, -2, 0], [0, 1, 1, 0.25, 4, 0], [0, 1, -1, 0.125, -8, 1],
    ]

    /// Outputs with those that fill up blocks.
    package var placeCount: Int { factor * factor * blocks * Int(BBCU_FLOAT_BLOCK) }

    /// The products of some inputs at one point as a 1x1 convolution of the tiles, to all places; or the sums of their
    /// magnitudes.
    package func pointFilter(_ point: Int, inputs part: Range<Int>, magnitudes: Bool = false) -> FloatFilter<Float> {
        let block = Int(BBCU_WINOGRAD_BLOCK)
        var result: [Float] = []
        for place in 0..<placeCount {
            let start = (place / block * Self.side * Self.side + point) * inputs * block + place % block
            for input in part {
                let weight = weights[start + input * block]
                result.append(magnitudes ? abs(weight) : weight)
            }
        }
        let isStart = point == Self.side + 1 && part.lowerBound == 0 && !magnitudes
        return FloatFilter(
            inputs: part.count, outputs: placeCount, kernel: 1, weights: result,
            bias: isStart ? Array(bias.prefix(placeCount)) : [])
    }

    /// G g G^T, row after row, of the 3x3 weights from a place on.
    private static func transform(_ weights: [Float], from start: Int, to result: inout [Float]) {
        func product(_ row: [Double], _ a: Double, _ b: Double, _ c: Double) -> Double {
            row[0] * a + row[1] * b + row[2] * c
        }
        func weight(_ place: Int) -> Double { Double(weights[start + place]) }
        for (index, row) in weightTransform.enumerated() {
            let first = product(row, weight(0), weight(3), weight(6))
            let second = product(row, weight(1), weight(4), weight(7))
            let third = product(row, weight(2), weight(5), weight(8))
            for (column, other) in weightTransform.enumerated() {
                result[index * side + column] = Float(product(other, first, second, third))
            }
        }
    }

    /// Floats that a thread needs for what is in between.
    var scratchCount: Int { bbcu_winograd_scratch(inputs) }

    /// The convolution, and the shuffle that follows, of rows that have a border of one pixel; the first one lies at a
    /// multiple of ``tile``.
    package func apply(toPadded values: [Float], height: Int, width: Int, kernels: Kernels) -> FeatureMap<Float> {
        kernels.convolve(self, height: height, width: width, padded: values)
    }
}

extension BBCUModel {
    /// The float convolution of a layer for Winograd's filtering, with the pixel shuffle that follows it; nil where the
    /// method has it computed directly: where a sign is taken of what comes of it, and where it is not 3x3.
    func winogradFilter(ofLayer index: Int, _ method: FloatMethod) -> WinogradFilter? {
        let layers = network.layers
        guard method != .exact, let shape = layers[index].operation.convolution, shape.kernel == 3,
            !layers[index...].contains(where: { $0.operation.unit != nil })
        else { return nil }
        var shuffle: PixelShuffle?
        if index + 1 < layers.count, case .pixelShuffle(let next) = layers[index + 1].operation { shuffle = next }
        return WinogradFilter(
            inputs: shape.inputs, outputs: shape.outputs, weights: values(layers[index].prefix, "weight"),
            bias: shape.bias ? values(layers[index].prefix, "bias") : [], shuffle: shuffle,
            group: method == .standard ? WinogradFilter.usualGroup : nil)
    }
}
