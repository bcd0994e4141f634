import Bytes
import Execution
import JSON
import OrderedCollections
import Ports

/// What was searched: the head of a bisection's report.
public struct BisectionSubject: Sendable {
    /// The checkpoint, the network and the input's file.
    public var port: PortSubject
    /// The input and its margins.
    public var given: DistinguishingInput
    /// How a right port sums.
    public var kind: SummationKind
    /// How many taps the port could be asked for.
    public var taps: Int
    /// The files of the search.
    public var folder: BisectionFolder
    /// The port.
    public var command: PortCommand
    /// The checkpoint and its options, as a command line has them.
    public var options: [String]

    /// Collects what was searched.
    public init(
        port: PortSubject, given: DistinguishingInput, kind: SummationKind, taps: Int, folder: BisectionFolder,
        command: PortCommand, options: [String]
    ) {
        self.port = port
        self.given = given
        self.kind = kind
        self.taps = taps
        self.folder = folder
        self.command = command
        self.options = options
    }

    /// The input in words.
    var inputText: String {
        let image = given.image
        let changes = given.changes == 0 ? "" : ", \(given.changes) of its values changed"
        return port.input ?? "\(image.width)x\(image.height) 8-bit noise, seed \(given.seed)\(changes)"
    }

    /// What the input is good for, in words.
    var inputQuality: String {
        let margins = given.margins
        guard !given.qualifies else {
            return
                "every right port has the same \(margins.count) signs on it (the closest is \(closest) times its bound "
                + "from its threshold)"
        }
        let place = margins.worst.map { ", the closest in the input of \($0.unit) at \($0.place.text)" } ?? ""
        return
            "\(margins.violations) of \(margins.count) signs are within rounding of their threshold\(place): right ports "
            + "differ behind them"
    }

    private var closest: String {
        given.worstRatio.isFinite ? NumberText.fixed(given.worstRatio, decimals: 1) : "any number of"
    }
}

extension Bisection {
    /// The report as JSON; `Schemas/bisect.schema.json` describes it.
    public func json(_ subject: BisectionSubject) -> JSONValue {
        [
            "verdict": .string(verdict.rawValue), "last_good": .string(lastGood), "first_wrong": JSONValue(firstWrong),
            "undecided": JSONValue(undecided), "suspects": JSONValue(suspects), "runs": .integer(answers.count),
            "command": .string(command(subject)), "file": .string(subject.port.file),
            "sha256": .string(subject.port.sha256), "network": .string(subject.port.network),
            "amplification": .string(subject.port.amplification),
            "input": [
                "text": .string(subject.inputText), "path": .string(subject.folder.input),
                "shape": JSONValue([
                    subject.given.image.channels, subject.given.image.height, subject.given.image.width,
                ]),
                "qualifies": .bool(subject.given.qualifies), "signs": .integer(subject.given.margins.count),
                "violations": .integer(subject.given.margins.violations),
            ],
            "port": .string(subject.kind.rawValue), "taps": .integer(subject.taps),
            "folder": .string(subject.folder.path), "resumed": .integer(subject.folder.resumable),
            "asked": .array(answers.map(\.json)),
            "diagnoses": .array(diagnoses.map(\.json)), "notes": JSONValue(notes),
            "unused_keys": JSONValue(subject.port.unusedKeys),
        ]
    }

    /// The report for a person.
    public func text(_ subject: BisectionSubject) -> [String] {
        var lines = [
            "file     \(subject.port.file.printable())", "sha256   \(subject.port.sha256)",
            "network  \(subject.port.network)", "k        \(subject.port.amplification.printable())",
            "port     \(subject.command.template.printable())", "input    \(subject.inputText.printable())",
            "         \(subject.inputQuality)", "files    \(subject.folder.path.printable())",
        ]
        if subject.folder.resumable > 0 {
            lines.append(
                "note     \(NumberText.count(subject.folder.resumable, "tap")) had been written before; delete state.json "
                    + "there if the port has changed since")
        }
        lines += subject.port.unusedKeys.ignoredKeyLines + notes.map { "note     \($0.printable())" } + [""]
        var table = TextTable(
            ["run", "tap", "verdict", "off by", "bound", "beyond"],
            alignments: [.right, .left, .left, .right, .right, .right])
        for (index, answer) in answers.enumerated() { table.add(["\(index + 1)", answer.tap] + answer.cells) }
        return lines + table.lines + [""] + verdictLines(subject)
    }

