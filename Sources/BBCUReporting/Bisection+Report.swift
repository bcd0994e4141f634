import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import OrderedCollections
import TensorBytes

/// A port that was searched for its first wrong tap: what was asked of it, and what came out, input by input.
public struct BisectionSubject: Sendable {
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
        self.port = port
        self.trials = trials
        self.kind = kind
        self.taps = taps
        self.command = command
        self.options = options
        self.remark = remark
        self.keepsFiles = keepsFiles
    }

    /// The trial that decided.
    public var deciding: BisectionTrial { trials[trials.count - 1] }
    private var bisection: Bisection { deciding.bisection }
    private var runs: Int { trials.reduce(0) { $0 + $1.bisection.answers.count } }
    private var resumed: Int { trials.reduce(0) { $0 + $1.folder.resumable } }
    private var notes: [String] { [remark].compactMap { $0 } + trials.flatMap { $0.bisection.notes.map(\.text) } }

    /// The faults that show on none of the inputs, for want of rows and columns.
    private var notShown: [String] {
        let height = trials.map(\.given.image.height).max() ?? 0
        let width = trials.map(\.given.image.width).max() ?? 0
        return [
            "rows from \(height) on and columns from \(width) on",
            "tiles of \(width)x\(height) or more", "line buffers of \(height) rows or more",
        ]
    }

    /// The report as JSON; `Schemas/bisect.schema.json` describes it.
    public var json: JSONValue {
        [
            "verdict": .string(bisection.verdict.rawValue), "last_good": .string(bisection.lastGood),
            "first_wrong": JSONValue(bisection.firstWrong), "undecided": JSONValue(bisection.undecided),
            "suspects": JSONValue(bisection.suspects), "runs": .integer(runs), "command": .string(decisiveCommand),
            "file": .string(port.file), "sha256": .string(port.sha256), "network": .string(port.network),
            "amplification": .string(port.amplification), "input": deciding.json(port),
            "inputs": .array(
                trials.map { trial in
                    guard case .object(var members) = trial.json(port) else { return .null }
                    members["verdict"] = .string(trial.bisection.verdict.rawValue)
                    members["runs"] = .integer(trial.bisection.answers.count)
                    members["judged_by_steps"] = .bool(trial.bisection.isStepped)
                    return .object(members)
                }),
            "not_shown": JSONValue(notShown), "port": .string(kind.rawValue), "taps": .integer(taps),
            "folder": keepsFiles ? .string(deciding.folder.path) : .null, "resumed": .integer(resumed),
            "asked": .array(
                trials.enumerated().flatMap { place, trial in
                    trial.bisection.answers.map { $0.json(input: place) }
                }),
            "diagnoses": .array(bisection.diagnoses.map(\.json)), "notes": JSONValue(notes),
            "unused_keys": JSONValue(port.unusedKeys),
        ]
    }

    /// The report.
    public var document: ReportDocument {
        let facts: [ReportDocument.Fact] =
            [
                .init("file", .code(port.file)), .init("sha256", .code(port.sha256)),
                .init("network", RichText(port.network)), .init("k", RichText(port.amplification)),
                .init("port", .code(command.template, atMost: 2000)),
            ]
            + trials.flatMap { trial -> [ReportDocument.Fact] in
                [
                    .init("input", RichText(trial.text(port))), .init("", RichText(trial.quality)),
                    .init("files", keepsFiles ? .code(trial.folder.path) : "removed; \(Advice.keepFiles)"),
                ]
            }
        let resumedNote =
            "\(NumberText.count(resumed, "tap")) had been written before; delete state.json there if the port has changed "
            + "since"
        return ReportDocument(
            title: "The first wrong layer of a port of \(port.network)", verdict: verdict, tone: tone,
            facts: facts + (resumed > 0 ? [.init("note", RichText(resumedNote))] : []) + port.unusedKeys.ignoredFacts
                + notes.map { .init("note", RichText($0)) },
            sections: [.init("asked", "What the port was asked for", [.table(table)])], findings: findings, json: json)
    }

    private var tone: ReportDocument.Tone {
        switch bisection.verdict {
        case .holds: .good
        case .undecided: .caution
        case .fails: .bad
        }
    }

    private var table: ReportTable {
        let answers = trials.flatMap { trial in trial.bisection.answers.map { (trial: trial, answer: $0) } }
        let rows = answers.enumerated().map { (run: $0.offset + 1, trial: $0.element.trial, answer: $0.element.answer) }
        let size: [ReportTable.Column<(run: Int, trial: BisectionTrial, answer: Bisection.Answer)>] =
            trials.count > 1 ? [.text("input", \.trial.size)] : []
        return ReportTable(
            "Taps in the order in which they were asked for", of: rows, isBad: { $0.answer.verdict == .wrong },
            columns: [.number("run") { "\($0.run)" }] + size + [
                .text("tap", \.answer.tap), .text("verdict", \.answer.verdict.rawValue),
                .number("off by") { $0.answer.comparison.map { NumberText.scientific($0.largestDifference) } ?? "" },
                .number("bound") { $0.answer.comparison.map { NumberText.scientific($0.bound) } ?? "" },
                .number("beyond") { $0.answer.comparison.map { "\($0.beyond)" } ?? "" },
            ])
    }

    /// The run that decided: that of the first wrong tap, else the last one.
    private var decisiveCommand: String { decisiveCommand(PortCommand.text) }

    private func decisiveCommand(
        _ text: (PortCommand) -> (_ input: String, _ tap: String, _ output: String) -> String?
    ) -> String {
        let folder = deciding.folder
        let decisive = bisection.wrong?.tap.name ?? bisection.answers.last?.tap ?? ""
        return text(command)(folder.input, decisive, "\(folder.taps)/\(decisive).npy") ?? command.template
    }

    private var sizes: String { trials.map(\.size).joined(separator: " and ") }

    private var verdict: String {
        let counts = trials.map { "\($0.bisection.answers.count)" }.joined(separator: " and ")
        let asked = "\(counts) of \(NumberText.count(taps, "tap")) asked for"
        switch bisection.verdict {
        case .holds:
            return "HOLDS: \(trials[0].bisection.lastGood), the last tap, is what the network computes, within rounding"
                + "\(trials.count > 1 ? ", on \(sizes)" : ""); \(asked)."
        case .undecided:
            return
                "UNDECIDED: right up to \(bisection.lastGood); from there on signs may turn in a right port too, and nothing is "
                + "so far off that it must be wrong; \(asked)."
        case .fails:
            let start = bisection.good.map { "\($0.tap.name) is right" } ?? "the input is given"
            let size = trials.count > 1 ? " on \(deciding.size)" : ""
            return "FAILS: \(start), \(bisection.firstWrong ?? "") is wrong\(size); \(asked)."
        }
    }

    private static var wayOut: String {
        "\(Advice.withoutInput) an input is searched for on which no sign can turn; there the answer is exact."
    }

    private var findings: [ReportDocument.Block] {
        let gaps = "Cannot show at \(sizes): \(notShown.joined(separator: ", "))."
        switch bisection.verdict {
        case .holds:
            return [
                .paragraphs([
                    gaps + " \(Advice.largerImage)",
                    "No sign is at zero on these inputs, for example: \(Advice.vectorsAndSelfTest) "
                        + "says which faults the port's taps cannot show.",
                ])
            ]
        case .undecided: return [.paragraphs([gaps, Self.wayOut])]
        case .fails: return failure
        }
    }

    private var failure: [ReportDocument.Block] {
        var lines: [String] = []
        if trials.count > 1 {
            lines.append(
                "On \(trials[0].size) the port holds: the fault needs more rows or columns, as those of tiles, line buffers and "
                    + "offsets do.")
        }
        let suspects = bisection.suspects
        if suspects.count > 1 {
            let names = suspects.prefix(8).joined(separator: ", ")
            let more = suspects.count > 8 ? " and \(suspects.count - 8) more" : ""
            lines.append("A fault is in one of \(names)\(more).")
        }
        if !bisection.undecided.isEmpty {
            lines.append(
                "Between them signs may turn in a right port too, so that nothing there is surely right or wrong.")
            lines.append(Self.wayOut)
        }
        var commands = [("The run that decided:", decisiveCommand(PortCommand.shownText))]
        if let reduceCommand { commands.append(("The smallest case that fails:", reduceCommand)) }
        return [.paragraphs(lines)]
            + PortReport.blocks(
                bisection.diagnoses, none: "No known fault reproduces it.",
                cannot: "which these two taps cannot tell apart")
            + commands.map { .paragraph("\($0) \(code: $1, atMost: 4000)") }
    }

    /// How the wrong tap is cut down; nil for what is no module's output, or not finite.
    private var reduceCommand: String? {
        guard bisection.check != nil, bisection.wrong?.tap.isInside == false else { return nil }
        let folder = deciding.folder
        let input = Advice.withInput.of([folder.input].shellCommand)
        return "\(Advice.reduce.of("\((options + [folder.taps]).shellCommand) \(input)"))"
    }
}

