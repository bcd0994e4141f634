import ArgumentParser
import BBCUKit
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUReporting
import BBCUTrainingOptions
import TensorBytes

/// The options that say which network a checkpoint is; every command that runs one has them.
struct NetworkOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The amplification factor k. Default: the options file's, else 130 n / 64.", valueName: "K"),
        transform: Self.parseAmplification)
    var k: Double?

    @Option(
        help: ArgumentHelp("The training's options: BasicSR YAML or KAIR JSON.", valueName: "FILE"), completion: .file()
    )
    var options: String?

    @Option(help: ArgumentHelp("Which state dict of the file to use, such as params_ema.", valueName: "KEY"))
    var paramKey: String?

    @Option(help: ArgumentHelp("The same for any path in the file; \"\" is the file itself.", valueName: "PATH"))
    var root: String?

    @Option(
        name: .customLong("ignore-unused"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Allow keys that the network does not use: * any text, ? a character, [0-9] any character in the set. "
                + "Repeatable.",
            valueName: "PATTERN"))
    var ignoreUnused: [String] = []

    /// The keys that may be unused.
    var ignoredKeys: [NamePattern] { ignoreUnused.map { NamePattern($0) } }

    func validate() throws {
        if paramKey != nil, root != nil {
            throw ValidationError("--param-key and --root name the same thing; give one of them.")
        }
    }

    /// The request in the library's terms.
    func request(family: Family? = nil) throws -> NetworkRequest {
        NetworkRequest(
            family: family, root: paramKey ?? root, amplification: k, options: try options.map(TrainingOptions.read))
    }

    private static func parseAmplification(_ text: String) throws -> Double {
        guard let value = Amplification.parse(text) else {
            throw ValidationError("expected a number greater than 0 that float32 can hold, such as 130.")
        }
        return value
    }
}

/// A checkpoint and everything that is needed to run it.
struct ModelOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The checkpoint.", valueName: "FILE"), completion: .file())
    var file: String

    @OptionGroup var network: NetworkOptions

    @Flag(help: "Convert float16, bfloat16 or float64 weights to float32.")
    var convertDtype = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Threads. Default: one a processor. No result depends on it.", valueName: "N"),
        transform: OptionValues.whole(1...1024))
    var threads: Int?

    /// The arguments that give another command the same network with the same weights.
    var arguments: [String] {
        let options: [(String, String?)] = [
            ("--k", network.k.map { "\($0)" }), ("--options", network.options), ("--param-key", network.paramKey),
            ("--root", network.root),
        ]
        return [file] + options.flatMap { name, value in value.map { [name, $0] } ?? [] }
            + network.ignoreUnused.flatMap { ["--ignore-unused", $0] } + (convertDtype ? ["--convert-dtype"] : [])
    }

    /// Opens the checkpoint and reads its weights; warnings go to standard error.
    ///
    /// - Parameter allowsUnused: whether keys that the network does not use are only warned of: no verdict rests on them.
    func load(allowsUnused: Bool = false) throws -> LoadedModel {
        let loaded = try LoadedModel(file, try network.request(), convertsDtype: convertDtype)
        noteMissing(in: loaded.checkpoint)
        Standard.warnOfLater(loaded.checkpoint)
        for problem in loaded.resolution.problems {
            Standard.error(
                "bbcu: warning: \("k: expected \(problem.expected), found \(problem.found)".printable())")
        }
        if !allowsUnused {
            try loaded.resolution.requireNoUnusedKeys(file: file, ignoring: network.ignoredKeys)
        }
        loaded.resolution.warnOfUnusedKeys(file: file)
        if let note = loaded.resolution.selection.note {
            Standard.error("bbcu: note: \(file.printable()): \(note.printable())")
        }
        let rounded = loaded.resolution.roundedTensors
        if rounded > 0 {
            Standard.error(
                "bbcu: warning: \(file.printable()): \(rounded.counted("tensor")) rounded from float64 to float32"
            )
        }
        return loaded
    }

    /// The reference's form: what was asked for, else the published one, which a packed model cannot have.
    /// - Throws: ``UnusableCheckpoint`` where the published form is asked of a packed model.
    func form(_ asked: ReferenceForm?, _ loaded: LoadedModel) throws -> ReferenceForm {
        let form = asked ?? (loaded.model.hasLatentWeights ? .published : .exact)
        if form == .published { try loaded.model.requireLatentWeights(file: file) }
        return form
    }

    /// Refuses to write over what is read.
    /// - Throws: `ValidationError`, which ends in status 64.
    func refuseOverwriting(_ output: String, _ input: String? = nil) throws {
        try Guards.refuseOverwriting(output, inputs: [file, network.options, input])
    }

    /// The kernels that run it.
    func kernels() throws -> Kernels {
        guard let forced = ThisProcess.variable("BBCU_ISA") else { return try Kernels(threads: threads) }
        return try Kernels(named: forced, threads: threads)
    }
}

