import BBCUErrorBounds
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import TensorBytes

extension PortReport {
    /// The network, with what the report says of each module.
    func diagram(_ network: BBCUNetwork) -> ReportDocument.Section {
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
                .page {
                    [
                        .paragraph(
                            "Each module of the dump, run on the dump's own input to it. Grey ones are not in the dump."
                        ),
                        .drawing { NetworkDiagram.key }, .drawing { boxes },
                    ]
                }
            ])
    }

    /// What is said of each module of the dump.
    var moduleSection: ReportDocument.Section {
        let shown = modules.filter { $0.verdict != .absent }
        let head: [ReportTable.Column<Module>] = [.code("module", \.name), .text("verdict", \.verdict.rawValue)]
        let table = ReportTable(
            "Modules of the dump", of: shown, id: { "module-\($0.name)" }, isBad: \.isWrong,
            columns: head + (isOfAccumulators ? Self.accumulatorColumns : columns))
        let remarks = modules.compactMap { module in
            (module.likelyCause?.description ?? module.accumulators?.worstText).map { "\(module.name): \($0)" }
        }
        let blocks: [ReportDocument.Block] =
            [.table(table), .paragraphs([worstLine].compactMap(\.self) + remarks)]
            + (isOfAccumulators ? [] : [.paragraphs(looseTexts)])
        let compared = shown.filter { $0.local != nil }
        guard compared.count > 1 else { return .init("modules", "Module by module", blocks) }
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
            [.figure("How far each module is off; red dots are wrong.", key: chart.key, chart.markup)] + blocks)
    }

    private var columns: [ReportTable.Column<Module>] {
        func number(_ value: Double?) -> String { value.map { NumberText.scientific($0) } ?? "" }
        return [
            .number("local") { number($0.local?.largestDifference) },
            .number("bound") { $0.local?.isLoose == true ? "loose" : number($0.local?.bound) },
            .number("share") { $0.local.map { $0.isLoose ? "" : NumberText.percent($0.share) } ?? "" },
            .number("x \(arithmetic.text)") { number($0.local?.errorRatio) },
            .number("cumulative") { number($0.cumulative?.largestDifference) },
            .number("flips") { $0.flips.map(String.init) ?? "" },
        ]
    }

    private static var accumulatorColumns: [ReportTable.Column<Module>] {
        [
            .text("test") { $0.accumulators?.test.rawValue ?? "output" },
            .number("beyond n") { $0.accumulators.map { "\($0.beyondCount + $0.fractional)" } ?? "" },
            .number("parity") { $0.accumulators.map { $0.wrongParity.map { "\($0)" } ?? "-" } ?? "" },
            .number("no signs") { ($0.accumulators?.signs).map { "\($0.foreign) of \($0.count)" } ?? "" },
            .number("sums off") { module in
                guard let found = module.accumulators else { return module.local.map { "\($0.beyond)" } ?? "" }
                return found.expected.map { "\($0.wrong) of \($0.count)" } ?? ""
            }, .number("doubtful") { ($0.accumulators?.expected).map { "\($0.doubtful)" } ?? "" },
        ]
    }
}

extension PortReport.Module {
    /// Whether the dump has it, and has it wrong.
    fileprivate var isWrong: Bool { [.fails, .notCaptured, .wrongSize].contains(verdict) }
}
