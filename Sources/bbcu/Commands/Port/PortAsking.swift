import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUKit
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import TensorBytes

/// Searches for the first wrong tap on one input or another.
struct TrialSearch {
    let loaded: LoadedModel
    let kernels: Kernels
    let taps: VectorTaps
    let port: SummationKind
    let command: PortCommand
    let timeout: Int
    let sha256: String

    /// On an input whose signs are certain, or that somebody gave.
    /// - Parameter path: the folder of its files, which is there.
    func run(_ given: DistinguishingInput, in path: String) throws -> BisectionTrial {
        let search = PortBisection(loaded.model, input: given.image, taps: taps, port: port, kernels: kernels)
        return try trial(given, path) { ask in try search.run(ask: ask) }
    }

    /// On an input whose signs are in doubt.
    /// - Parameter path: the folder of its files, which is there.
    func runStepped(_ given: DistinguishingInput, in path: String) throws -> BisectionTrial {
        let stepped = try SteppedBisection(
            PortCheck(loaded.model, alternatives: loaded.knownAlternatives(), kernels: kernels), input: given.image,
            taps: taps)
        guard stepped.hasTaps else {
            let search = PortBisection(loaded.model, input: given.image, taps: taps, port: port, kernels: kernels)
            return try trial(given, path) { ask in try search.run(endsInDoubt: true, ask: ask) }
        }
        let found = try trial(given, path) { ask in try stepped.run(ask: ask) }
        guard found.bisection.verdict == .fails, taps.names.contains(where: VectorTaps.isInside) else { return found }
        // Signs and sums are not searched by steps: by their bounds they may place the fault closer.
        let search = PortBisection(loaded.model, input: given.image, taps: taps, port: port, kernels: kernels)
        let closer = try trial(given, path) { ask in try search.run(endsInDoubt: true, ask: ask) }
        return closer.bisection.verdict == .fails ? closer : found
    }

    private func trial(
        _ given: DistinguishingInput, _ path: String,
        _ search: ((PortTap) throws -> FeatureMap<Float>) throws -> Bisection
    ) throws -> BisectionTrial {
        let folder = try BisectionFolder(
            path, state: .init(checkpoint: sha256, command: command.template), input: given.image)
        var asking = PortAsking(
            command: command, timeout: timeout, folder: folder,
            mostRuns: PortBisection.mostRuns(taps: taps.names.count))
        let found = try search { try asking.ask($0) }
        asking.progress.clear()
        return BisectionTrial(
            given: given, folder: asking.folder,
            bisection: try found.checked(
                PortCheck(loaded.model, alternatives: loaded.knownAlternatives(), kernels: kernels),
                sums: AccumulatorCheck(loaded.model, kernels: kernels), input: given.image))
    }
}

/// Asks a port for taps, and keeps what it wrote.
struct PortAsking {
    let command: PortCommand
    let timeout: Int
    var folder: BisectionFolder
    let mostRuns: Int
    let progress = Progress(label: "bisect", unit: "run")
    private var runs = 0
    /// The text on standard error if the search is interrupted.
    private var farewell: String {
        let state = folder.path.shellWord
        return "\ninterrupted in the run for one tap; with --state \(state) the same command goes on there\n"
    }

    init(command: PortCommand, timeout: Int, folder: BisectionFolder, mostRuns: Int) {
        self.command = command
        self.timeout = timeout
        self.folder = folder
        self.mostRuns = mostRuns
    }

    /// The port's values at a tap.
    /// - Throws: ``RunError`` if the run failed or left something else.
    mutating func ask(_ tap: PortTap) throws -> FeatureMap<Float> {
        runs += 1
        progress.show(runs, mostRuns)
        let file = folder.file(tap)
        if folder.holds(tap) { return try tap.read(file) }
        FolderListing.removeFile(file)
        func failure(_ reason: String) -> RunError {
            progress.clear()
            return RunError(tap: tap.name, reason: reason, log: folder.log, folder: folder.path)
        }
        guard let text = command.text(input: folder.input, tap: tap.name, output: file) else {
            throw failure("was not started: its path cannot be put within quotes")
        }
        do throws(ShellProcess.Failure) {
            try ShellProcess.run(text, seconds: timeout, log: folder.log, farewell: farewell)
        } catch {
            throw failure(error.text)
        }
        guard FolderListing.isReadable(file) else { throw failure("ended well but wrote no \(file)") }
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

    /// The last bytes of a file; none of one that cannot be read: the error is another.
    private static func ending(of path: String) -> [UInt8] {
        guard let region = try? ByteRegion.mapping(path) else { return [] }
        let count = min(4000, region.count)
        return (try? region.slice(at: region.count - count, count: count))?.bytes ?? []
    }

    var description: String {
        let printed = Self.ending(of: log)
        let last = String(decoding: printed, as: UTF8.self).linesOfText.suffix(3)
        let words = last.map { $0.printable(atMost: 200) }.joined(separator: " | ")
        return """
            the run of the port for \(tap) \(reason)\(last.isEmpty ? "" : "\nit printed \(words) (\(log.printable()))")
            Fix that and run again. With --state \(folder.shellWord) the taps that it has written are kept. \
            A port that cannot give some of its taps is asked for the others by --taps LIST
            """
    }
}

extension ShellProcess.Failure {
    /// The end in words.
    fileprivate var text: String {
        switch self {
        case .status(let status): "ended with status \(status)"
        case .signal(let number): "was ended by signal \(number)"
        case .timeout(let seconds): "had not ended after \(seconds.counted("second"))"
        case .notStarted(let reason): "could not be started: \(reason)"
        }
    }
}