    private var lastGood: String { good?.tap.name ?? "input" }
    private var firstWrong: String? { wrong?.tap.name }

    /// The run that decided: that of the first wrong tap, else the last one.
    private func command(_ subject: BisectionSubject) -> String {
        let decisive = wrong?.tap.name ?? answers.last?.tap ?? ""
        let command = subject.command.text(
            input: subject.folder.input, tap: decisive, output: "\(subject.folder.taps)/\(decisive).npy")
        return command ?? subject.command.template
    }

    private func verdictLines(_ subject: BisectionSubject) -> [String] {
        let runs = "\(answers.count) of \(NumberText.count(subject.taps, "tap")) asked for"
        switch verdict {
        case .holds:
            return [
                "HOLDS: \(lastGood), the last tap, is what the network computes, within rounding; \(runs).",
                "One input shows one input's faults: on this one no sign is at zero, for example. bbcu vectors has inputs for "
                    + "the others, check-port --self-test says which faults the port's taps cannot show.",
            ]
        case .undecided:
            return [
                "UNDECIDED: right up to \(lastGood); from there on signs may turn in a right port too, and nothing is so far "
                    + "off that it must be wrong; \(runs).", Self.wayOut,
            ]
        case .fails: return failureLines(subject, runs)
        }
    }

    private static let wayOut =
        "Without --input an input is searched for on which no sign can turn; there the answer is exact."

    private func failureLines(_ subject: BisectionSubject, _ runs: String) -> [String] {
        let start = good.map { "\($0.tap.name) is right" } ?? "the input is given"
        var lines = ["FAILS: \(start), \(firstWrong ?? "") is wrong; \(runs)."]
        if suspects.count > 1 {
            let names = suspects.prefix(8).joined(separator: ", ")
            let more = suspects.count > 8 ? " and \(suspects.count - 8) more" : ""
            lines.append("A fault is in one of \(names)\(more).")
        }
        if !undecided.isEmpty {
            lines.append(
                "Between them signs may turn in a right port too, so that nothing there is surely right or wrong.")
            lines.append(Self.wayOut)
        }
        if check == nil || diagnoses.isEmpty {
            lines.append("No known fault reproduces it.")
        } else if diagnoses.count == 1 {
            lines.append("One known fault reproduces it:")
        } else {
            lines.append("\(diagnoses.count) known faults reproduce it, which these two taps cannot tell apart:")
        }
        for diagnosis in diagnoses {
            lines += ["  \(diagnosis.id): \(diagnosis.change)", "    \(diagnosis.evidence)"]
        }
        lines.append("The run that decided: \(command(subject).printable())")
        if let reduce = reduceCommand(subject) { lines.append("The smallest case that fails: \(reduce.printable())") }
        return lines
    }

    /// How the wrong tap is cut down; nil for what is no module's output, or not finite.
    private func reduceCommand(_ subject: BisectionSubject) -> String? {
        guard check != nil, wrong?.tap.isInside == false else { return nil }
        let folder = subject.folder
        let words = ["bbcu", "reduce"] + subject.options + [folder.taps, "--input", folder.input, "-o", "case"]
        return words.map(\.shellQuoted).joined(separator: " ")
    }
}

extension Bisection.Answer {
    fileprivate var cells: [String] {
        guard let comparison else { return [verdict.rawValue] }
        return [
            verdict.rawValue, NumberText.scientific(comparison.largestDifference),
            NumberText.scientific(comparison.bound), "\(comparison.beyond)",
        ]
    }

    fileprivate var json: JSONValue {
        [
            "tap": .string(tap), "verdict": .string(verdict.rawValue),
            "difference": JSONValue(comparison?.largestDifference), "bound": JSONValue(comparison?.bound),
            "values_beyond": JSONValue(comparison?.beyond), "at": comparison?.place.json ?? .null,
            "value": JSONValue(comparison?.value), "expected": JSONValue(comparison?.expected),
        ]
    }
}
