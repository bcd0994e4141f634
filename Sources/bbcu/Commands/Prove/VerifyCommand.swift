import ArgumentParser
import BBCUEvaluation
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks that the 1-bit execution computes what the float network computes.",
        discussion: """
            Every unit is run three ways on the same input and held against a bound derived from its own numbers; \
            then both paths run from the image on, and every sign that differs must be explained by rounding. \
            Status 0: holds, 1: fails.

            Example: bbcu verify BBCUM_x4.pth --input photo.png
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        help: ArgumentHelp(
            "The input: an image, a float32 .npy of shape (C, H, W), or a folder of them, each with a verdict.",
            valueName: "X"), completion: .file())
    var input: String?

    @Option(
        help: ArgumentHelp("Noise of this size instead of an input. Default: 48x48.", valueName: "WxH"),
        transform: PixelSize.parse)
    var size: PixelSize?

    @Option(parsing: .unconditional, help: "The noise's seed. Default: 1.", transform: OptionValues.seed)
    var seed: UInt64?

    @Option(
        help: ArgumentHelp("A folder for both paths' modules: reference.npz, binarized.npz.", valueName: "DIR"),
        completion: .directory)
    var taps: String?

    @OptionGroup var floats: ConvolutionOptions

    @Option(help: "The reference's arithmetic. Default: published; exact for a packed model.")
    var form: ReferenceForm?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Of a folder, take every N-th image from the I-th on; bbcu merge joins the reports.", valueName: "I/N"),
        transform: OptionValues.shard)
    var shard: Shard?

    @OptionGroup var output: ReportOptions

    func validate() throws {
        if input != nil, size != nil || seed != nil {
            throw ValidationError("--input is one input, --size and --seed make another; give one of them.")
        }
        if shard != nil, input.map({ !FolderListing.isFolder($0) }) ?? true {
            throw ValidationError("--shard divides a folder of images; name one with --input.")
        }
    }

    func run() throws {
        try withExitStatus {
            try output.check(inputs: [model.file, model.network.options, input])
            if let taps {
                try Guards.refuseOverwriting(
                    TapWriters.files(in: taps), inputs: [model.file, model.network.options, input])
            }
            let loaded = try model.load()
            let kernels = try model.kernels()
            let network = loaded.model.network
            let verification = try Verification(
                loaded.model, form: try model.form(form, loaded), kernels: kernels,
                streamed: StreamedNetwork(loaded.model, kernels: kernels, method: floats.method))
            if let input, FolderListing.isFolder(input) { return try runFolder(input, loaded, verification, kernels) }
            let input = try readInput(network)
            var writers = try taps.map(TapWriters.init)
            let progress = Progress(label: "verify")
            var outputs: [Verification.Run: FeatureMap<Float>] = [:]
            let report = try verification.run(
                input.map, progress: progress.show, tapped: { taps != nil || $0 == "output" },
                tap: taps == nil && !output.isPage
                    ? nil
                    : { run, name, map in
                        try writers?.add(run, name, map)
                        if output.isPage, name == "output" { outputs[run] = map }
                    })
            progress.clear()
            try writers?.finish()
            let subject = VerificationSubject(
                file: model.file, sha256: try loaded.checkpoint.sha256(), selection: loaded.resolution.selection,
                amplification: loaded.amplification, input: input.name, channels: input.map.channels,
                height: input.map.height, width: input.map.width, threads: kernels.threads,
                unusedKeys: loaded.unusedKeys)
            let pictures =
                output.isPage
                ? try outputs[.reference].flatMap { reference in
                    try outputs[.binarized].flatMap { binarized in
                        try PagePictures.verification(input: input.map, reference: reference, binarized: binarized)
                    }
                } : nil
            try output.put(
                report.document(subject, unitSummaries: loaded.model.unitSummaries, pictures: pictures))
            return report.holds
        }
    }

    private func readInput(_ network: BBCUNetwork) throws -> LoadedInput {
        if let input { return try InputReader.read(input, for: network, work: .verification) }
        let (seed, size) = (seed ?? 1, size ?? PixelSize(width: 48, height: 48))
        try Guards.requireMemory(
            for: .verification, network, height: size.height, width: size.width, input: "--size \(size)")
        let map = try FeatureMap.noise(
            channels: network.hyperparameters.inputChannels, height: size.height, width: size.width, seed: seed)
        return LoadedInput(map: map, name: "noise, seed \(seed)")
    }
}

/// The archives of both paths' modules.
private struct TapWriters {
    private var reference: NPZWriter
    private var binarized: NPZWriter

    /// The files that are written.
    static func files(in folder: String) -> [String] { [folder + "/reference.npz", folder + "/binarized.npz"] }

    init(folder: String) throws {
        try makeFolder(folder)
        let files = Self.files(in: folder)
        reference = try NPZWriter(files[0])
        binarized = try NPZWriter(files[1])
    }

    mutating func add(_ run: Verification.Run, _ name: String, _ map: FeatureMap<Float>) throws {
        guard let tensor = map.tensor else { return }
        switch run {
        case .reference: try reference.add(name, tensor)
        case .binarized: try binarized.add(name, tensor)
        }
    }

    mutating func finish() throws {
        try reference.finish()
        try binarized.finish()
    }
}
