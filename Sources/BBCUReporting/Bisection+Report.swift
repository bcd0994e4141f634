import BBCUErrorBounds
import BBCUExecution
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import TensorBytes

extension BisectionSubject {
    /// The report.
    public var document: ReportDocument {
        let facts =
            port.checkpointFacts + [.init("port", .code(command.template, atMost: 2000))]
            + trials.flatMap { trial -> [ReportDocument.Fact] in
                [
                    .init("input", RichText(trial.text(port))), .init("", RichText(trial.quality)),
                    .init("files", keepsFiles ? .code(trial.folder.path) : "removed; \(Advice.keepFiles)"),
                ]
            }
        let resumedNote =
            "\(resumed.counted("tap")) had been written before; delete state.json there if the port has changed "
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
                .code("tap", \.answer.tap), .text("verdict", \.answer.verdict.rawValue),
                .number("off by") { $0.answer.comparison.map { NumberText.scientific($0.largestDifference) } ?? "" },
                .number("bound") { $0.answer.comparison.map { NumberText.scientific($0.bound) } ?? "" },
                .number("beyond") { $0.answer.comparison.map { "\($0.beyond)" } ?? "" },
            ])
    }

    private var sizes: String { trials.map(\.size).joined(separator: " and ") }

    private var verdict: String {
        let counts = trials.map { "\($0.bisection.answers.count)" }.joined(separator: " and ")
        let asked = "\(counts) of \(taps.counted("tap")) asked for"
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
}
