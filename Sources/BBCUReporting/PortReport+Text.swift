import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes

extension PortReport {
    /// The report for a person.
    public func text(_ subject: PortSubject) -> [String] {
        var lines = head(subject)
        lines.append("")
        lines += table
        if let tolerance = worstLine { lines += ["", tolerance] }
        lines.append("")
        lines += verdictLines
        if let command = bisectCommand(subject) { lines.append("\(Self.bisectText) \(command.printable())") }
        return lines
    }

    private static let bisectText = "To find the first wrong layer, with your own command after --run:"

    /// The command that asks the port for one tensor after the other; nil if nothing fails or the checkpoint is unknown.
    func bisectCommand(_ subject: PortSubject) -> String? {
        guard !holds, !subject.options.isEmpty, !isOfReducedCase else { return nil }
        let input = subject.input.map { ["--input", $0] } ?? []
        let taps = isOfAccumulators ? ["--taps", "sums"] : []
        let words = ["bbcu", "bisect"] + subject.options + input + taps + ["--run", "./port {input} {tap} {output}"]
        return words.shellCommand
    }

    private func head(_ subject: PortSubject) -> [String] {
        var lines = [
            "file     \(subject.file.printable())", "sha256   \(subject.sha256)", "network  \(subject.network)",
            "k        \(subject.amplification.printable())",
            "dump     \(subject.dumps.map { $0.printable() }.joined(separator: ", "))",
            "input    \(subject.input?.printable() ?? "not given")",
            "bounds   \(boundsText)",
        ]
        lines += subject.unusedKeys.ignoredKeyLines
        lines += noteTexts.map { "note     \($0.printable())" }
        if !unused.isEmpty {
            let names = unused.prefix(5).map { $0.printable(atMost: 60) }.joined(separator: ", ")
            let more = unused.count > 5 ? " and \(unused.count - 5) more" : ""
            lines.append("unused   \(names)\(more)")
        }
        let absent = modules.filter { $0.verdict == .absent }.map(\.name)
        lines.append("compared \(comparedCount) of \(modules.count.counted("module"))")
        if !absent.isEmpty {
            let more = absent.count > 8 ? " and \(absent.count - 8) more" : ""
            lines.append("absent   \(absent.prefix(8).joined(separator: ", "))\(more)")
        }
        return lines
    }

    /// What right values may be off by.
    var boundsText: String {
        guard let formats else { return "\(arithmetic.text), any order of summation" }
        let named = formats.named.map { "\($0.tensor) \($0.format)" }.joined(separator: ", ")
        return "as stored in \(named); float32 elsewhere"
    }

    private var table: [String] {
        guard !isOfAccumulators else { return accumulatorTable }
        var table = TextTable(
            ["module", "verdict", "local", "bound", "share", "x \(arithmetic.text)", "cumulative", "flips"],
            alignments: [.left, .left, .right, .right, .right, .right, .right, .right])
        for module in modules where module.verdict != .absent {
            table.add([module.name, module.verdict.rawValue] + module.cells)
        }
        return table.lines + modules.compactMap(\.suspicionLine) + looseLines
    }

    private var looseLines: [String] {
        guard modules.contains(where: { $0.local?.isLoose == true }) else { return [] }
        return [
            "loose: signs that nobody saw may have flipped, or so many roundings add up, that the bound is beyond 5 % of",
            "  the module's range; it holds if the root mean square of its error is also no more than that of a right run in",
            "  which every doubtful sign flips the wrong way."
                + (isOfReducedCase ? "" : " Dump more modules for tighter bounds."),
        ]
    }

    /// The worst element against its tolerance.
    var worstLine: String? {
        let failing = modules.first { $0.name == firstWrong }
        let worst = failing ?? modules.max { ($0.local?.share ?? 0) < ($1.local?.share ?? 0) }
        guard let worst, let local = worst.local else { return nil }
        let tolerance = NumberText.scientific(local.largestDifference)
        let start = "worst    \(worst.name) at \(local.place.text): \(local.value), expected \(local.expected)"
        if local.isLoose, local.beyond == 0, let usual = local.typicalDeviation {
            // The bound tells nothing: what decided was this.
            return start + "; the error's root mean square is \(NumberText.scientific(local.rootMeanSquare)), a right "
                + "run's at most \(NumberText.scientific(usual))"
        }
        return start
            + " +- \(NumberText.scientific(local.bound)); \(NumberText.count(local.beyond, "value")) beyond; a tolerance of "
            + "\(tolerance) would pass"
    }

    var verdictLines: [String] {
        guard let firstWrong else { return holdingLines }
        var lines = ["FAILS: \(finding(firstWrong))."]
        guard modules.contains(where: { $0.verdict == .fails && $0.likelyCause == nil }) else { return lines }
        if diagnoses.isEmpty {
            lines.append("No known fault reproduces it\(isOfAccumulators ? "" : " within rounding").")
            guard !isOfAccumulators, !isOfReducedCase else { return lines }
            lines.append(
                comparedCount == 1
                    ? "\(triesAllUnits ? "Known faults were tried in all units at once; dump" : "Dump") more modules, or let bbcu "
                        + "bisect ask for them, to see where it begins."
                    : "bbcu reduce cuts it down to the smallest case that fails.")
        } else if diagnoses.count == 1 {
            lines.append("One known fault reproduces it:")
        } else {
            lines.append("\(diagnoses.count) known faults reproduce it, which this dump cannot tell apart:")
        }
        for diagnosis in diagnoses {
            lines.append("  \(diagnosis.ids.map(\.rawValue).joined(separator: " with ")): \(diagnosis.change)")
            lines.append("    \(diagnosis.evidence)")
        }
        return lines
    }

