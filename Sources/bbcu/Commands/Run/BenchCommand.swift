import ArgumentParser
import BBCUErrorBounds
import BBCUKit
import BBCUReporting
import TensorBytes

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures how long a network takes on this machine, stage by stage.",
        discussion: """
            The binarized path is run by rows, as restore does; --path reference is the float path that verify \
            compares it with. --output writes the last run's result; with --exact it has the bits of trace --path \
            binarized.

            Example: bbcu bench BBCUM_x4.pth --size 320x180 --threads 2
            """)

    @OptionGroup var model: ModelOptions

    @OptionGroup var floats: ConvolutionOptions

    @Option(help: ArgumentHelp("Noise of this size. Default: 320x180.", valueName: "WxH"), transform: PixelSize.parse)
    var size: PixelSize?

    @Option(
        help: ArgumentHelp("An input instead: a PNG or JPEG, or a float32 .npy (C, H, W).", valueName: "X"),
        completion: .file())
    var input: String?

    @Option(help: ArgumentHelp("Write the last run's result, (1, C, H, W).", valueName: "Y.npy"), completion: .file())
    var output: String?

    @Option(help: "Which execution is measured.")
    var path = TraceCommand.PathName.binarized

    @Option(
        parsing: .unconditional, help: "Runs that count; one more goes first.",
        transform: OptionValues.whole(1...1_000_000))
    var runs = 5

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Rows of the image that are taken at a time. No result depends on it.", valueName: "ROWS"),
        transform: OptionValues.whole(1...Int.max))
    var band: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Columns of the image that are run as an image of their own. No result depends on it.", valueName: "COLUMNS"
        ), transform: OptionValues.whole(1...Int.max))
    var strip: Int?

    @OptionGroup var reporting: ReportOptions

    func validate() throws {
        if size != nil, input != nil { throw ValidationError("--size makes an input of noise; leave out --input.") }
    }

    func run() throws {
        try withExitStatus {
            try reporting.check(inputs: [model.file, model.network.options, input])
            if let output { try model.refuseOverwriting(output, input) }
            let kernels = try model.kernels()
            var prepared: (LoadedModel, StreamedNetwork?)?
            let loadSeconds = try Stopwatch.seconds {
                let loaded = try model.load(allowsUnused: true)
                let streamed =
                    path == .binarized
                    ? StreamedNetwork(loaded.model, kernels: kernels, method: floats.method) : nil
                prepared = (loaded, streamed)
            }
            guard let (loaded, streamed) = prepared else { return false }
            let network = loaded.model.network
            let map = try readInput(network, streamed)
            let benchmark = try Benchmark(
                loaded.model, streamed, map, kernels: kernels, runs: runs, bandHeight: band, stripWidth: strip)
            if let output, let tensor = benchmark.output.tensor { try NumPyArray.write(tensor, to: output) }
            let report = BenchReport(
                file: model.file, network: network.summary, width: map.width, height: map.height,
                path: path.rawValue, threads: kernels.threads, loadSeconds: loadSeconds, benchmark: benchmark,
                machine: HostInfo(kernels), unusedKeys: loaded.unusedKeys)
            try reporting.put(report.document)
            return true
        }
    }

    private func readInput(_ network: BBCUNetwork, _ streamed: StreamedNetwork?) throws -> FeatureMap<Float> {
        if let input {
            let map = try InputReader.read(input, for: network).map
            try Guards.requireMemory(
                for: streamed, network, height: map.height, width: map.width, input: input)
            return map
        }
        let (width, height) = (size?.width ?? 320, size?.height ?? 180)
        try Guards.requireMemory(for: streamed, network, height: height, width: width, input: "--size")
        return try FeatureMap<Float>.noise(
            channels: network.hyperparameters.inputChannels, height: height, width: width, seed: 1)
    }
}
