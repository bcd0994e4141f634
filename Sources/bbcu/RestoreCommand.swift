import ArgumentParser
import BBCUKit
import Images

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restores an image: enlarges, denoises or deblocks it, as the network does.",
        discussion: """
            The output is clamped to [0, 1] and rounded half to even, with the input's bits a sample. A deblocking \
            network restores the luma and keeps the chroma.

            Example: bbcu restore BBCUM_x4.pth small.png large.png
            """)

    @OptionGroup var model: ModelOptions

    @OptionGroup var floats: MethodOptions

    @Argument(help: ArgumentHelp("The image to restore.", valueName: "IN.png"), completion: .file())
    var input: String

    @Argument(help: ArgumentHelp("The image to write.", valueName: "OUT.png"), completion: .file())
    var output: String

    @Option(help: "Which execution restores it.")
    var path = TraceCommand.PathName.binarized

    @Option(
        help: "The range of the luma that a deblocking network is fed. Default: studio, 16...235, as it was trained.")
    var luma: LumaRange?

    func run() throws {
        try withExitStatus {
            guard output.lowercased().hasSuffix(".png") else {
                throw ValidationError("The output is a PNG; \(output.printable()) should end in .png.")
            }
            try Guards.refuseOverwriting(output, inputs: [model.file, model.network.options, input])
            let loaded = try model.load()
            let network = loaded.model.network
            if luma != nil, network.family != .deblock {
                throw ValidationError("--luma is for deblocking networks; this is \(network.summary).")
            }
            let kernels = try model.kernels()
            let streamed =
                path == .binarized ? StreamedNetwork(loaded.model, kernels: kernels, method: floats.method) : nil
            let restorer = Restorer(model: loaded.model, streamed: streamed, kernels: kernels)
            let image = try Image.read(input)
            let (height, width) = (image.height, image.width)
            try Guards.requireMemory(for: streamed, network, height: height, width: width, input: input)
            let restored: Image
            do {
                restored = try restorer.restore(image, luma: luma ?? .studio)
            } catch let error as ImageError {
                throw error.naming(input)
            }
            try restored.writePNG(output)
            return true
        }
    }
}

extension LumaRange: ExpressibleByArgument {}

/// Runs a network on an image.
private struct Restorer {
    var model: Model
    /// nil for the reference.
    var streamed: StreamedNetwork?
    var kernels: Kernels

    func restore(_ image: Image, luma: LumaRange) throws -> Image {
        let sizes = model.network.hyperparameters
        guard model.network.family == .deblock, sizes.inputChannels == 1 else {
            let planes = try Planes(image, channels: sizes.inputChannels)
            return try run(planes).image(bitDepth: image.bitDepth)
        }
        let split = try LumaChroma(image, range: luma)
        return try split.image(restored: try run(split.luma))
    }

    private func run(_ planes: Planes) throws -> Planes {
        let map = FeatureMap(planes)
        let output = try streamed?.run(map) ?? ReferencePath<Float>(model, kernels: kernels).run(map)
        guard
            let planes = Planes(
                channels: output.channels, height: output.height, width: output.width, values: output.values)
        else { throw ExecutionError.channels(expected: planes.channels, found: output.channels) }
        return planes
    }
}
