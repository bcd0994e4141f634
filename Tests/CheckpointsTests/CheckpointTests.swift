import Bytes
import Checkpoints
import TestSupport
import Testing

@Suite struct CheckpointTests {
    @Test func trainedNetwork() throws {
        let checkpoint = try Checkpoint.open(fixture("bbcum_x2_trained.pth"))
        #expect(checkpoint.format == .pyTorchZip)
        let first = try #require(checkpoint.tensors.first)
        print(checkpoint.tensors.count, first.name, first.shape, checkpoint.notes)
        let clock = ContinuousClock()
        print(clock.measure { _ = try? Checkpoint.open(fixture("bbcum_x2_trained.pth")) })
        print(clock.measure { _ = try? checkpoint.sha256() })
        print(clock.measure { for entry in checkpoint.tensors { _ = try? checkpoint.tensor(entry) } })
    }
}
