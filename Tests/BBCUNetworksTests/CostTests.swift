import BBCUNetworks
import Testing

/// The published figures: operations within 0.01 G, parameters within 1 K.
@Suite struct CostTests {
    static let published: [(Family, Hyperparameters, Double, Double)] = [
        (.bbcuL, Hyperparameters(blocks: 16, upscale: 2), 18.55, 225),
        (.bbcuM, Hyperparameters(blocks: 16, upscale: 2), 1.83, 46),
        (.bbcuL, Hyperparameters(blocks: 16, upscale: 4), 79.20, 372),
        (.bbcuM, Hyperparameters(blocks: 16, upscale: 4), 3.95, 51),
        (.denoise, Hyperparameters(blocks: 20), 0.8, 24),
        (.deblock, Hyperparameters(inputChannels: 1, outputChannels: 1, blocks: 20, bias: true), 0.66, 22),
    ]

    @Test(arguments: published)
    func agreesWithThePaper(_ family: Family, _ sizes: Hyperparameters, _ operations: Double, _ parameters: Double)
        throws
    {
        let cost = try #require(family.network(sizes)?.cost(width: 320, height: 180))
        #expect(abs(cost.operations / 1e9 - operations) <= 0.01, "\(cost.operations / 1e9)")
        #expect(abs(cost.parameters / 1e3 - parameters) <= 1, "\(cost.parameters / 1e3)")
    }

    @Test func hugeSizesAreRefused() throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(blocks: 1, upscale: 2)))
        #expect(network.cost(width: 1 << 40, height: 1 << 40) == nil)
    }
}
