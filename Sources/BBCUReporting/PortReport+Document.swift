import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import TensorBytes

extension PortReport {
    /// The report.
    ///
    /// - Parameter network: the network that was ported, which a page draws.
    public func document(_ subject: PortSubject, network: BBCUNetwork) -> ReportDocument {
        let verdictLines = verdictLines
        return ReportDocument(
            title: "Port of \(subject.network)", verdict: verdictLines.first ?? "",
            tone: !holds ? .bad : isConclusive ? .good : .caution, facts: facts(subject),
            sections: [diagram(network), moduleSection, noteSection],
            findings: [.paragraphs(Array(verdictLines.dropFirst()))] + diagnosisBlocks
                + (bisectCommand(subject).map { [.paragraph("\(Advice.bisectHint)"), .lines([$0])] } ?? []),
            json: json(subject))
    }

    /// The command that asks the port for one tensor after the other; nil if nothing fails or the checkpoint is unknown.
    func bisectCommand(_ subject: PortSubject) -> String? {
        guard !holds, !subject.options.isEmpty, !isOfReducedCase else { return nil }
        let input = subject.input.map { " \(Advice.withInput.of([$0].shellCommand))" } ?? ""
        let taps = isOfAccumulators ? " \(Advice.ofSums)" : ""
        return "\(Advice.bisect.of(subject.options.shellCommand + input + taps))"
    }

    private func facts(_ subject: PortSubject) -> [ReportDocument.Fact] {
        let absent = modules.filter { $0.verdict == .absent }.map(\.name)
        let more = absent.count > 8 ? " and \(absent.count - 8) more" : ""
        return subject.facts + [
            .init("bounds", RichText(boundsText)),
            .init("compared", "\(comparedCount) of \(modules.count.counted("module"))"),
        ] + subject.unusedKeys.ignoredFacts
            + (absent.isEmpty ? [] : [.init("absent", RichText(absent.prefix(8).joined(separator: ", ") + more))])
    }

    private var noteSection: ReportDocument.Section {
        let names = unused.prefix(20).map { "not used: \(code: $0, atMost: 60)" as RichText }
        let more = unused.count > 20 ? ["… \(unused.count - 20) more that are not used" as RichText] : []
        return .init("notes", "Notes", [.list(noteTexts.map { RichText($0) } + names + more)])
    }

    /// What right values may be off by.
    var boundsText: String {
        guard let formats else { return "\(arithmetic.text), any order of summation" }
        let named = formats.named.map { "\($0.tensor) \($0.format)" }.joined(separator: ", ")
        return "as stored in \(named); float32 elsewhere"
    }

    /// What it means that a bound is loose, where one is.
    var looseTexts: [String] {
        guard modules.contains(where: { $0.local?.isLoose == true }) else { return [] }
        return [
            "loose: signs that nobody saw may have flipped, or so many roundings add up, that the bound is beyond 5 % of the "
                + "module's range; it holds if the root mean square of its error is also no more than that of a right run in "
                + "which every doubtful sign flips the wrong way."
                + (isOfReducedCase ? "" : " Dump more modules for tighter bounds.")
        ]
    }

    /// The worst element against its tolerance.
    var worstLine: String? {
        let failing = modules.first { $0.name == firstWrong }
        let worst = failing ?? modules.max { ($0.local?.share ?? 0) < ($1.local?.share ?? 0) }
        guard let worst, let local = worst.local else { return nil }
        let tolerance = NumberText.scientific(local.largestDifference)
        let start = "Worst: \(worst.name) at \(local.place.text): \(local.value), expected \(local.expected)"
        if local.isLoose, local.beyond == 0, let usual = local.typicalDeviation {
            // The bound tells nothing: what decided was this.
            return start + "; the error's root mean square is \(NumberText.scientific(local.rootMeanSquare)), a right "
                + "run's at most \(NumberText.scientific(usual))"
        }
        return start
            + " +- \(NumberText.scientific(local.bound)); \(local.beyond.counted("value")) beyond; a tolerance of "
            + "\(tolerance) would pass"
    }

    /// The verdict, and what is to be said of it.
    var verdictLines: [String] {
        guard let firstWrong else { return holdingLines }
        return ["FAILS: \(finding(firstWrong))."]
    }

    private var diagnosisBlocks: [ReportDocument.Block] {
        guard modules.contains(where: { $0.verdict == .fails && $0.likelyCause == nil }) else { return [] }
        var none = "No known fault reproduces it\(isOfAccumulators ? "" : " within rounding")."
        if !isOfAccumulators, !isOfReducedCase {
            none +=
                comparedCount == 1
                ? " \(triesAllUnits ? "Known faults were tried in all units at once; dump" : "Dump") more modules, or let "
                    + "\(Advice.bisection) ask for them, to see where it begins."
                : " \(Advice.reduction) cuts it down to the smallest case that fails."
        }
        return diagnosisBlocks(none: none)
    }

    /// The known faults that reproduce what is wrong.
    ///
    /// - Parameter none: what to say if there is none.
    func diagnosisBlocks(none: String) -> [ReportDocument.Block] {
        Self.blocks(diagnoses, none: none, cannot: "which this dump cannot tell apart")
    }

    /// The known faults that reproduce what is wrong.
    ///
    /// - Parameters:
    ///   - none: what to say if there is none.
    ///   - cannot: what to say if there are several.
    static func blocks(_ diagnoses: [Diagnosis], none: String, cannot: String) -> [ReportDocument.Block] {
        guard !diagnoses.isEmpty else { return [.paragraph(RichText(none))] }
        let head =
            diagnoses.count == 1
            ? "One known fault reproduces it:" : "\(diagnoses.count) known faults reproduce it, \(cannot):"
        return [
            .paragraph(RichText(head)),
            .claims(
                diagnoses.map { diagnosis in
                    (
                        "\(code: diagnosis.ids.map(\.rawValue).joined(separator: " with ")): \(diagnosis.change)",
                        [RichText(diagnosis.evidence)]
                    )
                }),
        ]
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
}

extension PortSubject {
    /// The checkpoint and the network.
    var checkpointFacts: [ReportDocument.Fact] {
        [
            .init("file", .code(file)), .init("sha256", .code(sha256)), .init("network", RichText(network)),
            .init("k", RichText(amplification)),
        ]
    }

    /// What was checked.
    var facts: [ReportDocument.Fact] {
        checkpointFacts + [
            .init("dump", dumps.enumerated().reduce("") { $0 + "\($1.offset > 0 ? ", " : "")\(code: $1.element)" }),
            .init("input", input.map { .code($0) } ?? "not given"),
        ]
    }
}
