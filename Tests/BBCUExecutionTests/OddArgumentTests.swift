import BBCUExecution
import BBCUNetworks
import TensorBytes
import TestSupport
import Testing

/// Public calls with arguments that fit nothing throw or give nil.
@Suite struct OddArgumentTests {
    fileprivate static func network() throws -> BBCUNetwork {
        try #require(Family.bbcuM.network(Hyperparameters(features: 8, blocks: 1, upscale: 2)))
    }

    @Test func aRunnerTakesImagesOfItsSizeAlone() throws {
        let network = StreamedNetwork(try BBCUModel.random(try Self.network()), kernels: try Kernels(threads: 1))
        let runner = try #require(network.runner(height: 6, width: 5))
        var result = try FeatureMap.noise(channels: 3, height: 12, width: 10, seed: 1)
        for (channels, height, width) in [(3, 5, 6), (3, 6, 4), (1, 6, 5), (3, 12, 10)] {
            let other = try FeatureMap.noise(channels: channels, height: height, width: width, seed: 1)
            #expect(runner.run(other) == nil)
            #expect(!runner.run(other, into: &result))
        }
        let input = try FeatureMap.noise(channels: 3, height: 6, width: 5, seed: 1)
        var small = input
        #expect(!runner.run(input, into: &small))
        #expect(runner.run(input) != nil && runner.run(input, into: &result))
        for (height, width) in [(0, 5), (-1, 5), (5, .min), (1 << 32, 1 << 32), (.max, .max)] {
            #expect(network.runner(height: height, width: width) == nil)
            #expect(network.rowBytes(height: height, width: width) == nil)
        }
    }

    @Test(arguments: [(0, 1, 1), (1, -1, 1), (1, 1, 0), (1 << 40, 1 << 40, 1), (.max, 1, 2), (.min, .min, .min)])
    func noiseOfNoSizeIsRefused(_ channels: Int, _ height: Int, _ width: Int) {
        #expect(throws: ExecutionError.size(channels: channels, height: height, width: width)) {
            try FeatureMap.noise(channels: channels, height: height, width: width, seed: 1)
        }
    }

    @Test(arguments: [0, -1, 1025, .max, .min]) func aNumberOfThreadsIsChecked(_ threads: Int) throws {
        #expect(throws: ExecutionError.threads(threads)) { try Kernels(threads: threads) }
        #expect(throws: ExecutionError.threads(threads)) { try Kernels(named: "portable", threads: threads) }
        var kernels = try Kernels(threads: 1)
        kernels.threads = threads
        #expect((1...Kernels.mostThreads).contains(kernels.threads))
    }

    @Test(arguments: [-1, .min, .max, 1000]) func whatIsNoLayerHasNoTap(_ index: Int) throws {
        let network = try Self.network()
        #expect(network.nextTapName(fromLayer: index) == nil && network.tapName(ofLayer: index) == nil)
        #expect(network.nextTapName(fromLayer: 0) == "conv_first")
        #expect(network.nextTapName(fromLayer: network.layers.count - 1) == "output")
    }

    @Test(arguments: [
        Hyperparameters(features: 1 << 62, blocks: 1, upscale: 2),
        Hyperparameters(features: 8, blocks: 100_000_000, upscale: 2),
        Hyperparameters(inputChannels: .max, outputChannels: .max, blocks: 1, upscale: 2),
        Hyperparameters(features: 8, blocks: -1, upscale: 2), Hyperparameters(features: 8, blocks: 1, upscale: .max),
        Hyperparameters(features: 4097, blocks: 1, upscale: 2), Hyperparameters(features: .min, blocks: 1, upscale: 2),
    ]) func sizesOfNoNetworkMakeNone(_ sizes: Hyperparameters) {
        for family in Family.allCases { #expect(family.network(sizes) == nil) }
    }

    @Test func aRangeBeyondTheBytesIsNotWidened() {
        let bytes = LittleEndian.bytes([1, 2, 3] as [Float])
        var values = [Double](repeating: 0, count: 4)
        bytes.withUnsafeBytes { raw in
            for range in [0..<13, 12..<16, -4..<4, 0..<Int.max] {
                #expect(LittleEndian.widen(raw.bytes, range, into: &values) == nil)
            }
            #expect(values == [0, 0, 0, 0])
            #expect(LittleEndian.widen(raw.bytes, 4..<12, into: &values) == 2)
        }
        #expect(values == [2, 3, 0, 0])
    }
}

extension OddArgumentTests {
    @Test(arguments: [(0, 5), (-3, 5), (.max, .max), (1 << 31, 1 << 31), (100_000_000, 100_000_000)])
    func aSizeThatCannotBeCountedHasNoCost(_ width: Int, _ height: Int) throws {
        #expect(try Self.network().cost(width: width, height: height) == nil)
    }
}
