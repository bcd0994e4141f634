import ArgumentParser
import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUImages
import BBCUKit
import BBCUPortChecking

struct CheckPortCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-port",
        abstract: "Checks what somebody else's port computed, module by module, and says what is wrong with it.",
        discussion: """
            A dump is a .npz, .safetensors, .pth or .npy file or a folder of .npy files with the outputs of some \
            modules, or only the last, under PyTorch's names; or a .png, which is the output. Each module is run on the dump's own input to it, so \
            that an early fault does not blame the later ones. Status 0: holds, 1: fails. With only the final image, flipped signs can hide \
            small faults: the verdict is then INCONCLUSIVE, with status 0, or 1 with --require-conclusive.

            With --accumulators the dump holds the raw integer sums of 1-bit convolutions, named \
            'body.0.body.0.binary_conv', without their bias. They are solved for the signs that made them where the \
            input is at most 8x8 pixels, so that nothing else of the run need be known; with --input they are judged at any size.

            Example: bbcu check-port BBCUM_x4.pth dump.npz --input photo.png
            """)

    @OptionGroup var model: ModelOptions

    @Argument(help: ArgumentHelp("What the port wrote.", valueName: "DUMP"), completion: .file())
    var dumps: [String] = []

    @Option(
        help: ArgumentHelp("What the port was given: a PNG or JPEG, or a float32 .npy (C, H, W).", valueName: "X"),
        completion: .file())
    var input: String?

    @Option(
        help: ArgumentHelp("What the port was given before, which a stale frame shows.", valueName: "IMG"),
        completion: .file())
    var previous: String?

    @Option(
        help: ArgumentHelp("A JSON object: the dump's names to PyTorch's.", valueName: "NAMES.json"),
        completion: .file())
    var map: String?

    @Option(
        help: ArgumentHelp(
            "The port's arithmetic: float32, float16, bfloat16, or fixed:I.F with I integer bits, sign included. Default: "
                + "float32.",
            valueName: "P"),
        transform: Self.parsePrecision)
    var precision = Arithmetic.float32

    @Flag(help: "The dump holds integer sums of 1-bit convolutions.")
    var accumulators = false

    @Option(
        help: ArgumentHelp(
            "What `bbcu budget --json` printed: the dump is judged as made in those formats, bit by bit.",
            valueName: "FILE.json"), completion: .file())
    var formats: String?

    @OptionGroup var output: ReportOptions

    @Flag(
        help: """
            Judge no port: say which faults could not be seen with the taps of DUMP, or with --taps: modules, signs, sums.
            """)
    var selfTest = false

    @Option(help: TapList.help("With --self-test, in place of DUMP. Default: modules; with --accumulators sums."))
    var taps: String?

    @Flag(help: "Exit with status 1 if the dump holds but the verdict is inconclusive.")
    var requireConclusive = false

    func validate() throws {
        guard taps == nil || selfTest && dumps.isEmpty else {
            throw ValidationError(
                "--taps belongs to --self-test, without DUMP: which faults could not be seen with these taps. What a port "
                    + "wrote is judged with DUMP alone.")
        }
        guard selfTest || !dumps.isEmpty else { throw ValidationError("Missing expected argument '<DUMP> ...'") }
        try validateSelfTest()
        if formats != nil, precision != .float32 {
            throw ValidationError("--formats says how every tensor is stored; leave out --precision.")
        }
        if previous != nil, accumulators {
            throw ValidationError("--previous is for the final image; --accumulators does not look at it.")
        }
    }

    private func validateSelfTest() throws {
        guard selfTest else { return }
        guard !requireConclusive else {
            throw ValidationError("--self-test judges no dump; leave out --require-conclusive.")
        }
        guard previous == nil else { throw ValidationError("--self-test judges no output; leave out --previous.") }
        guard formats == nil else {
            throw ValidationError("--self-test runs ports in float32; leave out --formats.")
        }
        guard precision == .float32 else {
            throw ValidationError("--self-test runs ports in float32; leave out --precision.")
        }
        guard map == nil || !dumps.isEmpty else { throw ValidationError("--map names the arrays of a DUMP.") }
    }

    func run() throws {
        try withExitStatus {
            try output.check(
                inputs: [model.file, model.network.options, input, map, formats, previous] + dumps)
            if selfTest { return try runSelfTest() }
            let formats = try formats.map(PortFormats.read)
            let loaded = try model.load()
            let network = loaded.model.network
            let read = try input.map {
                try InputReader.read($0, for: network, work: .comparison, dropsAlpha: true)
            }
            let result = try check(loaded, read?.map, formats)
            let subject = PortSubject(
                model, loaded, sha256: try loaded.checkpoint.sha256(), dumps: dumps, input: input,
                options: model.arguments)
            try output.put(result.document(subject, network: network))
            return result.holds && (result.isConclusive || !requireConclusive)
        }
    }

    private func check(
        _ loaded: LoadedModel, _ input: FeatureMap<Float>?, _ formats: PortFormats?
    ) throws -> PortReport {
        let kernels = try model.kernels()
        let network = loaded.model.network
        let dump = try DumpReader.read(dumps, for: network, input: self.input, previous: previous)
        let names = try map.map(NameMap.read) ?? [:]
        let progress = Progress(label: "check-port", unit: accumulators ? "unit" : "known fault")
        defer { progress.clear() }
        guard !accumulators else {
            return try AccumulatorCheck(loaded.model, arithmetic: precision, formats: formats, kernels: kernels)
                .run(dump, input: input, names: names, progress: progress.show)
        }
        let check = PortCheck(
            loaded.model, alternatives: loaded.knownAlternatives(), arithmetic: precision, formats: formats,
            kernels: kernels
        )
        return try check.run(
            dump, input: input, names: names,
            previous: try previous.map { try InputReader.read($0, for: network, dropsAlpha: true).map },
            progress: progress.show)
    }

    /// The port's arithmetic, of an option.
    static func parsePrecision(_ text: String) throws -> Arithmetic {
        guard let arithmetic = Arithmetic(text) else {
            throw ValidationError(
                "expected float32, float16, bfloat16 or fixed:I.F, such as fixed:8.8.")
        }
        return arithmetic
    }
}
