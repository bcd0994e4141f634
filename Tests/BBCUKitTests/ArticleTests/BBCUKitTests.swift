import BBCUKit
import TestSupport
import Testing

/// The snippet of the landing page, `BBCUKit.md`.
@Suite struct BBCUKitTests {
    @Test func aModelRuns() throws {
        let file = fixture("networks/bbcum_x2/checkpoint.pth")

        // snippet: run
        let loaded = try LoadedModel(file)
        let network = StreamedNetwork(loaded.model, kernels: try Kernels())
        let restored = try network.run(FeatureMap.noise(channels: 3, height: 48, width: 48, seed: 1))
        // end
        #expect(restored.height == 96 && restored.width == 96 && restored.channels == 3)
    }
}
