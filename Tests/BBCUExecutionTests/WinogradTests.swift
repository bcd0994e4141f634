import BBCUExecution
import BBCUNetworks
import TestSupport
import Testing

/// Winograd's convolutions: the same bits however an image is cut, and an error that is as small as promised.
@Suite struct WinogradTests {
    static let subjects: [StreamTests.Subject] = [
        (32, 4, 19, 7), (9, 3, 2, 40), (64, 2, 37, 3), (20, 4, 1, 1), (24, 2, 1, 9), (17, 3, 31, 5), (40, 4, 6, 2),
        (5, 2, 110, 3),
    ].map { features, upscale, width, height in
        StreamTests.Subject(
            family: .bbcuL, sizes: Hyperparameters(features: features, blocks: 1, upscale: upscale), width: width,
            height: height)
    }

    static let methods: [FloatMethod] = [.standard, .fast]

    private func run(
        _ model: BBCUModel, _ input: FeatureMap<Float>, _ kernels: Kernels, _ method: FloatMethod, band: Int? = nil,
        strip: Int? = nil
    ) throws -> [UInt32] {
        let path = StreamedNetwork(model, kernels: kernels, method: method)
        let runner = try #require(
            path.runner(height: input.height, width: input.width, bandHeight: band, stripWidth: strip))
        return try #require(runner.run(input)).values.map(\.bitPattern)
    }

    @Test(arguments: subjects, methods)
    func bitsDependOnNothing(_ subject: StreamTests.Subject, _ method: FloatMethod) throws {
        let (model, input) = try subject.random()
        let expected = try run(model, input, Kernels(named: "portable", threads: 1), method)
        for name in Kernels.available {
            for threads in 1...4 {
                for band in [nil, 1, 2, 3, 5, 1000] {
                    let found = try run(model, input, Kernels(named: name, threads: threads), method, band: band)
                    #expect(found == expected, "\(name), \(threads) threads, bands of \(band ?? 0)")
                }
                for strip in [1, 5, 13] {
                    let found = try run(model, input, Kernels(named: name, threads: threads), method, strip: strip)
                    #expect(found == expected, "\(name), \(threads) threads, strips of \(strip)")
                }
            }
        }
    }

    /// A row or a column more moves no tile, so it changes nothing that is far enough from it.
    @Test(arguments: methods)
    func tilesAreAnchoredAtTheOrigin(_ method: FloatMethod) throws {
        let (model, large) = try Self.subjects[0].random()
        let small = FeatureMap<Float>(
            height: large.height, width: large.width - 1, channels: large.channels,
            filled: large.values.indices.filter { $0 / large.channels % large.width < large.width - 1 }.map {
                large.values[$0]
            })
        let kernels = try Kernels(threads: 2)
        let path = StreamedNetwork(model, kernels: kernels, method: method)
        let (first, second) = (try path.run(large), try path.run(small))
        let row = 0
        for column in 0..<4 * (large.width - 12) {
            for channel in 0..<3 {
                let (a, b) = (
                    first.values[first.index(channel: channel, row: row, column: column)],
                    second.values[second.index(channel: channel, row: row, column: column)]
                )
                #expect(a.bitPattern == b.bitPattern)
            }
        }
    }

    /// The default is on where it may be, and only there.
    @Test func onlyWhatFollowsTheLastSignIsFiltered() throws {
        let (model, input) = try Self.subjects[0].random()
        let kernels = try Kernels(threads: 2)
        let direct = try run(model, input, kernels, .exact)
        #expect(try BinarizedPath(model, kernels: kernels).run(input).values.map(\.bitPattern) == direct)
        let standard = try run(model, input, kernels, .standard)
        #expect(standard != direct)
        #expect(try run(model, input, kernels, .fast) != standard)
        func methods(_ model: BBCUModel) throws -> [String: String] {
            let path = StreamedNetwork(model, kernels: kernels)
            let times = try #require(path.runner(height: 4, width: 4)).times
            return Dictionary(uniqueKeysWithValues: times.compactMap { time in time.method.map { (time.name, $0) } })
        }
        #expect(
            try methods(model) == [
                "conv_first": "direct", "upconv1": "F(4x4)", "upconv2": "F(4x4)", "conv_hr": "F(4x4)",
                "conv_last": "direct",
            ])
        let denoiser = try #require(Family.denoise.network(Hyperparameters(features: 16, blocks: 3)))
        #expect(try methods(.random(denoiser)) == ["model.0": "direct", "model.3": "direct"])
    }

    /// 64 to 256 channels, as in the published network, against float64.
    @Test(arguments: Kernels.available, [(64, 64, nil), (64, 256, PixelShuffle(2)), (256, 256, nil)])
    func errorIsAsSmallAsPromised(_ kernels: String, _ sizes: (Int, Int, PixelShuffle?)) throws {
        let (inputs, outputs, shuffle) = sizes
        let (height, width) = (13, 11)
        var generator = SplitMix64(seed: 4)
        let values = generator.floats(height * width * inputs, in: -1...1)
        let weights = generator.floats(outputs * inputs * 9, in: -0.1...0.1)
        let bias = generator.floats(outputs, in: -0.5...0.5)
        let map = FeatureMap(height: height, width: width, channels: inputs, filled: values)
        let truth = FloatFilter<Double>(
            inputs: inputs, outputs: outputs, kernel: 3, weights: weights.map(Double.init),
            bias: bias.map(Double.init)
        ).apply(to: map.asDouble, kernels: try Kernels(named: "portable", threads: 2)).output
        let expected = shuffle.map { Rearranging.shuffle(truth, $0) } ?? truth
        let range = expected.values.map(abs).max() ?? 0
        for (group, promised) in [(WinogradFilter.usualGroup, 2e-6), (nil, 1e-5)] {
            let filter = WinogradFilter(
                inputs: inputs, outputs: outputs, weights: weights, bias: bias, shuffle: shuffle, group: group)
            let found = filter.apply(
                toPadded: map.padded(by: 1), height: height, width: width,
                kernels: try Kernels(named: kernels, threads: 2))
            let errors = zip(found.values, expected.values).map { abs(Double($0) - $1) }
            let worst = (errors.max() ?? .infinity) / range
            #expect(worst < promised && worst > 1e-8, "groups of \(group ?? inputs): \(worst)")
        }
    }
}

extension StreamTests.Subject {
    /// A random network and image of these sizes.
    fileprivate func random() throws -> (BBCUModel, FeatureMap<Float>) {
        let network = try #require(family.network(sizes))
        return (
            try BBCUModel.random(network, seed: 11),
            try .noise(channels: network.hyperparameters.inputChannels, height: height, width: width, seed: 5)
        )
    }
}
