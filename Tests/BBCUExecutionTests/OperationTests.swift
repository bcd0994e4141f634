import BBCUExecution
import BBCUNetworks
import TestSupport
import Testing

/// The operations that no published network, or few, has.
@Suite struct OperationTests {
    @Test func theHeadUnitRepeatsChannelsInPlaceThenChannelZero() throws {
        let input = try #require(FeatureMap<Float>(channels: 3, height: 1, width: 1, values: [10, 20, 30]))
        let repeated = Rearranging.repeatChannels(input, outputs: 8)
        #expect(repeated.values == [10, 10, 20, 20, 30, 30, 10, 10])
        let wide = Rearranging.repeatChannels(input, outputs: 64)
        #expect(wide.values[20] == 10 && wide.values[21] == 20 && wide.values[62] == 30 && wide.values[63] == 10)
    }

    @Test func pixelShuffleOrders() throws {
        let input = try #require(FeatureMap<Float>(channels: 8, height: 1, width: 1, values: [0, 1, 2, 3, 4, 5, 6, 7]))
        // Two channels of 2x2 pixels, channels innermost.
        #expect(Rearranging.shuffle(input, PixelShuffle(2)).values == [0, 4, 1, 5, 2, 6, 3, 7])
        #expect(Rearranging.shuffle(input, PixelShuffle(2, order: .pixelMajor)).values == [0, 1, 2, 3, 4, 5, 6, 7])
    }

    @Test(arguments: [
        (2, [0, 0.25, 0.75, 1.25, 1.75, 2] as [Float]),
        (3, [0, 1 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 2] as [Float]),
    ])
    func bilinearUpsamplesWithoutAlignedCorners(_ factor: Int, _ middle: [Float]) throws {
        let input = try #require(FeatureMap<Float>(channels: 1, height: 1, width: 3, values: [0, 1, 2]))
        let output = Bilinear.upsample(input, factor: factor)
        #expect(output.height == factor && output.width == 3 * factor)
        let row = Array(output.values[..<output.width])
        // The first and last half pixel repeat the border.
        let trimmed = row.drop { $0 == 0 }.prefix { $0 < 2 }
        for (value, expected) in zip(trimmed, middle.filter { $0 > 0 && $0 < 2 }) {
            #expect(abs(value - expected) < 1e-6)
        }
        #expect(trimmed.count == middle.count { $0 > 0 && $0 < 2 })
    }

    /// Networks with the paper's head and tail units: both paths and the truth agree.
    @Test(arguments: [1, 2])
    func headAndTailUnitsRun(_ upscale: Int) throws {
        let features = 12
        let head = BinaryUnit(inputs: 3, outputs: features, shortcut: .repeatedChannels)
        let tail = BinaryUnit(
            inputs: features, outputs: 3 * upscale * upscale, shortcut: .scaledInput(PixelShuffle(upscale)))
        let network = BBCUNetwork(
            family: .bbcuM, hyperparameters: Hyperparameters(features: features, blocks: 0, upscale: upscale),
            amplification: 16,
            layers: [
                NetworkLayer("", .head, .scaleByK), NetworkLayer("head", .head, .unit(head)),
                NetworkLayer("tail", .tail, .unit(tail)),
                NetworkLayer("", .tail, .divideByK),
            ])
        let model = try BBCUModel.random(network)
        let input = try FeatureMap<Float>.noise(channels: 3, height: 5, width: 4, seed: 2)
        let kernels = try Kernels(threads: 1)
        let binarized = try BinarizedPath(model, kernels: kernels).run(input)
        let truth = try ReferencePath<Double>(model, kernels: kernels).run(input.asDouble)
        #expect(binarized.height == 5 * upscale && binarized.channels == 3)
        for (ours, exact) in zip(binarized.values, truth.values) { #expect(abs(Double(ours) - exact) < 1e-5) }
    }

    @Test func valuesThatAreNotFiniteAreRefused() throws {
        let network = try #require(Family.denoise.network(Hyperparameters(features: 4, blocks: 3)))
        let model = try BBCUModel.random(network)
        var input = try FeatureMap<Float>.noise(channels: 3, height: 3, width: 3, seed: 1)
        input = try #require(
            FeatureMap(channels: 3, height: 3, width: 3, values: input.values.dropLast() + [.infinity]))
        let path = BinarizedPath(model, kernels: try Kernels(threads: 1))
        #expect(throws: ExecutionError.self) { try path.run(input) }
        let grey = try FeatureMap<Float>.noise(channels: 1, height: 3, width: 3, seed: 1)
        #expect(throws: ExecutionError.channels(expected: 3, found: 1)) { try path.run(grey) }
    }
}