extension BisectionTrial {
    /// Its size: `24x24`.
    fileprivate var size: String { "\(given.image.width)x\(given.image.height)" }

    /// The input in words.
    fileprivate func text(_ port: PortSubject) -> String {
        let changes = given.changes == 0 ? "" : ", \(given.changes) of its values changed"
        return port.input ?? "\(size) 8-bit noise, seed \(given.seed)\(changes)"
    }

    /// What the input is good for, in words.
    fileprivate var quality: String {
        let margins = given.margins
        guard !given.qualifies else {
            let closest =
                given.worstRatio.isFinite ? NumberText.fixed(given.worstRatio, decimals: 1) : "any number of"
            return
                "every right port has the same \(margins.count.counted("sign")) on it (the closest is \(closest) times its bound "
                + "from its threshold)"
        }
        let place = margins.worst.map { ", the closest in the input of \($0.unit) at \($0.place.text)" } ?? ""
        return
            "\(margins.violations) of \(margins.count.counted("sign")) are within rounding of their threshold\(place): right ports "
            + "differ behind them"
    }

    fileprivate func json(_ port: PortSubject) -> JSONValue {
        [
            "text": .string(text(port)), "path": .string(folder.input),
            "shape": JSONValue([given.image.channels, given.image.height, given.image.width]),
            "qualifies": .bool(given.qualifies), "signs": .integer(given.margins.count),
            "violations": .integer(given.margins.violations),
        ]
    }
}

extension Bisection {
    fileprivate var lastGood: String { good?.tap.name ?? "input" }
    fileprivate var firstWrong: String? { wrong?.tap.name }
}

extension Bisection.Answer {
    /// - Parameter input: the place of the input among those that were tried.
    fileprivate func json(input: Int) -> JSONValue {
        [
            "input": .integer(input), "tap": .string(tap), "verdict": .string(verdict.rawValue),
            "difference": JSONValue(comparison?.largestDifference), "bound": JSONValue(comparison?.bound),
            "values_beyond": JSONValue(comparison?.beyond), "at": comparison?.place.json ?? .null,
            "value": JSONValue(comparison?.value), "expected": JSONValue(comparison?.expected),
        ]
    }
}
