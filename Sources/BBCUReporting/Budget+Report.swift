import BBCUErrorBounds
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import TensorBytes

extension BudgetReport {
    /// The report.
    public func document(_ subject: PortSubject) -> ReportDocument {
        let forecast =
            "\(NumberText.fixed(forecastFlips, decimals: 0)) flips of \(NumberText.grouped(signs)) signs"
            + (forecastPSNR.map { ", \(NumberText.fixed($0, decimals: 1)) dB" } ?? "")
            + ": what rounding is expected to do, from the float64 run alone"
        let counted =
            "\(flips.counted("flip")), \(zeros.counted("exact zero")), "
            + "\(overflows.counted("value")) beyond \(overflows == 1 ? "its" : "their") range"
        return ReportDocument(
            title: "Reduced precision of \(subject.network)",
            verdict: searchVerdict
                ?? "psnr \(psnrText), \(flips.counted("flip")), \(NumberText.grouped(cost, "held bit"))",
            tone: holds ? overflows == 0 ? .good : .caution : .bad,
            facts: subject.checkpointFacts + [
                .init("input", "\(code: subject.input ?? ""), \(shape.map(String.init).joined(separator: " x "))"),
                .init("against", "the same network in float64 with exact sums"),
            ] + subject.unusedKeys.ignoredFacts,
            sections: [
                .init("tensors", "Tensors", [.table(tensorTable)]), .init("modules", "Modules", [.table(moduleTable)]),
                .init(
                    "result", "Result",
                    [
                        .facts(
                            [
                                .init("forecast", RichText(forecast)), .init("counted", RichText(counted)),
                                .init("psnr", RichText(psnrText)),
                                .init("cost", "\(NumberText.grouped(cost, "bit")): the held bits of all tensors"),
                            ] + notes.map { .init("note", RichText($0)) })
                    ]), .init("words", "What the words mean", [.paragraphs(Self.terms)]),
            ], findings: searchBlocks, json: json(subject))
    }

    private var psnrText: String {
        psnr.map { NumberText.fixed($0, decimals: 2) + " dB" } ?? "equal to the last bit"
    }

    private static let terms = [
        "flips: signs that differ from the float64 run's; zeros: signs of values that are exactly 0",
        "beyond: values outside of the format's range; to 0: values that are not 0 and stored as 0",
        "held bits: what a port has in memory at once: each parameter, three rows of every map, one pixel inside a unit",
    ]

    private var tensorTable: ReportTable {
        ReportTable(
            "Tensors", of: tensors,
            columns: [
                .text("tensor", \.name), .text("format") { $0.format ?? "not rounded" },
                .number("minimum") { NumberText.significant($0.use.minimum) },
                .number("maximum") { NumberText.significant($0.use.maximum) },
                .number("integer bits") { "\($0.neededIntegerBits ?? $0.use.integerBits)" },
                .number("beyond") { "\($0.use.overflows)" }, .number("to 0") { "\($0.use.vanished)" },
                .number("held bits") { NumberText.grouped($0.cost) },
            ])
    }

    private var moduleTable: ReportTable {
        ReportTable(
            "Modules", of: modules.compactMap { module in module.uses.last.map { (module: module, use: $0.use) } },
            columns: [
                .code("module", \.module.name), .number("minimum") { NumberText.significant($0.use.minimum) },
                .number("maximum") { NumberText.significant($0.use.maximum) },
                .number("integer bits") { "\($0.use.integerBits)" }, .number("beyond") { "\($0.module.overflows)" },
                .number("forecast") { $0.module.signs.map { NumberText.fixed($0.forecast, decimals: 1) } ?? "" },
                .number("flips") { $0.module.signs.map { "\($0.flips)" } ?? "" },
                .number("zeros") { $0.module.signs.map { "\($0.zeros)" } ?? "" },
            ])
    }

    private var searchVerdict: String? {
        guard let search else { return nil }
        let want = "\(NumberText.significant(search.want)) dB"
        let runs = search.runs.counted("run")
        return search.isFound
            ? "HOLDS: the cheapest formats found for \(want), in \(runs):"
            : "FAILS: the formats given do not reach \(want) with \(PortFormats.mostFractionBits) fraction bits "
                + "everywhere else (\(runs))."
    }

    private var searchBlocks: [ReportDocument.Block] {
        guard let search, search.isFound else { return [] }
        let options = formats.named.map { "--\($0.tensor) \($0.format)" }.joined(separator: " ")
        let margin = search.margin.map { "by \(NumberText.fixed($0, decimals: 2)) dB" } ?? "with an equal output"
        return [
            .lines([options]),
            .paragraph(
                "They reach it on this image, \(margin). On another image they may not: run them on yours, or want more here."
            ),
        ]
    }
}
