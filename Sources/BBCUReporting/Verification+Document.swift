import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUVerification
import TensorBytes

extension VerificationReport {
    /// The report.
    ///
    /// - Parameters:
    ///   - unitSummaries: what the parameters of the units are like.
    ///   - pictures: nil where what was compared is no picture.
    public func document(_ subject: VerificationSubject) -> ReportDocument {
        document(subject, unitSummaries: [], pictures: nil)
    }

    /// The report with what a page shows beside the numbers.
    ///
    /// - Parameters:
    ///   - unitSummaries: what the parameters of the units are like.
    ///   - pictures: nil where what was compared is no picture.
    package func document(
        _ subject: VerificationSubject, unitSummaries: [UnitSummary], pictures: VerificationPictures?
    ) -> ReportDocument {
        ReportDocument(
            title: "Verification of \(network.summary)", verdict: verdict, tone: holds ? .good : .bad,
            facts: facts(subject),
            sections: [
                diagram, unitSection, convolutionSection, endToEndSection, signSection,
                .init("float64", "3. Against the float64 path, end to end", [.paragraph(RichText(againstTruth))]),
                .init("pictures", "In the picture", pictures?.blocks ?? []), parameterSection(unitSummaries),
            ], json: json(subject))
    }

    private func facts(_ subject: VerificationSubject) -> [ReportDocument.Fact] {
        [
            .init("file", .code(subject.file)), .init("sha256", .code(subject.sha256)),
            .init("network", RichText(network.summary)), .init("weights", RichText(subject.selection.summary)),
            .init("k", RichText(subject.amplification.summary)),
            .init("input", "\(code: subject.input), \(subject.channels) x \(subject.height) x \(subject.width)"),
            .init(
                "kernel", "\(kernel), \(subject.threads.counted("thread")); reference: float32, \(form) form"),
        ] + subject.unusedKeys.ignoredFacts
    }

    private var unitSection: ReportDocument.Section {
        func columns(_ path: String, _ value: @escaping (UnitCheck) -> WorstValue) -> [ReportTable.Column<UnitCheck>] {
            [
                .number(path) { NumberText.percent(value($0).share) + (value($0).holds ? "" : "!") },
                .number("off by") { NumberText.scientific(value($0).difference) },
                .number("bound") { NumberText.scientific(value($0).bound) },
                .number("ulp") { Self.ulps(value($0)) },
            ]
        }
        var all = [.code("unit", \.name)] + columns("1-bit", \.binarized) + columns("float32", \.reference)
        all.insert(.text("at") { $0.binarized.place.list }, at: 2)
        let table = ReportTable(
            "Units on the same input", of: units, id: { "unit-\($0.name)" }, isBad: { !$0.holds }, columns: all)
        let chart = SeriesChart(
            description: "Error and bound of each unit, logarithmic", names: units.map(\.name),
            series: [
                .init(
                    meaning: "bound of a 1-bit unit", style: "first", mark: .line, values: units.map(\.binarized.bound)),
                .init(
                    meaning: "1-bit unit's error", style: "first", mark: .dots,
                    values: units.map(\.binarized.difference), isBad: units.map { !$0.binarized.holds }),
                .init(
                    meaning: "bound of the float32 reference", style: "second", mark: .line,
                    values: units.map(\.reference.bound)),
                .init(
                    meaning: "float32 reference's error", style: "second", mark: .dots,
                    values: units.map(\.reference.difference), isBad: units.map { !$0.reference.holds }),
            ], isLogarithmic: true)
        let count = "\(units.count(where: \.holds)) of \(network.unitIndices.count.counted("unit")) hold"
        return .init(
            "units", "1. Unit by unit on the same input, against float64: \(count)",
            [
                .paragraph(
                    "The value with the largest share of its analytic bound, at channel, row, column; ! is beyond it."
                ),
                .figure(
                    "Where each unit uses the largest share of its bound: its error (dots) and the bound there (lines). "
                        + "Dots that touch their line are rounding and nothing else.",
                    key: chart.key, chart.markup),
                .table(table),
            ])
    }

    private var convolutionSection: ReportDocument.Section {
        let table = ReportTable(
            "Float convolutions", of: convolutions, isBad: { !$0.holds },
            columns: [
                .text("convolution") { "\($0.name), \($0.method)" },
                .number("of bound") { NumberText.percent($0.worst.share) + ($0.holds ? "" : "!") },
                .text("at") { $0.worst.place.list },
                .number("off by") { NumberText.scientific($0.worst.difference) },
                .number("bound") { NumberText.scientific($0.worst.bound) },
                .number("largest error") { NumberText.scientific($0.worst.largestDifference) },
                .number("of range") { NumberText.scientific($0.shareOfRange) },
            ])
        return .init(
            "convolutions", "Float convolutions behind the last sign, as restore computes them, on the same input too",
            [.table(table)])
    }

