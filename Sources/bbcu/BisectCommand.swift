import ArgumentParser
import BBCUKit
import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct BisectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bisect",
        abstract: "Finds where a port goes wrong, asking it for one tap at a time.",
        discussion: """
            The command is run by /bin/sh with {input}, {tap} and {output} replaced: the port reads the input, a float32 \
            .npy (C, H, W), and writes what it has at the tap, such as body.0.body.0 or output, as a float32 .npy \
            (C, H, W). The list of taps is halved, so that a network of 37 takes 7 runs. The input is one on which every \
            right port has the same signs, so that what differs is a fault; on another (--input) signs may turn, and \
            where they can hide a fault the answer is a bracket. Status 0: the last tap is right, 1: a tap is wrong or \
            none could be shown to be, 2: a run of the port failed.

            Example: bbcu bisect BBCUM_x4.pth --run './port {input} {tap} {output}'
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("The port, with {input}, {tap} and {output} in it.", valueName: "CMD"),
        transform: Self.parseCommand)
    var command: PortCommand

    @Option(
        help: ArgumentHelp("What the port is given: a PNG or JPEG, or a float32 .npy (C, H, W).", valueName: "X"),
        completion: .file())
    var input: String?

    @Option(
        help: ArgumentHelp(
            "The size of the input that is searched for, at most 32x32. Default: 4x4.", valueName: "WxH"),
        transform: PixelSize.parse)
    var size: PixelSize?

    @Option(
        parsing: .unconditional, help: "The seed from which that search begins. Default: 1.",
        transform: OptionValues.seed)
    var seed: UInt64?

    @Option(help: TapList.help("Default: modules."))
    var taps: String?

    @Option(help: "How the port sums: exact integers times alpha, or alpha times signs in float32.")
    var port = SummationKind.integer

    @Option(
        parsing: .unconditional, help: ArgumentHelp("The time limit of one run of the port.", valueName: "SECONDS"),
        transform: OptionValues.whole(1...1_000_000))
    var timeout = 3600

    @Option(
        help: ArgumentHelp(
            "The folder of the search's files. Given again with the same checkpoint, input and command, what the port has "
                + "written there is not asked for again: delete it when the port has changed. Default: a new one among the "
                + "system's temporary files.",
            valueName: "DIR"), completion: .directory)
    var state: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let size, size.width > 32 || size.height > 32 { throw ValidationError("--size takes at most 32x32.") }
        if input != nil, size != nil || seed != nil {
            throw ValidationError("--size and --seed are of the input that is searched for; leave out --input.")
        }
    }

    func run() throws {
        try withExitStatus {
            let loaded = try model.load()
            let kernels = try model.kernels()
            let network = loaded.model.network
            let taps = try chosenTaps(network)
            let given = try givenInput(loaded.model, kernels)
            let sha256 = try loaded.checkpoint.sha256()
            let folder = try BisectionFolder(
                try stateFolder(), key: .init(checkpoint: sha256, command: command.template), input: given.image)
            var asking = PortAsking(
                command: command, timeout: timeout, folder: folder,
                mostRuns: PortBisection.mostRuns(taps: taps.names.count))
            let search = PortBisection(loaded.model, input: given.image, taps: taps, port: port, kernels: kernels)
            var bisection = try search.run { try asking.ask($0) }
            asking.progress.clear()
            bisection = try bisection.checked(
                PortCheck(loaded.model, alternatives: loaded.alternatives(), kernels: kernels),
                sums: AccumulatorCheck(loaded.model, kernels: kernels), input: given.image)
            let subject = BisectionSubject(
                port: PortSubject(
                    file: model.file, sha256: sha256, network: network.summary,
                    amplification: loaded.amplification.summary, dumps: [], input: input,
                    unusedKeys: loaded.unusedKeys),
                given: given, kind: port, taps: taps.names.count, folder: asking.folder, command: command,
                options: model.arguments)
            Standard.output(json ? [bisection.json(subject).text] : bisection.text(subject))
            return bisection.verdict == .holds
        }
    }

    /// The modules, or what was named.
    private func chosenTaps(_ network: Network) throws -> VectorTaps {
        try TapList.taps(taps ?? "modules", of: network)
    }

    /// The input that was given, or one on which every right port has the same signs.
    private func givenInput(_ model: Model, _ kernels: Kernels) throws -> DistinguishingInput {
        if let input {
            let map = try InputReader.read(input, for: model.network).map
            try Guards.requireMemory(
                for: .comparison, model.network, height: map.height, width: map.width, input: input)
            return DistinguishingInput.judging(map, model, port: port, kernels: kernels)
        }
        let (height, width) = (size?.height ?? 4, size?.width ?? 4)
        let progress = Progress(label: "bisect", unit: "image")
        defer { progress.clear() }
        let found = DistinguishingInput.search(
            model, height: height, width: width, port: port, seed: seed ?? 1,
            limits: .usual(height: height, width: width, port: port, progress: progress.show), kernels: kernels)
        guard let found = found.first else {
            throw InputError(file: self.model.file, found: "no image", expected: "one")
        }
        return found
    }

    /// The folder of the search's files, made where it is not there, as an absolute path: the port may change folders.
    private func stateFolder() throws -> String {
        let path: String
        if let state {
            try makeFolder(state)
            path = state
        } else {
            path = try makeTemporaryFolder("bbcu-bisect")
        }
        guard let absolute = realpath(path, nil) else {
            throw InputError(file: path, found: String(cString: strerror(errno)), expected: "a folder")
        }
        defer { free(absolute) }
        let folder = String(cString: absolute)
        try makeFolder(folder + "/taps")
        return folder
    }

    private static func parseCommand(_ text: String) throws -> PortCommand {
        guard let command = PortCommand(text) else {
            throw ValidationError(
                "expected a command with {input}, {tap} and {output} in it, as in 'port {input} --tap {tap} -o {output}'."
            )
        }
        return command
    }
}

/// Asks a port for taps, and keeps what it wrote.
private struct PortAsking {
    let command: PortCommand
    let timeout: Int
    var folder: BisectionFolder
    let mostRuns: Int
    let progress = Progress(label: "bisect", unit: "run")
    private var runs = 0
    /// Said where the search is interrupted.
    private var farewell: String {
        "\ninterrupted in the run for one tap; with --state \(folder.path.shellQuoted) the same command goes on there\n"
    }

    init(command: PortCommand, timeout: Int, folder: BisectionFolder, mostRuns: Int) {
        self.command = command
        self.timeout = timeout
        self.folder = folder
        self.mostRuns = mostRuns
    }

    /// The port's values at a tap.
    /// - Throws: ``RunError`` where the run failed or left something else.
    mutating func ask(_ tap: PortTap) throws -> FeatureMap<Float> {
        runs += 1
        progress.show(runs, mostRuns)
        let file = folder.file(tap)
        if folder.holds(tap) { return try tap.read(file) }
        unlink(file)
        let text = command.text(input: folder.input, tap: tap.name, output: file)
        func failure(_ reason: String) -> RunError {
            progress.clear()
            return RunError(tap: tap.name, reason: reason, log: folder.log, folder: folder.path)
        }
        do throws(ShellProcess.Failure) {
            try ShellProcess.run(text, seconds: timeout, log: folder.log, farewell: farewell)
        } catch {
            throw failure(error.text)
        }
        guard access(file, R_OK) == 0 else { throw failure("ended well but wrote no \(file)") }
        let values: FeatureMap<Float>
        do { values = try tap.read(file) } catch { throw failure("is of no use: \(error)") }
        try folder.finish(tap)
        return values
    }
}

/// A run of the port that gave nothing to judge.
private struct RunError: Error, CustomStringConvertible {
    var tap: String
    var reason: String
    var log: String
    var folder: String

    var description: String {
        let printed = ((try? ByteRegion.mapping(log))?.bytes ?? []).suffix(4000)
        let last = String(decoding: printed, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(3)
        let words = last.map { String($0).printable(atMost: 200) }.joined(separator: " | ")
        return """
            the run of the port for \(tap) \(reason)\(last.isEmpty ? "" : "\nit printed \(words) (\(log))")
            mend that and run again; with --state \(folder.shellQuoted) the taps that it has written are kept. A port that \
            cannot give some of its taps is asked for the others by --taps LIST
            """
    }
}
