import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUNetworks
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes

extension PortReport {
    /// The report as one HTML file.
    ///
    /// - Parameter network: the network that was ported.
    package func html(_ subject: PortSubject, network: BBCUNetwork) -> String {
        var sections: [ReportPage.Section] = []
        if !holds { sections.append(diagnosisSection(subject)) }
        if !isConclusive {
            let lines = verdictLines.dropFirst().map { Markup.tag("p", [:], $0) }
            sections.append(.init("verdict", "What the verdict is worth", lines))
        }
        sections += [diagram(network), moduleSection]
        if !notes.isEmpty || !unused.isEmpty { sections.append(noteSection) }
        return ReportPage(
            title: "Port of \(subject.network)", verdict: verdictLines.first ?? "",
            tone: !holds ? .bad : isConclusive ? .good : .caution,
            facts: facts(subject), sections: sections, json: json(subject)
        ).html
    }

    private func facts(_ subject: PortSubject) -> [(String, Markup)] {
        [
            ("file", .code(subject.file)), ("SHA-256", .code(subject.sha256)),
            ("k", .text(subject.amplification)),
            ("dump", .group(subject.dumps.map { .group([.code($0), " "]) })),
            ("input", subject.input.map { .code($0) } ?? "not given"), ("bounds", .text(boundsText)),
            ("compared", .text("\(comparedCount) of \(modules.count.counted("module"))")),
        ]
    }

    private func diagnosisSection(_ subject: PortSubject) -> ReportPage.Section {
        let found = diagnoses.map { diagnosis in
            Markup.tag(
                "div", ["class": "evidence"],
                [
                    .tag("h3", [:], [.code(diagnosis.id.rawValue)]), .tag("p", [:], "Change: " + diagnosis.change),
                    .tag("p", [:], "Evidence: " + diagnosis.evidence),
                ])
        }
        let lines = verdictLines.dropFirst().filter { !$0.begins(with: "  ") }.map { Markup.tag("p", [:], $0) }
        let worst = worstLine.map { [Markup.tag("p", [:], [.code($0, atMost: 400)])] } ?? []
        let command = bisectCommand(subject).map { command in
            [Markup.tag("p", [:], "To find the first wrong layer:"), .tag("p", [:], [.code(command, atMost: 2000)])]
        }
        return .init("diagnosis", "Diagnosis", Array(lines) + found + worst + (command ?? []))
    }

    private func diagram(_ network: BBCUNetwork) -> ReportPage.Section {
        // Integer sums are a convolution's within a unit; the diagram has the unit.
        let byName = Dictionary(
            modules.map { ($0.name.substituting(".binary_conv", by: ""), $0) },
            uniquingKeysWith: { first, second in first.verdict == .absent ? second : first })
        let firstWrong = firstWrong?.substituting(".binary_conv", by: "")
        let boxes = NetworkDiagram.markup(network) { name in
            guard let module = byName[name], module.verdict != .absent else { return nil }
            let share = module.local?.share ?? 0
            let isFirst = name == firstWrong
            let text =
                module.verdict == .holds
                ? module.local.map { NumberText.percent($0.share) } ?? "holds"
                : isFirst ? "first wrong" : module.verdict.rawValue
            return .init(
                style: module.verdict == .notCompared
                    ? "plain" : NetworkDiagram.style(ofShare: share, holds: !module.isWrong),
                text: text, row: "module-\(module.name)", isMarked: isFirst)
        }
        return .init(
            "network", "The network",
            [
                .tag(
                    "p", [:],
                    "Each module of the dump, run on the dump's own input to it. Grey ones are not in the dump."),
                NetworkDiagram.key, boxes,
            ])
    }

    private var moduleSection: ReportPage.Section {
        let shown = modules.filter { $0.verdict != .absent }
        var table = DataTable(
            "Modules of the dump",
            isOfAccumulators
                ? Self.accumulatorColumns
                : ["module", "verdict", "local", "bound", "share", "x \(arithmetic.text)", "cumulative", "flips"],
            firstNumber: 2)
        for module in shown {
            table.add(
                [module.name, module.verdict.rawValue] + (isOfAccumulators ? module.accumulatorCells : module.cells),
                id: "module-\(module.name)", isBad: module.isWrong)
        }
        let remarks = (isOfAccumulators ? accumulatorRemarks : modules.compactMap(\.suspicionLine))
            .map { Markup.tag("p", [:], $0) }
        let compared = shown.filter { $0.local != nil }
        guard compared.count > 1 else { return .init("modules", "Module by module", [table.markup] + remarks) }
        let chart = SeriesChart(
            description: "Difference and bound of each module, logarithmic", names: compared.map(\.name),
            series: [
                .init(meaning: "bound", style: "second", mark: .line, values: compared.map { $0.local?.bound }),
                .init(
                    meaning: "largest difference on the dump's own input", style: "first", mark: .dots,
                    values: compared.map { $0.local?.largestDifference },
                    isBad: compared.map { $0.verdict == .fails }),
                .init(
                    meaning: "largest difference from the run from the image", style: "third", mark: .line,
                    values: compared.map { $0.cumulative?.largestDifference }),
            ], isLogarithmic: true)
        return .init(
            "modules", "Module by module",
            [
                .figure("How far each module is off; red dots are wrong.", key: chart.key, chart.markup),
                table.markup,
            ] + remarks)
    }

    private var noteSection: ReportPage.Section {
        let items =
            noteTexts.map { Markup.tag("li", [:], $0) }
            + unused.map { .tag("li", [:], ["not used: ", .code($0)]) }
        return .init("notes", "Notes", [.tag("ul", [:], items)])
    }
}

extension PortReport.Module {
    /// Whether the dump has it, and has it wrong.
    fileprivate var isWrong: Bool { [.fails, .notCaptured, .wrongSize].contains(verdict) }
}
