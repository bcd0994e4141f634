import ArgumentParser
import BBCUErrorBounds
import BBCUKit
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData

struct BisectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bisect",
        abstract: "Finds where a port goes wrong, asking it for one tap at a time.",
        discussion: """
            The command is run by /bin/sh with {input}, {tap} and {output} replaced: the port reads the input, a float32 \
            .npy (C, H, W), and writes what it has at the tap, such as body.0.body.0 or output, as a float32 .npy \
            (C, H, W). The list of taps is halved, so that a network of 37 takes 7 runs. The first input is a small one on \
            which every correct port has the same signs, so that what differs is a fault. A port that holds there is asked \
            for its output on 24x24 noise too, and searched there if that is wrong. With --input only that input is used: signs may turn, and where they can hide a fault the \
            answer is a bracket. Status 0: the last tap is right, 1: a tap is wrong or none could be shown to be, 2: a run of \
            the port failed.

            The input, the taps, the port's output (port.log) and state.json are in one folder, which the report names. Without \
            --state it is a temporary one: it is removed if the port holds, and kept if a tap is wrong or undecided, if a run \
            fails, or if the search is interrupted. The message then names the folder; --state with it goes on there.

            The three are quoted for the shell: write {input}, not "{input}". Quotes around one of them do no harm; within \
            longer quotes, as in sh -c 'port {input}', the paths have to be plain words.

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
                + "system's temporary files, removed if the port holds, kept otherwise and if interrupted.",
            valueName: "DIR"), completion: .directory)
    var state: String?

    @OptionGroup var output: ReportOptions

    func validate() throws {
        if let size, size.width > 32 || size.height > 32 { throw ValidationError("--size takes at most 32x32.") }
        if input != nil, size != nil || seed != nil {
            throw ValidationError("--size and --seed are of the input that is searched for; leave out --input.")
        }
    }

    func run() throws {
        try withExitStatus {
            try output.check(inputs: [model.file, model.network.options, input])
            let loaded = try model.load()
            let kernels = try model.kernels()
            let taps = try chosenTaps(loaded.model.network)
            let folder = try stateFolder()
            // What a failed or interrupted search has written is worth keeping, once there is any of it.
            var isFolderKept = false
            defer { if state == nil, !isFolderKept { FolderListing.remove(folder) } }
            try requireSafePlaces(folder)
            let lock = try FileLock(folder + "/state.json")
            defer { withExtendedLifetime(lock) {} }
            let (given, remark) = try givenInput(loaded.model, kernels)
            let sha256 = try loaded.checkpoint.sha256()
            let search = TrialSearch(
                loaded: loaded, kernels: kernels, taps: taps, port: port, command: command, timeout: timeout,
                sha256: sha256)
            isFolderKept = true
            var trials = [try search.run(given, in: folder)]
            if trials[0].bisection.verdict == .holds, input == nil, !Self.secondSize.fits(in: given.image) {
                let second = Self.secondSize
                let path = "\(folder)/\(second)"
                try makeFolder(path)
                try makeFolder(path + "/taps")
                let noise = try FeatureMap<Float>.noise(
                    channels: given.image.channels, height: second.height, width: second.width, seed: seed ?? 1)
                trials.append(
                    try search.runStepped(
                        .judging(noise, loaded.model, port: port, seed: seed ?? 1, kernels: kernels), in: path))
            }
            isFolderKept = state != nil || trials.last?.bisection.verdict != .holds
            let subject = BisectionSubject(
                port: PortSubject(model, loaded, sha256: sha256, input: input),
                trials: trials, kind: port, taps: taps.names.count, command: command, options: model.arguments,
                remark: remark, keepsFiles: isFolderKept)
            try output.put(subject.document)
            return subject.deciding.bisection.verdict == .holds
        }
    }

    /// Noise of this size is asked for too before the verdict is HOLDS: faults of rows, tiles and line buffers do not show on
    /// the small input on which every sign is certain.
    private static let secondSize = PixelSize(width: 24, height: 24)

    /// The modules, or what was named.
    private func chosenTaps(_ network: BBCUNetwork) throws -> VectorTaps {
        try TapList.taps(taps ?? "modules", of: network)
    }

    /// The input that was given, or one on which every right port has the same signs; and what to say of it.
    private func givenInput(_ model: BBCUModel, _ kernels: Kernels) throws -> (DistinguishingInput, remark: String?) {
        if let input {
            let map = try InputReader.read(input, for: model.network, work: .comparison).map
            return (DistinguishingInput.judging(map, model, port: port, kernels: kernels), nil)
        }
        let wanted = size ?? PixelSize(width: 4, height: 4)
        let progress = Progress(label: "bisect", unit: "image")
        defer { progress.clear() }
        var size = wanted
        var (share, best): (Double, DistinguishingInput?) = (0.5, nil)
        while true {
            let found = DistinguishingInput.search(
                model, height: size.height, width: size.width, port: port, seed: seed ?? 1,
                limits: .short(
                    height: size.height, width: size.width, port: port, share: share, progress: progress.show),
                kernels: kernels
            ).first
            if let found, found.qualifies {
                let isSmaller = (size.width, size.height) != (wanted.width, wanted.height)
                return (found, isSmaller ? Self.gaveUp(wanted, "a \(size) image is used instead") : nil)
            }
            best = best ?? found
            guard max(size.width, size.height) > 1 else { break }
            size = PixelSize(width: max(1, size.width / 2), height: max(1, size.height / 2))
            share /= 2
        }
        guard let best else { throw InputError(file: self.model.file, found: "no image", expected: "one") }
        return (best, Self.gaveUp(wanted, "the best one that was found is used, on which some signs are in doubt"))
    }

    private static func gaveUp(_ size: PixelSize, _ instead: String) -> String {
        "no \(size) image on which every sign is certain was found within the limit of the search; \(instead)"
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
        guard let folder = FolderListing.absolute(path) else {
            throw InputError(file: path, found: systemError(), expected: "a folder")
        }
        try makeFolder(folder + "/taps")
        return folder
    }

    /// - Throws: `ValidationError` for a command in which a value of this folder could be read as commands.
    private func requireSafePlaces(_ folder: String) throws {
        guard command.text(input: folder, tap: "output", output: folder) == nil else { return }
        throw ValidationError(
            "--run: \(command.placeInQuotes ?? "a place") stands within quotes, and the folder \(folder.printable()) has "
                + "characters that a shell understands; leave out the quotes, as bbcu quotes the value itself, or give "
                + "--state a folder of plain letters and digits.")
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
