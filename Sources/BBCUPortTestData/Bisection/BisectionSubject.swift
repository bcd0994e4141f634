import BBCUErrorBounds
import BBCUExecution
import BBCUPortChecking
import TensorBytes

/// A port that was searched for its first wrong tap: what was asked of it, and what came out, input by input.
public struct BisectionSubject: JSONModel, Sendable {
    /// The checkpoint, the network and the input's file.
    public var port: PortSubject
    /// The inputs in the order in which they were tried; the last one decided.
    public var trials: [BisectionTrial]
    /// How a right port sums.
    public var kind: SummationKind
    /// How many taps the port could be asked for.
    public var taps: Int
    /// The port.
    public var command: PortCommand
    /// The checkpoint and its options, as a command line has them.
    public var options: [String]
    /// What to say of the first input.
    public var remark: String?
    /// Whether the files of the search are there when the report is read.
    public var keepsFiles: Bool

    /// Collects what was searched; there is at least one trial.
    public init(
        port: PortSubject, trials: [BisectionTrial], kind: SummationKind, taps: Int, command: PortCommand,
        options: [String], remark: String? = nil, keepsFiles: Bool = true
    ) {
        (self.port, self.trials, self.kind, self.taps) = (port, trials, kind, taps)
        (self.command, self.options, self.remark, self.keepsFiles) = (command, options, remark, keepsFiles)
    }

    /// The trial that decided.
    public var deciding: BisectionTrial { trials[trials.count - 1] }
    package var bisection: Bisection { deciding.bisection }
    private var runs: Int { trials.reduce(0) { $0 + $1.bisection.answers.count } }
    package var resumed: Int { trials.reduce(0) { $0 + $1.folder.resumable } }
    package var notes: [String] {
        [remark].compactMap { $0 } + trials.flatMap { $0.bisection.notes.map(\.description) }
    }

    /// The faults that show on none of the inputs, for want of rows and columns.
    package var notShown: [String] {
        let height = trials.map(\.given.image.height).max() ?? 0
        let width = trials.map(\.given.image.width).max() ?? 0
        return [
            "rows from \(height) on and columns from \(width) on",
            "tiles of \(width)x\(height) or more", "line buffers of \(height) rows or more",
        ]
    }

    /// The run that decided: that of the first wrong tap, else the last one.
    private var decisiveCommand: String { decisiveCommand(PortCommand.text) }

    package func decisiveCommand(
        _ text: (PortCommand) -> (_ input: String, _ tap: String, _ output: String) -> String?
    ) -> String {
        let folder = deciding.folder
        let decisive = bisection.wrong?.tap.name ?? bisection.answers.last?.tap ?? ""
        return text(command)(folder.input, decisive, "\(folder.taps)/\(decisive).npy") ?? command.template
    }

    /// Writes the report; `Schemas/bisect.schema.json` describes it.
    public func encode(to encoder: any Encoder) throws {
        let results = JSONMembers([
            "input": deciding.input(port), "inputs": trials.map { JSONMembers([:], with: $0.input(port), $0.result) },
            "not_shown": notShown, "port": kind, "taps": taps,
            "folder": keepsFiles ? deciding.folder.path : nil as String?, "resumed": resumed,
            "asked": trials.enumerated().flatMap { place, trial in
                trial.bisection.answers.map { JSONMembers(["input": place], with: $0) }
            }, "diagnoses": bisection.diagnoses, "notes": notes, "unused_keys": port.unusedKeys,
        ])
        try encoder.encode(
            [
                "verdict": bisection.verdict, "last_good": bisection.lastGood, "first_wrong": bisection.firstWrong,
                "undecided": bisection.undecided, "suspects": bisection.suspects, "runs": runs,
                "command": decisiveCommand,
            ], with: port, results)
    }
}

extension Bisection.Answer: Encodable {
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "tap": tap, "verdict": verdict, "difference": comparison?.largestDifference, "bound": comparison?.bound,
            "values_beyond": comparison?.beyond, "at": comparison?.place, "value": comparison?.value,
            "expected": comparison?.expected,
        ])
    }
}

extension BisectionTrial {
    /// What the port was given.
    fileprivate func input(_ port: PortSubject) -> JSONMembers {
        JSONMembers([
            "text": text(port), "path": folder.input,
            "shape": [given.image.channels, given.image.height, given.image.width], "qualifies": given.qualifies,
            "signs": given.margins.count, "violations": given.margins.violations,
        ])
    }

    /// What came of it.
    fileprivate var result: JSONMembers {
        JSONMembers([
            "verdict": bisection.verdict, "runs": bisection.answers.count, "judged_by_steps": bisection.isStepped,
        ])
    }

    /// Its size: `24x24`.
    package var size: String { "\(given.image.width)x\(given.image.height)" }

    /// The input in words.
    package func text(_ port: PortSubject) -> String {
        let changes = given.changes == 0 ? "" : ", \(given.changes) of its values changed"
        return port.input ?? "\(size) 8-bit noise, seed \(given.seed)\(changes)"
    }
}

extension Bisection {
    package var lastGood: String { good?.tap.name ?? "input" }
    package var firstWrong: String? { wrong?.tap.name }
}
