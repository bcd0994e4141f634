import BBCUExecution
import BBCUNetworks
import TestSupport
import Testing

/// The sizes that a network's steps state are those of the maps that a run makes.
struct NetworkStepTests {
    @Test(arguments: [
        (Family.bbcuL, 4), (.bbcuL, 3), (.bbcuM, 4), (.bbcuM, 3), (.bbcuM, 2), (.denoise, 1), (.deblock, 1),
    ])
    func sizesAreThoseOfARun(_ family: Family, _ upscale: Int) throws {
        let isDeblocker = family == .deblock
        let sizes = Hyperparameters(
            inputChannels: isDeblocker ? 1 : 3, outputChannels: isDeblocker ? 1 : 3, features: 8, blocks: 3,
            upscale: upscale, bias: isDeblocker)
        let model = try BBCUModel.random(try #require(family.network(sizes)), seed: 1)
        let image = try FeatureMap<Float>.noise(channels: sizes.inputChannels, height: 2, width: 3, seed: 1)
        let steps = model.network.steps
        _ = try ReferencePath<Double>(model, kernels: try Kernels(threads: 1)).run(image.asDouble) {
            index, input, made in
            for (size, map) in [(steps[index].input, input), (steps[index].output, made.output)] {
                #expect(size.channels == map.channels && 2 * size.scale == map.height && 3 * size.scale == map.width)
            }
        }
        #expect(steps.count == model.network.layers.count)
    }
}
