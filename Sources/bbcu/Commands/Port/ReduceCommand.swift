import ArgumentParser
import BBCUErrorBounds
import BBCUKit
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData

struct ReduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reduce",
        abstract: "Shrinks a dump that fails to the smallest crop of one module that still fails.",
        discussion: """
            DUMP holds what modules made, and so what the next ones were given, or only the output, in the files and under \
            the names that check-port takes; integer sums alone cannot be cut. The first module that is wrong given its own \
            input, a dumped one or X, is cut down to the smallest part of its output that fails by the same known faults, \
            with the part of its input that this is made of. DIR \
            gets both, what a right port makes of it and its bounds as .npy files, with reduced.json and README.md. \
            --replay judges the case in DIR again, or what a repaired port makes of it, and reports as check-port does. \
            Status 0: holds, there is nothing to reduce; 1: fails.

            Example: bbcu reduce BBCUM_x4.pth dump.npz --input photo.png -o case
            Example: bbcu reduce BBCUM_x4.pth --replay case --values repaired.npy
            """)

    @OptionGroup var model: ModelOptions

    @Argument(help: ArgumentHelp("What the port wrote.", valueName: "DUMP"), completion: .file())
    var dumps: [String] = []

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write.", valueName: "DIR"), completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp("What the port was given: a PNG or JPEG, or a float32 .npy (C, H, W).", valueName: "X"),
        completion: .file())
    var input: String?

    @Option(
        help: ArgumentHelp("A JSON object: the dump's names to PyTorch's.", valueName: "NAMES.json"),
        completion: .file())
    var map: String?

    @Option(
        help: ArgumentHelp("The port's arithmetic, as check-port takes it. Default: float32.", valueName: "P"),
        transform: CheckPortCommand.parsePrecision)
    var precision: Arithmetic?

    @Option(
        help: ArgumentHelp(
            "What `bbcu budget --json` printed: the dump is judged as made in those formats, and so is the case by --replay.",
            valueName: "FILE.json"), completion: .file())
    var formats: String?

    @Option(help: ArgumentHelp("Judge the case in this folder.", valueName: "DIR"), completion: .directory)
    var replay: String?

    @Option(
        help: ArgumentHelp(
            "With --replay: what the port makes of the case now, the core or all of it, in place of what it made.",
            valueName: "FILE.npy"), completion: .file())
    var values: String?

    @OptionGroup var reporting: ReportOptions

    func validate() throws {
        guard replay != nil else {
            guard !dumps.isEmpty else { throw ValidationError("Missing expected argument '<DUMP> ...'") }
            guard output != nil else { throw ValidationError("Missing expected argument '-o <DIR>'") }
            guard values == nil else { throw ValidationError("--values belongs to --replay.") }
            guard formats == nil || precision == nil else {
                throw ValidationError("--formats says how every tensor is stored; leave out --precision.")
            }
            return
        }
        guard dumps.isEmpty, output == nil, input == nil, map == nil, precision == nil, formats == nil
        else {
            throw ValidationError("--replay takes all it needs from its folder; leave out DUMP and its options.")
        }
    }

    func run() throws {
        try withExitStatus {
            try reporting.check(inputs: [model.file, model.network.options, input, map, formats] + dumps)
            if let replay { return try runReplay(replay) }
            let folder = output ?? ""
            let formats = try formats.map(PortFormats.read)
            let loaded = try model.load()
            let network = loaded.model.network
            let read = try input.map {
                try InputReader.read($0, for: network, work: .comparison, dropsAlpha: true)
            }
            let check = try portCheck(loaded, precision ?? .float32, formats)
            let outcome = try reduction(check, network, read?.map)
            var report = ReductionReport(
                outcome, of: try subject(loaded, dumps, input), amplification: network.amplification, folder: folder,
                command: (["bbcu", "reduce"] + model.arguments + ["--replay", folder]).shellCommand)
            if let reduced = outcome.reduced {
                report.judged = try check.run(reduced)
                try makeFolder(folder)
                let guarding = { (path: String) throws in
                    try Guards.refuseOverwriting(
                        path, inputs: [model.file, model.network.options, input, map, self.formats] + dumps)
                }
                report.files = try ReducedFolder(folder).write(
                    reduced, expected: try check.expected(reduced), guarding: guarding)
                for (name, text) in [("reduced.json", report.json.text + "\n"), ("README.md", report.readme)] {
                    try guarding("\(folder)/\(name)")
                    try WholeFile.write(text, to: "\(folder)/\(name)")
                }
            }
            try reporting.put(report.document)
            return outcome.reduced == nil
        }
    }

    /// Judges a case that was written.
    private func reduction(
        _ check: PortCheck, _ network: BBCUNetwork, _ input: FeatureMap<Float>?
    ) throws -> PortReduction.Outcome {
        let progress = Progress(label: "reduce", unit: "known fault")
        defer { progress.clear() }
        return try PortReduction(check).run(
            try DumpReader.read(dumps, for: network, input: self.input), input: input,
            names: try map.map(NameMap.read) ?? [:]
        ) { activity in
            switch activity {
            case .fault(let done, let total): progress.show(done, total)
            case .crop(let rows, let columns): progress.draw("a crop of \(columns)x\(rows) pixels")
            }
        }
    }

    private func runReplay(_ folder: String) throws -> Bool {
        let loaded = try model.load()
        let subject = try subject(
            loaded, [values ?? "\(folder)/port.npy"], "\(folder)/input.npy")
        let saved = try ReducedFolder(folder).read(loaded.model.network, checkpoint: subject.sha256)
        guard saved.amplification == loaded.model.network.amplification else {
            throw InputError(
                file: model.file, found: "k = \(loaded.amplification.value)",
                expected: "\(saved.amplification), with which the case was made: give --k")
        }
        let report = try portCheck(loaded, saved.arithmetic, saved.formats).run(
            saved.reduced, values: try values.map(ReducedFolder.map))
        try reporting.put(report.document(subject, network: loaded.model.network))
        return report.holds
    }

    private func portCheck(_ loaded: LoadedModel, _ arithmetic: Arithmetic, _ formats: PortFormats?) throws -> PortCheck
    {
        PortCheck(
            loaded.model, alternatives: loaded.knownAlternatives(), arithmetic: arithmetic, formats: formats,
            kernels: try model.kernels())
    }

    private func subject(_ loaded: LoadedModel, _ dumps: [String], _ input: String?) throws -> PortSubject {
        PortSubject(model, loaded, sha256: try loaded.checkpoint.sha256(), dumps: dumps, input: input)
    }
}
