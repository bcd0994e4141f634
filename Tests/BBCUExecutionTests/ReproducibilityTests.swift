import BBCUExecution
import BBCUNetworks
import TestSupport
import Testing

/// Results are the same bits for every kernel and number of threads.
@Suite struct ReproducibilityTests {
    static let networks: [(Family, Hyperparameters)] = [
        (.bbcuL, Hyperparameters(features: 20, blocks: 1, upscale: 3)),
        (.bbcuM, Hyperparameters(features: 70, blocks: 1, upscale: 4)),
        (.denoise, Hyperparameters(features: 33, blocks: 4)),
        (.deblock, Hyperparameters(inputChannels: 1, outputChannels: 1, features: 16, blocks: 4, bias: true)),
    ]

    @Test(arguments: networks, [(7, 17), (1, 1), (2, 31)])
    func everyKernelGivesTheSameBits(_ network: (Family, Hyperparameters), _ size: (Int, Int)) throws {
        let definition = try #require(network.0.network(network.1))
        let model = try BBCUModel.random(definition)
        let input = try FeatureMap.noise(
            channels: network.1.inputChannels, height: size.0, width: size.1, seed: 3)
        var first: [[UInt32]] = []
        var firstDouble: [UInt64] = []
        for name in Kernels.available {
            for threads in [1, 2, 3] {
                let kernels = try Kernels(named: name, threads: threads)
                let outputs = [
                    try BinarizedPath(model, kernels: kernels).run(input),
                    try ReferencePath<Float>(model, form: .published, kernels: kernels).run(input),
                    try ReferencePath<Float>(model, form: .exact, kernels: kernels).run(input),
                ].map { $0.values.map(\.bitPattern) }
                let truth = try ReferencePath<Double>(model, kernels: kernels).run(input.asDouble)
                    .values.map(\.bitPattern)
                if first.isEmpty { (first, firstDouble) = (outputs, truth) }
                #expect(outputs == first, "\(name), \(threads) threads")
                #expect(truth == firstDouble, "\(name), \(threads) threads")
            }
        }
    }

    @Test func aConvolutionAddsInItsDefinedOrder() throws {
        // Row of taps, column, input; fused multiply-add; the bias first.
        var generator = SplitMix64(seed: 5)
        let (inputs, outputs, kernel, height, width) = (5, 19, 3, 4, 9)
        let weights = generator.floats(outputs * inputs * kernel * kernel, in: -1...1)
        let bias = generator.floats(outputs, in: -1...1)
        let input = FeatureMap(
            height: height, width: width, channels: inputs,
            filled: generator.floats(inputs * height * width, in: -1...1))
        let filter = FloatFilter<Float>(
            inputs: inputs, outputs: outputs, kernel: kernel, weights: weights, bias: bias)
        for name in Kernels.available {
            let result = filter.apply(to: input, kernels: try Kernels(named: name, threads: 1), bounded: true)
            for index in result.output.values.indices {
                let place = result.output.place(of: index)
                var sum = bias[place.channel]
                var magnitude: Float = 0
                for ky in 0..<kernel {
                    for kx in 0..<kernel {
                        for channel in 0..<inputs {
                            let (y, x) = (place.row + ky - 1, place.column + kx - 1)
                            let isInside = y >= 0 && y < height && x >= 0 && x < width
                            let value =
                                isInside ? input.values[input.index(channel: channel, row: y, column: x)] : 0
                            let tap = ((place.channel * inputs + channel) * kernel + ky) * kernel + kx
                            sum.addProduct(value, weights[tap])
                            magnitude += abs(sum)
                        }
                    }
                }
                #expect(result.output.values[index].bitPattern == sum.bitPattern, "\(name) at \(place)")
                #expect(result.magnitudes[index].bitPattern == magnitude.bitPattern, "\(name) at \(place)")
            }
        }
    }

    @Test func unknownKernelsAreRefused() {
        #expect(throws: ExecutionError.kernels(name: "mmx")) { try Kernels(named: "mmx") }
    }
}