/// Says on standard error that a checkpoint names more than it holds.
///
/// - Parameter isAllNeededThere: whether the command has read every tensor that it needs.
func noteMissing(in checkpoint: Checkpoint, isAllNeededThere: Bool = true) {
    guard let first = checkpoint.missing.first else { return }
    let more = checkpoint.missing.count > 1 ? " and \(checkpoint.missing.count - 1) more" : ""
    Standard.error(
        "bbcu: warning: \(checkpoint.file.printable()): incomplete: \(first.name.printable(atMost: 160)) "
            + "(\(first.reason.printable(atMost: 200)))\(more); "
            + (isAllNeededThere ? "every tensor that is needed is there; " : "") + "bbcu inspect lists what is missing")
}

extension Resolution {
    /// Says on standard error which keys the network does not use.
    func warnOfUnusedKeys(file: String) {
        let unused = unusedKeys.map(\.key)
        guard !unused.isEmpty else { return }
        Standard.error(
            "bbcu: warning: \(file.printable()): \(unused.count.counted("key")) that the network does not use "
                + "\(unused.count == 1 ? "is" : "are") ignored: \(unused.shortList)")
    }
}

/// Opens a checkpoint, or what is left of it; what is lost is said on standard error.
func openCheckpoint(_ path: String, salvaging: Bool) throws -> Checkpoint {
    guard salvaging else { return try Checkpoint.open(path) }
    let salvage = try Salvage(path)
    guard let checkpoint = salvage.checkpoint else {
        throw InputError(
            file: path, found: salvage.notes.last ?? "nothing that can be used", expected: "at least the tensors' names"
        )
    }
    let lost = salvage.tensors.count { $0.condition != .intact }
    if lost > 0 {
        Standard.error(
            "bbcu: warning: \(path.printable()): \(lost) of \(salvage.tensors.count.counted("tensor")) are damaged or absent "
                + "(bbcu inspect --salvage lists them)")
    }
    return checkpoint
}

extension Family: ExpressibleByArgument {}

extension PortSubject {
    /// What a report says of a checkpoint and a port.
    init(
        _ model: ModelOptions, _ loaded: LoadedModel, sha256: String, dumps: [String] = [], input: String? = nil,
        options: [String] = []
    ) {
        self.init(
            file: model.file, sha256: sha256, network: loaded.model.network.summary,
            amplification: loaded.amplification.summary, dumps: dumps, input: input, options: options,
            unusedKeys: loaded.unusedKeys)
    }
}

extension GoldenHead {
    /// What a folder of golden data says of a checkpoint.
    init(_ model: ModelOptions, _ loaded: LoadedModel) throws {
        self.init(
            file: model.file, sha256: try loaded.checkpoint.sha256(), network: loaded.model.network,
            amplification: loaded.amplification, unusedKeys: loaded.unusedKeys)
    }
}
