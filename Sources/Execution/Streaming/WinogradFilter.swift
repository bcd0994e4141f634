import CKernels
import Networks

/// How float convolutions are computed where no sign is taken of what comes of them. Before a sign they are always
/// direct: one rounding more could turn it.
public enum FloatMethod: String, Sendable, CaseIterable {
    /// Directly: the bits of the layer-wise path.
    case exact
    /// F(2x2, 3x3): 2.25 times fewer products, an error below 2e-6 of a convolution's range.
    case standard
    /// F(4x4, 3x3): 4 times fewer products, an error of about 1e-5 of a convolution's range.
    case fast

    /// Outputs that one tile makes, a side; nil for direct convolutions.
    package var tile: Int? {
        switch self {
        case .exact: nil
        case .standard: 2
        case .fast: 4
        }
    }
}

/// A 3x3 convolution prepared for Winograd's minimal filtering F(m x m, 3 x 3): an output tile of m x m values is
///
///     Y = A^T [ sum over inputs of (G g G^T) * (B^T d B) ] A
///
/// with d the (m + 2) x (m + 2) inputs under the tile, g the 3x3 weights and * element by element (Lavin and Gray, Fast
/// Algorithms for Convolutional Neural Networks, CVPR 2016, equations 8 to 14, whose matrices are used). G g G^T is
/// computed here in float64 and rounded once to float32; the rest is `winograd_template.h`.
package struct WinogradFilter: Sendable {
    /// Outputs of a tile, a side: m.
    package let tile: Int
    let inputs: Int
    /// The factor of the pixel shuffle that follows; 1 for none. The filter's result is the shuffle's.
    package let factor: Int
    /// Channels of a pixel of the result.
    package let channels: Int
    /// Blocks of 16 outputs for each of the factor x factor pixels that become of one.
    let blocks: Int
    /// Block of 32 outputs, point of the transformed tile, input, output within the block.
    let weights: [Float]
    let bias: [Float]

    /// The method's name.
    package var method: String { "F(\(tile)x\(tile))" }

    /// Rows and columns under a tile: m + 2.
    package var side: Int { tile + 2 }

    /// Transforms weights of PyTorch's shape (outputs, inputs, 3, 3); an empty bias is zero.
    ///
    /// - Parameter shuffle: what follows the convolution, if anything does.
    package init(
        inputs: Int, outputs: Int, weights: [Float], bias: [Float], shuffle: PixelShuffle? = nil, tile: Int
    ) {
        self.tile = tile
        self.inputs = inputs
        factor = shuffle?.factor ?? 1
        channels = outputs / (factor * factor)
        let order = BinaryFilter.padded(shuffle?.pixelOrder(of: outputs) ?? Array(0..<outputs), groupsOf: channels)
        blocks = order.count / (factor * factor) / Int(BBCU_FLOAT_BLOCK)
        let block = Int(BBCU_WINOGRAD_BLOCK)
        let points = (tile + 2) * (tile + 2)
        let count = (order.count + block - 1) / block * block
        var packed = [Float](repeating: 0, count: count * points * inputs)
        let transform = Self.weightTransform(tile)
        for (place, output) in order.enumerated() {
            guard let output else { continue }
            for input in 0..<inputs {
                let start = (output * inputs + input) * 9
                let transformed = Self.transform(weights[start..<start + 9].map(Double.init), by: transform)
                for (point, value) in transformed.enumerated() {
                    packed[((place / block * points + point) * inputs + input) * block + place % block] = Float(value)
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

    /// G, (m + 2) x 3: Lavin and Gray, equations 9 and 14.
    static func weightTransform(_ tile: Int) -> [[Double]] {
        tile == 2
            ? [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]]
            : [[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]].map { $0.map { $0 / 24 } }
    }

    /// B^T, (m + 2) x (m + 2).
    package static func inputTransform(_ tile: Int) -> [[Float]] {
        tile == 2
            ? [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]
            : [
                [4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0],
                [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1],
            ]
    }

    /// A^T, m x (m + 2).
    package static func outputTransform(_ tile: Int) -> [[Double]] {
        tile == 2
            ? [[1, 1, 1, 0], [0, 1, -1, -1]]
            : [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
    }

    /// Outputs with those that fill up blocks.
    package var placeCount: Int { factor * factor * blocks * Int(BBCU_FLOAT_BLOCK) }

    /// The products at one point as a 1x1 convolution of the tiles, to all places; or the sums of their magnitudes.
    package func pointFilter(_ point: Int, magnitudes: Bool = false) -> FloatFilter<Float> {
        let block = Int(BBCU_WINOGRAD_BLOCK)
        var result: [Float] = []
        for place in 0..<placeCount {
            for input in 0..<inputs {
                let weight = weights[((place / block * side * side + point) * inputs + input) * block + place % block]
                result.append(magnitudes ? abs(weight) : weight)
            }
        }
        let isStart = point == side + 1 && !magnitudes
        return FloatFilter(
            inputs: inputs, outputs: placeCount, kernel: 1, weights: result,
            bias: isStart ? Array(bias.prefix(placeCount)) : [])
    }

    /// G g G^T, row after row.
    private static func transform(_ weights: [Double], by matrix: [[Double]]) -> [Double] {
        func product(_ a: [Double], _ b: [Double]) -> Double { a[0] * b[0] + a[1] * b[1] + a[2] * b[2] }
        let columns = (0..<3).map { [weights[$0], weights[3 + $0], weights[6 + $0]] }
        return matrix.flatMap { row in
            let middle = columns.map { product(row, $0) }
            return matrix.map { product($0, middle) }
        }
    }

    /// Floats that a thread needs for what is in between.
    var scratchCount: Int { bbcu_winograd_scratch(tile, inputs) }

    /// The convolution, and the shuffle that follows, of rows that have a border of one pixel; the first one lies at a
    /// multiple of ``tile``.
    package func apply(toPadded values: [Float], height: Int, width: Int, kernels: Kernels) -> FeatureMap<Float> {
        kernels.convolve(self, height: height, width: width, padded: values)
    }
}

extension Model {
    /// The float convolution of a layer for Winograd's filtering, with the pixel shuffle that follows it; nil where the
    /// method has it computed directly: where a sign is taken of what comes of it, and where it is not 3x3.
    func winogradFilter(ofLayer index: Int, _ method: FloatMethod) -> WinogradFilter? {
        let layers = network.layers
        guard let tile = method.tile, let shape = layers[index].operation.convolution, shape.kernel == 3,
            !layers[index...].contains(where: { $0.operation.unit != nil })
        else { return nil }
        var shuffle: PixelShuffle?
        if index + 1 < layers.count, case .pixelShuffle(let next) = layers[index + 1].operation { shuffle = next }
        return WinogradFilter(
            inputs: shape.inputs, outputs: shape.outputs, weights: values(layers[index].prefix, "weight"),
            bias: shape.bias ? values(layers[index].prefix, "bias") : [], shuffle: shuffle, tile: tile)
    }
}
