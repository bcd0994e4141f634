import BBCUExecution
import BBCUNetworks
import TestSupport
import Testing

/// The 1-bit path against a scalar definition, for every kernel of this machine and one and two threads.
@Suite struct BinarizedPathTests {
    /// One unit on one random map.
    struct TensorShape: Sendable, CustomTestStringConvertible {
        var inputs: Int
        var outputs: Int
        var kernel: Int
        var height: Int
        var width: Int
        var padding = Padding.zero
        var zero = SignOfZero.zero
        var testDescription: String { "\(inputs)->\(outputs) k\(kernel) \(height)x\(width) \(padding) \(zero)" }
    }

    static let shapes: [TensorShape] = {
        var generator = SplitMix64(seed: 11)
        var shapes = [
            TensorShape(inputs: 64, outputs: 64, kernel: 3, height: 1, width: 1),
            TensorShape(inputs: 1, outputs: 1, kernel: 3, height: 5, width: 1),
            TensorShape(inputs: 130, outputs: 9, kernel: 3, height: 2, width: 7),
            TensorShape(inputs: 65, outputs: 8, kernel: 5, height: 3, width: 3),
            TensorShape(inputs: 63, outputs: 7, kernel: 1, height: 4, width: 6),
            TensorShape(inputs: 40, outputs: 40, kernel: 3, height: 4, width: 5, padding: .minusOne, zero: .plusOne),
            TensorShape(inputs: 70, outputs: 5, kernel: 3, height: 4, width: 5, padding: .plusOne, zero: .minusOne),
        ]
        for _ in 0..<40 {
            shapes.append(
                TensorShape(
                    inputs: .random(in: 1...140, using: &generator), outputs: .random(in: 1...40, using: &generator),
                    kernel: [1, 3, 5].randomElement(using: &generator) ?? 3,
                    height: .random(in: 1...9, using: &generator), width: .random(in: 1...21, using: &generator)))
        }
        return shapes
    }()

    @Test(arguments: shapes, [false, true])
    func sumsEqualTheScalarDefinition(_ shape: TensorShape, hasZeroWeights: Bool) throws {
        var generator = SplitMix64(seed: UInt64(shape.inputs * 1000 + shape.outputs))
        var unit = BinaryUnit(
            inputs: shape.inputs, outputs: shape.outputs, kernel: shape.kernel, shortcut: .repeatedChannels)
        unit.padding = shape.padding
        unit.signOfZero = shape.zero
        let network = BBCUNetwork(
            family: .bbcuM, hyperparameters: Hyperparameters(features: shape.inputs, blocks: 0),
            amplification: 1, layers: [NetworkLayer("unit", .body, .unit(unit))])
        var model = try BBCUModel.random(network, seed: generator.next())
        // Small whole numbers, so that x + b is often exactly zero.
        let shift = (0..<shape.inputs).map { _ in Float(Int.random(in: -2...2, using: &generator)) }
        model.values["unit.move0.bias"] = shift
        let values = (0..<shape.inputs * shape.height * shape.width).map { _ in
            Float(Int.random(in: -3...3, using: &generator))
        }
        if hasZeroWeights {
            let latent = model.values["unit.binary_conv.weight"] ?? []
            model.values["unit.binary_conv.weight"] = latent.map {
                Int.random(in: 0...4, using: &generator) == 0 ? 0 : $0
            }
        }
        let input = try #require(
            FeatureMap(channels: shape.inputs, height: shape.height, width: shape.width, values: values))
        let expected = naiveSums(unit, input, shift: shift, latent: model.values["unit.binary_conv.weight"] ?? [])
        for name in Kernels.available {
            for threads in [1, 2] {
                let path = BinarizedPath(model, kernels: try Kernels(named: name, threads: threads))
                #expect(path.sums(atLayer: 0, input: input) == expected, "\(name), \(threads) threads")
            }
        }
    }

    /// The definition: signs, zero or constant padding, integer products and sums.
    private func naiveSums(_ unit: BinaryUnit, _ input: FeatureMap<Float>, shift: [Float], latent: [Float]) -> [Int32] {
        func sign(_ value: Float, zero: Int) -> Int { value > 0 ? 1 : value < 0 ? -1 : zero }
        let margin = unit.kernel / 2
        var sums: [Int32] = []
        for row in 0..<input.height {
            for column in 0..<input.width {
                for output in 0..<unit.outputs {
                    var sum = 0
                    for channel in 0..<unit.inputs {
                        for ky in 0..<unit.kernel {
                            for kx in 0..<unit.kernel {
                                let y = row + ky - margin
                                let x = column + kx - margin
                                let isInside = y >= 0 && y < input.height && x >= 0 && x < input.width
                                let activation =
                                    isInside
                                    ? sign(
                                        input.values[input.index(channel: channel, row: y, column: x)]
                                            + shift[channel],
                                        zero: unit.signOfZero.rawValue)
                                    : unit.padding.rawValue
                                let weight = latent[
                                    ((output * unit.inputs + channel) * unit.kernel + ky) * unit.kernel + kx]
                                sum += activation * sign(weight, zero: 0)
                            }
                        }
                    }
                    sums.append(Int32(sum))
                }
            }
        }
        return sums
    }
}
