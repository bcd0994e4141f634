import AllocationCounter
import BBCUExecution
import BBCUNetworks
import TestSupport
import Testing

/// What a run by rows does, counted: speed follows from it, and clocks are no part of a test.
@Suite(.serialized) struct StreamWorkTests {
    private func model(_ family: Family, _ sizes: Hyperparameters) throws -> BBCUModel {
        try BBCUModel.random(try #require(family.network(sizes)), seed: 4)
    }

    /// After the first run, a run into the same map asks for no memory: counted on the caller's thread, which does what all
    /// threads of a team do.
    @Test(.enabled(if: allocation_count() >= 0), arguments: [1, 2, 3])
    func aFrameAllocatesNothing(_ threads: Int) throws {
        let model = try model(.bbcuM, Hyperparameters(features: 64, blocks: 2, upscale: 2))
        let input = try FeatureMap<Float>.noise(channels: 3, height: 20, width: 33, seed: 1)
        let runner = try #require(
            StreamedNetwork(model, kernels: try Kernels(threads: threads))
                .runner(height: 20, width: 33, bandHeight: 3, stripWidth: 16))
        var output = try #require(runner.run(input))
        let expected = output
        #expect(runner.run(input, into: &output))
        let before = allocation_count()
        let isFinite = runner.run(input, into: &output)
        let allocations = allocation_count() - before
        #expect(isFinite && allocations == 0)
        #expect(output.values == expected.values)
        let start = allocation_count()
        let array = [Int](repeating: threads, count: 1000)
        #expect(array.count == 1000 && allocation_count() > start, "the counter counts")
    }

    /// Every stage takes every pixel once; what strips share is computed again, and is little.
    @Test func noPixelIsComputedTwiceButWhereStripsMeet() throws {
        let model = try model(.bbcuM, Hyperparameters(features: 8, blocks: 16, upscale: 2))
        let path = StreamedNetwork(model, kernels: try Kernels(threads: 2))
        for (width, most) in [(320, 1.0), (3840, 1.04)] {
            let runner = try #require(path.runner(height: 6, width: width))
            _ = runner.run(try FeatureMap<Float>.noise(channels: 3, height: 6, width: width, seed: 1))
            for (index, stage) in runner.times.enumerated() {
                let scale = index >= runner.times.count - 2 ? 2 : 1
                let once = 6 * width * scale * scale
                #expect(stage.pixels >= once, "\(stage.name)")
                #expect(Double(stage.pixels) <= Double(once) * most * 1.02, "\(stage.name)")
                if most == 1 { #expect(stage.pixels == once, "\(stage.name)") }
            }
            let all = runner.times.reduce(0) { $0 + $1.pixels }
            let once = 6 * width * (runner.times.count - 2 + 8)
            #expect(Double(all) <= Double(once) * most)
        }
    }

    /// What lies between the stages grows with the width up to a strip's, and never with the height.
    @Test func memoryDoesNotGrowWithTheImage() throws {
        let path = StreamedNetwork(
            try model(.bbcuM, Hyperparameters(features: 64, blocks: 16, upscale: 2)), kernels: try Kernels(threads: 2))
        let small = try #require(path.rowBytes(height: 180, width: 320))
        #expect(path.rowBytes(height: 18000, width: 320) == small)
        let large = try #require(path.rowBytes(height: 2160, width: 3840))
        #expect(large < 100_000_000 && large > small)
        #expect(try #require(path.rowBytes(height: 2160, width: 38400)) < 100_000_000)
    }
}