    private var endToEndSection: ReportDocument.Section {
        let units = Dictionary(endToEnd.units.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let table = ReportTable(
            "Modules end to end", of: endToEnd.modules, id: { "free-\($0.name)" }, isBad: { !$0.worst.holds },
            columns: [
                .code("module", \.name),
                .number("difference") { NumberText.scientific($0.worst.largestDifference) },
                .number("of bound") { NumberText.percent($0.worst.share) + ($0.worst.holds ? "" : "!") },
                .number("values beyond") { String($0.worst.beyond) }.onlyWide,
                .number("flips") { units[$0.name].map { "\($0.flips)" } ?? "" },
                .number("unexplained") { units[$0.name].map { "\($0.unexplained)" } ?? "" },
                .number("margins") {
                    units[$0.name].map { NumberText.extent($0.smallestMargin, $0.largestMargin) } ?? ""
                },
                .number("zeros") { units[$0.name].map { "\($0.zeros)" } ?? "" },
            ])
        let chart = SeriesChart(
            description: "Difference of the two paths after each module, logarithmic",
            names: endToEnd.modules.map(\.name),
            series: [
                .init(
                    meaning: "propagated bound: what rounding and the flips so far can have done, at the worst value",
                    style: "second",
                    mark: .line, values: endToEnd.modules.map(\.worst.bound)),
                .init(
                    meaning: "difference there", style: "first", mark: .dots,
                    values: endToEnd.modules.map(\.worst.difference),
                    isBad: endToEnd.modules.map { !$0.worst.holds }),
            ], isLogarithmic: true)
        return .init(
            "free", "2. End to end: each path continues from its own outputs",
            [
                .figure(
                    "How far the paths are apart after each module, where that is the largest share of its propagated bound.",
                    key: chart.key, chart.markup, table: table), .paragraph(RichText(endToEndText)),
            ])
    }

    private var signSection: ReportDocument.Section {
        let units = endToEnd.units
        let table = ReportTable(
            "Signs that differ", of: units, isBad: { $0.unexplained > 0 },
            columns: [
                .code("unit", \.name), .number("signs") { NumberText.grouped($0.signs) },
                .number("positive") { NumberText.percent(Double($0.positives) / Double(max(1, $0.signs))) },
                .number("flips") { NumberText.grouped($0.flips) }, .number("unexplained") { String($0.unexplained) },
                .number("zeros") { String($0.zeros) },
                .number("margins") { NumberText.extent($0.smallestMargin, $0.largestMargin) },
            ])
        let bars = SeriesChart.flips(
            "Signs that differ at the input of each unit", units.map { ($0.name, $0.flips, $0.unexplained) })
        return .init(
            "signs", "Signs that differ",
            [
                .page {
                    [
                        .figure(
                            "Flips at the input of each unit; red where one is not explained.", bars.markup,
                            table: table),
                        .margins("unit", units.map { ($0.name, $0.margins) }),
                    ]
                }
            ])
    }

    /// A distance that near zero may run into millions, in at most seven characters.
    private static func ulps(_ worst: WorstValue) -> String {
        let distance = worst.largestULPDistance
        return distance < 100_000 ? String(distance) : NumberText.scientific(Double(distance))
    }

    var endToEndText: String {
        let psnr = endToEnd.psnr.map { "PSNR \(NumberText.fixed($0, decimals: 1)) dB" } ?? "equal in every bit"
        return "outputs: largest difference \(NumberText.scientific(endToEnd.maxAbsDifference)), \(psnr); "
            + "\(endToEnd.differingPixels) of \(endToEnd.pixels.counted("pixel")) differ in 8 bits"
    }

    var againstTruth: String {
        func distance(_ value: Double, _ psnr: Double?) -> String {
            NumberText.scientific(value) + (psnr.map { " (\(NumberText.fixed($0, decimals: 1)) dB)" } ?? "")
        }
        let ratio = truth.ratio.map { NumberText.fixed($0, decimals: 2) } ?? "none"
        return "reference off by \(distance(truth.reference, truth.referencePSNR)), "
            + "1-bit by \(distance(truth.binarized, truth.binarizedPSNR)), ratio \(ratio)"
    }

    /// One line in plain words.
    public var verdict: String {
        let flips = endToEnd.flips
        if holds, units.isEmpty {
            return "HOLDS: the network has no 1-bit unit; both paths compute the same."
        }
        if holds {
            let signs =
                flips == 0
                ? "no sign differs"
                : flips == 1
                    ? "the one sign that differs is explained by rounding"
                    : "all \(flips.counted("sign", "that differ")) are explained by rounding and the flips before them"
            return
                "HOLDS: the 1-bit execution computes what the float network computes: all \(units.count.counted("unit")) "
                + "are within their bounds, and \(signs)."
        }
        if let unit = units.first(where: { !$0.holds }) {
            let side = unit.binarized.holds ? "float32 reference" : "1-bit execution"
            return "FAILS: \(unit.name) is the first unit whose \(side) is wrong on a right input."
        }
        if let convolution = convolutions.first(where: { !$0.holds }) {
            return
                "FAILS: \(convolution.name) is the first float convolution that \(convolution.method) computes wrong."
        }
        if let module = endToEnd.firstBeyond {
            return "FAILS: \(module) is the first module that differs by more than rounding can explain; "
                + "every unit is right by itself."
        }
        return
            "FAILS: \(endToEnd.unexplainedFlips.counted("sign")) differ by more than rounding can explain."
    }
}
