import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUVerification
import TensorBytes

/// What the two paths of a verification make of an image, as pictures of one size.
package struct VerificationPictures: Sendable {
    /// What went in.
    package var input: PagePicture
    /// What the float32 reference made.
    package var reference: PagePicture
    /// What the 1-bit path made.
    package var binarized: PagePicture
    /// Where the two differ, over the reference's picture.
    package var differences: PagePicture
    /// The difference that the strongest colour of ``differences`` stands for, of a range of 1.
    package var scale: Double

    /// Collects the pictures.
    package init(
        input: PagePicture, reference: PagePicture, binarized: PagePicture, differences: PagePicture, scale: Double
    ) {
        self.input = input
        self.reference = reference
        self.binarized = binarized
        self.differences = differences
        self.scale = scale
    }
}

extension VerificationReport {
    /// The report as one HTML file.
    ///
    /// - Parameters:
    ///   - units: what the parameters of the units are like.
    ///   - pictures: nil where what was compared is no picture.
    package func html(_ subject: VerificationSubject, units: [UnitSummary], pictures: VerificationPictures?) -> String {
        var sections = [diagram, unitSection]
        if !convolutions.isEmpty { sections.append(convolutionSection) }
        sections.append(freeRunningSection)
        sections.append(signSection)
        if let pictures { sections.append(Self.pictureSection(pictures)) }
        if !units.isEmpty { sections.append(parameterSection(units)) }
        return ReportPage(
            title: "Verification of \(network.summary)", verdict: verdict, tone: holds ? .good : .bad,
            facts: facts(subject), sections: sections, json: json(subject)
        ).html
    }

    private func facts(_ subject: VerificationSubject) -> [(String, Markup)] {
        [
            ("file", .code(subject.file)), ("SHA-256", .code(subject.sha256)),
            ("weights", .text(subject.selection.summary)), ("k", .text(subject.amplification.summary)),
            ("input", .text("\(subject.input), \(subject.channels) x \(subject.height) x \(subject.width)")),
            ("kernel", .text("\(kernel), \(NumberText.count(subject.threads, "thread"))")),
            ("reference", .text("float32, \(form) form")),
        ]
    }

    private var diagram: ReportPage.Section {
        let checks = Dictionary(units.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let modules = Dictionary(
            endToEnd.modules.map { ($0.name, $0.worst) }, uniquingKeysWith: { first, _ in first })
        let firstWrong = units.first { !$0.holds }?.name ?? endToEnd.firstBeyond
        let boxes = NetworkDiagram.markup(network) { name in
            guard let unit = checks[name] else {
                return modules[name].flatMap { worst in
                    worst.holds
                        ? nil
                        : .init(style: "beyond", text: "beyond D", row: "free-\(name)", isMarked: name == firstWrong)
                }
            }
            return .init(
                style: NetworkDiagram.style(ofShare: unit.binarized.share, holds: unit.holds),
                text: NumberText.percent(unit.binarized.share) + (unit.holds ? "" : " !"), row: "unit-\(name)",
                isMarked: name == firstWrong)
        }
        return .init(
            "network", "The network",
            [
                .tag(
                    "p", [:],
                    "Each 1-bit unit on the same input as the reference's, by the share of its rounding bound."),
                NetworkDiagram.key, boxes,
            ])
    }

    private var unitSection: ReportPage.Section {
        var table = DataTable(
            "Units on the same input",
            ["unit", "1-bit", "channel, row, column", "off by", "bound", "ULP", "float32", "off by", "bound", "ULP"])
        for unit in units {
            let place = unit.binarized.place
            table.add(
                [unit.name] + [
                    NumberText.percent(unit.binarized.share), "\(place.channel), \(place.row), \(place.column)",
                ]
                    + Self.cells(unit.binarized).dropFirst() + Self.cells(unit.reference),
                id: "unit-\(unit.name)", isBad: !unit.holds)
        }
        let names = units.map(\.name)
        let chart = SeriesChart(
            description: "Error and bound of each unit, logarithmic", names: names,
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
        return .init(
            "units", "Unit by unit, against float64",
            [
                .figure(
                    "Where each unit uses the largest share of its bound: its error (dots) and the bound there (lines). "
                        + "Dots that touch their line are rounding and nothing else.",
                    key: chart.key, chart.markup),
                table.markup,
            ])
    }

    private static func cells(_ worst: WorstValue) -> [String] {
        [
            NumberText.percent(worst.share), NumberText.scientific(worst.difference),
            NumberText.scientific(worst.bound), String(worst.largestULPDistance),
        ]
    }

    private var convolutionSection: ReportPage.Section {
        var table = DataTable(
            "Float convolutions",
            ["convolution", "method", "of bound", "off by", "bound", "largest error", "of range"],
            firstNumber: 2)
        for check in convolutions {
            table.add(
                [
                    check.name, check.method, NumberText.percent(check.worst.share),
                    NumberText.scientific(check.worst.difference), NumberText.scientific(check.worst.bound),
                    NumberText.scientific(check.worst.largestDifference), NumberText.scientific(check.shareOfRange),
                ], isBad: !check.holds)
        }
        return .init(
            "convolutions", "Float convolutions behind the last sign",
            [.tag("p", [:], "As an image is restored with them, on the reference's own input."), table.markup])
    }

    private var freeRunningSection: ReportPage.Section {
        var table = DataTable("Modules of the free runs", ["module", "difference", "of D", "values beyond"])
        for module in endToEnd.modules {
            table.add(
                [
                    module.name, NumberText.scientific(module.worst.largestDifference),
                    NumberText.percent(module.worst.share), String(module.worst.beyond),
                ], id: "free-\(module.name)", isBad: !module.worst.holds)
        }
        let chart = SeriesChart(
            description: "Difference of the two paths after each module, logarithmic",
            names: endToEnd.modules.map(\.name),
            series: [
                .init(
                    meaning: "D: what rounding and the flips so far can have done, at the worst value", style: "second",
                    mark: .line, values: endToEnd.modules.map(\.worst.bound)),
                .init(
                    meaning: "difference there", style: "first", mark: .dots,
                    values: endToEnd.modules.map(\.worst.difference),
                    isBad: endToEnd.modules.map { !$0.worst.holds }),
            ], isLogarithmic: true)
        return .init(
            "free", "Free running, each path on what it made itself",
            [
                .figure(
                    "How far the paths are apart after each module, where that is the largest share of D.",
                    key: chart.key, chart.markup, table: table),
                .tag("p", [:], endToEndText), .tag("p", [:], againstTruth),
            ])
    }

    private var signSection: ReportPage.Section {
        let units = endToEnd.units
        var table = DataTable(
            "Signs that differ", ["unit", "signs", "positive", "flips", "unexplained", "zeros", "margins"])
        for unit in units {
            table.add(
                [
                    unit.name, NumberText.grouped(unit.signs),
                    NumberText.percent(Double(unit.positives) / Double(max(1, unit.signs))),
                    NumberText.grouped(unit.flips), String(unit.unexplained), String(unit.zeros),
                    NumberText.extent(unit.smallestMargin, unit.largestMargin),
                ], isBad: unit.unexplained > 0)
        }
        let bars = SeriesChart.flips(
            "Signs that differ at the input of each unit", units.map { ($0.name, $0.flips, $0.unexplained) })
        return .init(
            "signs", "Signs that differ",
            [
                .figure("Flips at the input of each unit; red where one is not explained.", bars.markup, table: table),
                .margins("unit", units.map { ($0.name, $0.margins) }),
            ])
    }
}
