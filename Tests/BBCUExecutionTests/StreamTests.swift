import BBCUExecution
import BBCUNetworks
import TestSupport
import Testing

/// Running by rows gives the bits of the layer-wise path, whatever the kernels, the threads and the bands.
@Suite struct StreamTests {
    struct Subject: Sendable, CustomTestStringConvertible {
        let family: Family
        let sizes: Hyperparameters
        let width: Int
        let height: Int
        var testDescription: String { "\(family.rawValue) \(sizes.features) x\(sizes.upscale) \(width)x\(height)" }
    }

    static let subjects: [Subject] = [
        Subject(family: .bbcuM, sizes: Hyperparameters(features: 64, blocks: 2, upscale: 4), width: 37, height: 23),
        Subject(family: .bbcuM, sizes: Hyperparameters(features: 24, blocks: 3, upscale: 3), width: 1, height: 1),
        Subject(family: .bbcuM, sizes: Hyperparameters(features: 100, blocks: 2, upscale: 2), width: 5, height: 3),
        Subject(family: .bbcuM, sizes: Hyperparameters(features: 130, blocks: 1, upscale: 2), width: 33, height: 2),
        Subject(family: .bbcuL, sizes: Hyperparameters(features: 32, blocks: 2, upscale: 4), width: 19, height: 7),
        Subject(family: .bbcuL, sizes: Hyperparameters(features: 9, blocks: 2, upscale: 3), width: 2, height: 40),
        Subject(family: .denoise, sizes: Hyperparameters(features: 64, blocks: 3), width: 65, height: 9),
        Subject(
            family: .deblock,
            sizes: Hyperparameters(inputChannels: 1, outputChannels: 1, features: 40, blocks: 2, bias: true), width: 1,
            height: 17),
    ]

    private func check(
        _ model: BBCUModel, _ input: FeatureMap<Float>, kernels: [Kernels]? = nil, bands: [Int?] = [nil, 1, 2, 5, 1000]
    ) throws {
        let expected = try BinarizedPath(model, kernels: Kernels(named: "portable")).run(input)
        var all = kernels ?? []
        if kernels == nil {
            for name in Kernels.available {
                for threads in 1...4 { all.append(try Kernels(named: name, threads: threads)) }
            }
        }
        for kernels in all {
            let path = StreamedNetwork(model, kernels: kernels, method: .exact)
            for band in bands {
                for strip in [nil, 1, 16] where strip == nil || (kernels.threads == 2 && band != 1 && band != 5) {
                    let runner = try #require(
                        path.runner(height: input.height, width: input.width, bandHeight: band, stripWidth: strip))
                    for _ in 0..<2 {
                        let found = try #require(runner.run(input))
                        #expect(
                            found.height == expected.height && found.width == expected.width
                                && found.values.map(\.bitPattern) == expected.values.map(\.bitPattern),
                            """
                            \(kernels.name), \(kernels.threads) threads, bands of \(band ?? 0), strips of \(strip ?? 0)
                            """)
                    }
                }
            }
        }
    }

    @Test(arguments: subjects)
    func bitsAreThoseOfTheLayers(_ subject: Subject) throws {
        let network = try #require(subject.family.network(subject.sizes))
        let model = try BBCUModel.random(network, seed: 11)
        let input = try FeatureMap<Float>.noise(
            channels: network.hyperparameters.inputChannels, height: subject.height, width: subject.width, seed: 5)
        try check(model, input)
    }

    @Test(arguments: NetworkFixture.having("input.npy").filter { $0.name != "nan" })
    func everyFixtureComesOutTheSame(_ network: NetworkFixture) throws {
        try check(
            try network.model(), try network.input(), kernels: [try Kernels(threads: 2), try Kernels(threads: 1)],
            bands: [nil, 3])
    }

    /// Exact zeros, in activations and in weights, take the second plane.
    @Test func zerosComeOutTheSame() throws {
        let network = try #require(Family.denoise.network(Hyperparameters(features: 64, blocks: 3)))
        var model = try BBCUModel.random(network, seed: 3)
        for parameter in network.parameters {
            switch parameter.role {
            case .shift: model.values[parameter.key] = model.values[parameter.key]?.map { _ in 0 }
            case .latentWeight:
                model.values[parameter.key] = model.values[parameter.key]?.enumerated().map {
                    $0.offset % 7 == 0 ? 0 : $0.element
                }
            default: break
            }
        }
        try check(model, FeatureMap<Float>.noise(channels: 3, height: 11, width: 21, seed: 2))
    }

    @Test func whatIsNotFiniteIsNamedAsByTheLayers() throws {
        let network = try #require(Family.denoise.network(Hyperparameters(features: 16, blocks: 2)))
        var model = try BBCUModel.random(network, seed: 3)
        let key = try #require(network.parameters.first { $0.role != .latentWeight }?.key)
        model.values[key]?[0] = .nan
        let path = StreamedNetwork(model, kernels: try Kernels(threads: 2), method: .exact)
        let input = try FeatureMap<Float>.noise(channels: 3, height: 8, width: 8, seed: 2)
        #expect(path.runner(height: 8, width: 8)?.run(input) == nil)
        let error = #expect(throws: ExecutionError.self) { try path.run(input) }
        let expected = #expect(throws: ExecutionError.self) {
            try BinarizedPath(model, kernels: Kernels(threads: 1)).run(input)
        }
        #expect(error?.description == expected?.description && error != nil)
    }
}
