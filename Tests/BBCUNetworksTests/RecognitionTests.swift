import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes
import TestSupport
import Testing

/// Definition -> keys -> recognised definition is a round trip, and survives damage.
@Suite struct RecognitionTests {
    static let networks: [BBCUNetwork] = {
        var result: [BBCUNetwork] = []
        for family in Family.allCases {
            for features in [8, 48, 64, 100, 130] {
                for blocks in family.isSuperResolution ? [0, 1, 2, 16] : [3, 5, 20] {
                    for upscale in family.isSuperResolution ? [2, 3, 4] : [1] {
                        for channels in [1, 3] {
                            let sizes = Hyperparameters(
                                inputChannels: channels, outputChannels: channels, features: features,
                                blocks: blocks, upscale: upscale, bias: family == .deblock)
                            if let network = family.network(sizes) { result.append(network) }
                        }
                    }
                }
            }
        }
        return result
    }()

    @Test func everyDefinitionIsRecognisedFromItsKeys() throws {
        for network in Self.networks {
            for wrap in ["", "params.", "params.module."] {
                let resolution = try source(of: network, prefix: wrap).resolve()
                #expect(resolution.network == network, "\(network.family) \(network.hyperparameters) \(wrap)")
                #expect(resolution.nearest?.score == 1)
            }
        }
    }

    @Test func countsOfTheSpecification() throws {
        let expected: [(Family, Hyperparameters, Int, Int)] = [
            (.bbcuL, Hyperparameters(blocks: 16, upscale: 4), 170, 1_523_715),
            (.bbcuM, Hyperparameters(blocks: 16, upscale: 4), 179, 1_525_059),
            (.denoise, Hyperparameters(blocks: 20), 92, 671_616),
            (.deblock, Hyperparameters(inputChannels: 1, outputChannels: 1, blocks: 20, bias: true), 112, 670_529),
        ]
        for (family, sizes, tensors, values) in expected {
            let parameters = try #require(family.network(sizes)).parameters
            #expect(parameters.count == tensors)
            #expect(parameters.reduce(0) { $0 + $1.shape.reduce(1, *) } == values)
        }
    }

    @Test func aThirdOfTheKeysMayBeMissing() throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(blocks: 16, upscale: 4)))
        var source = source(of: network, prefix: "")
        for key in source.descriptions.keys.filter({ $0.hashValueOfBytes % 3 == 0 }) { source.descriptions[key] = nil }
        #expect(try source.resolve().network == network)
    }

    @Test func aStrayIndexDoesNotHideTheNetwork() throws {
        let network = try #require(Family.denoise.network(Hyperparameters(blocks: 20)))
        var source = source(of: network, prefix: "")
        source.descriptions["model.77.weight"] = TensorDescription(shape: [1])
        source.descriptions["model.20.weight"] = nil
        #expect(try source.resolve().network == network)
    }

    @Test func denoiserAndDeblockerAreToldApartByTheirBiases() throws {
        let deblock = try #require(Family.deblock.network(Hyperparameters(blocks: 5, bias: true)))
        let matches = try #require(source(of: deblock, prefix: "").stateDict(root: "")).matches()
        #expect(matches.first?.network.family == .deblock)
        #expect((matches.first { $0.network.family == .denoise }?.score ?? 1) < 0.8)
    }

    @Test func anythingElseIsNoNetwork() throws {
        let descriptions: OrderedDictionary = [
            "layer1.0.conv1.weight": TensorDescription(shape: [64, 64, 3, 3]),
            "conv_first.weight": TensorDescription(shape: [64, 3, 3, 3]),
        ]
        let resolution = try TensorSource(descriptions: descriptions) { _ in throw RootError(root: nil, available: []) }
            .resolve()
        #expect(resolution.network == nil)
        #expect(resolution.amplification == nil)
        #expect((resolution.nearest?.score ?? 1) < 0.5)
    }

    @Test func rootsThatAreNotThereAreRefused() throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 8, blocks: 1, upscale: 2)))
        let error = #expect(throws: RootError.self) {
            try source(of: network, prefix: "params.").resolve(NetworkRequest(root: "params_ema"))
        }
        #expect(error?.available.contains("params") == true)
    }

    private func source(of network: BBCUNetwork, prefix: String) -> TensorSource {
        TensorSource(
            descriptions: OrderedDictionary(
                uniqueKeysWithValues: network.parameters.map {
                    (prefix + $0.key, TensorDescription(shape: $0.shape))
                }),
            load: { throw RootError(root: $0, available: []) })
    }
}

extension String {
    /// A number that depends on the text alone, unlike `hashValue`.
    fileprivate var hashValueOfBytes: Int { utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF } }
}