    /// That all that was compared holds, in words.
    var holdingText: String {
        comparedCount == 1 ? "the compared module holds" : "all \(comparedCount) compared modules hold"
    }

    /// Whether several units lie between the image and the first wrong module.
    private var triesAllUnits: Bool {
        guard let index = modules.firstIndex(where: { $0.name == firstWrong }) else { return false }
        return index > 2 && modules[index].start == "input"
    }

    /// What is wrong with the first wrong module, in words.
    func finding(_ name: String) -> String {
        guard let module = modules.first(where: { $0.name == name }),
            module.verdict != .fails || module.likelyCause != nil
        else {
            let isOfSigns = modules.contains { $0.name == name && $0.accumulators != nil && $0.start == nil }
            return isOfSigns
                ? "\(name) is the first whose sums no input of the unit makes"
                : "\(name) is the first module that is wrong given its own input"
        }
        let likelyCause = module.likelyCause?.description ?? "not captured"
        if module.verdict == .fails { return "\(name) has the right luma, but \(likelyCause)" }
        guard let failing = modules.first(where: { $0.verdict == .fails }) else {
            return "\(name) cannot be judged: \(likelyCause)"
        }
        return "\(name) cannot be judged: \(likelyCause); \(failing.name) is the first of the others that is wrong"
    }

    /// The report in Markdown, for a bug tracker.
    public func markdown(_ subject: PortSubject) -> String {
        let headline = firstWrong.map { ": \(finding($0).markdownEscaped)" } ?? ""
        let verdict = !holds ? "Fails" : isConclusive ? "Holds" : "Inconclusive"
        var lines = ["# Port of \(subject.network)", "", "**\(verdict)**\(headline).", ""]
        lines.append("* checkpoint \(subject.file.markdownCode), SHA-256 `\(subject.sha256)`")
        lines.append("* k \(subject.amplification.markdownEscaped)")
        lines.append("* dump \(subject.dumps.map(\.markdownCode).joined(separator: ", "))")
        lines.append("* input \(subject.input?.markdownEscaped ?? "not given")")
        lines.append("* \(comparedCount) of \(modules.count.counted("module")) compared, bounds: \(boundsText)")
        lines += noteTexts.map { "* \($0.markdownEscaped)" }
        let absent = modules.filter { $0.verdict == .absent }.map { "`\($0.name)`" }
        if !absent.isEmpty { lines.append("* not in the dump: \(absent.joined(separator: ", "))") }
        if !unused.isEmpty {
            lines.append("* not used: \(unused.map { $0.printable(atMost: 60).markdownCode }.joined(separator: ", "))")
        }
        if !isConclusive { lines += ["", verdictLines.joined(separator: " ").markdownEscaped] }
        if !holds { lines += ["", "## Diagnosis", ""] }
        if !holds, diagnoses.isEmpty { lines.append("No known fault reproduces it within rounding.") }
        if let command = bisectCommand(subject) {
            lines += ["", Self.bisectText.markdownEscaped, "", "    \(command.printable())", ""]
        }
        lines += diagnoses.map {
            "* `\($0.ids.map(\.rawValue).joined(separator: "` with `"))`: \($0.change.markdownEscaped). \($0.evidence.markdownEscaped)."
        }
        lines += [
            "", "## Modules", "",
            "| module | verdict | local | bound | share | x \(arithmetic.text) | cumulative | flips |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for module in modules where module.verdict != .absent && module.accumulators == nil {
            let cells = ["`\(module.name)`", module.verdict.rawValue] + module.cells
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        if isOfAccumulators { lines += [""] + accumulatorMarkdown }
        if let worstLine { lines += ["", worstLine.markdownCode] }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension PortReport.Diagnosis {
    /// What makes us say so, in words.
    public var evidence: String {
        if let proof { return proof.text(module) + othersText }
        let percent = Int((share * 100).rounded(.up))
        var text =
            largestDifference == 0
            ? "with this fault \(module) comes out bit for bit"
            : "with this fault \(module) comes out within \(percent) % of the rounding bound "
                + "(largest difference \(NumberText.scientific(largestDifference)))"
        if let explained {
            text += ", and \(explained.holding) of \(explained.compared) compared modules do"
        }
        return text + othersText
    }

    private var othersText: String {
        guard let others else { return "" }
        guard let wrong = others.wrong, wrong > others.compared else {
            return "; the same change mends \(others.holding) of "
                + NumberText.count(others.compared, "other wrong module")
        }
        return "; the same change mends \(others.holding) of \(others.compared) others that were tried, of \(wrong) "
            + "that are wrong"
    }
}

extension PortReport.Module {
    /// What stands beside a module's name and verdict.
    var cells: [String] {
        func number(_ value: Double?) -> String { value.map { NumberText.scientific($0) } ?? "" }
        return [
            number(local?.largestDifference), local?.isLoose == true ? "loose" : number(local?.bound),
            local.map { $0.isLoose ? "" : NumberText.percent($0.share) } ?? "", number(local?.errorRatio),
            number(cumulative?.largestDifference), flips.map(String.init) ?? "",
        ]
    }

    var suspicionLine: String? { likelyCause.map { "\(name): \($0)" } }
}
