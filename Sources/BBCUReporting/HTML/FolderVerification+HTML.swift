import BBCUErrorBounds
import BBCUEvaluation
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUVerification
import TensorBytes

extension FolderVerification {
    /// The report as one HTML file.
    package var html: String {
        var sections: [ReportPage.Section] = []
        if !rows.isEmpty { sections = [boundSection, signSection, imageSection] }
        if !excluded.isEmpty { sections.append(.excluded(excluded)) }
        return ReportPage(
            title: "Verification of \(subject.network.summary) on \(NumberText.grouped(rows.count, "image"))",
            verdict: pageVerdict, tone: holds ? (excluded.isEmpty ? .good : .caution) : .bad, facts: pageFacts,
            sections: sections, json: json
        ).html
    }

    private var pageVerdict: String {
        guard !rows.isEmpty else { return "No image could be verified." }
        let failing = rows.count { !$0.holds }
        let count = NumberText.grouped(rows.count, "image")
        let found =
            failing == 0
            ? "HOLDS on \(count): every value is within its bound, and every sign that differs is explained by rounding"
            : "FAILS on \(NumberText.grouped(failing)) of \(count)"
        return found
            + (excluded.isEmpty
                ? "." : "; \(NumberText.grouped(excluded.count, "image")) excluded, of which nothing is known.")
    }

    private var pageFacts: [(name: String, value: Markup)] {
        var facts: [(name: String, value: Markup)] = headFacts.map { ($0.name, .text($0.text)) }
        facts.append(("reference", .text("float32, \(subject.form.rawValue) form")))
        if let worst {
            let name = worst.holds ? "closest" : "worst"
            facts.append((name, .group([.code(worst.name), .text(": \(worst.finding)")])))
        }
        return facts
    }

    private var names: [String] { rows.map { $0.name.printable(atMost: 80) } }

    private var boundSection: ReportPage.Section {
        let isBad = rows.map { $0.shareOfBound > 1 }
        let chart = SeriesChart(
            description: "Error and bound of each image, logarithmic", names: names,
            series: [
                .init(meaning: "bound", style: "second", mark: .line, values: rows.map(\.worstBound)),
                .init(
                    meaning: "error", style: "first", mark: .dots, values: rows.map(\.worstDifference), isBad: isBad),
            ], isLogarithmic: true)
        return .init(
            "bounds", "Error against bound",
            [
                .figure(
                    "Where a value of each image uses the largest share of its bound: its error (dots) and the bound there "
                        + "(line).", key: chart.key, chart.markup)
            ])
    }

    private var signSection: ReportPage.Section {
        let bars = SeriesChart.flips(
            "Signs that differ on each image", zip(names, rows).map { ($0, $1.flips, $1.unexplainedFlips) })
        return .init(
            "signs", "Signs that differ",
            [
                rows.contains { $0.flips > 0 }
                    ? .figure("Flips on each image; red where one is not explained.", bars.markup) : .group([]),
                .margins("image", zip(names, rows).map { ($0, $1.margins) }),
            ])
    }

    private var imageSection: ReportPage.Section {
        var table = DataTable(
            "Images",
            [
                "image", "verdict", "size", "of bound", "in", "off by", "bound", "flips", "unexplained", "margins",
                "8-bit pixels", "PSNR", "seconds",
            ], firstNumber: 2)
        for row in rows {
            let cells = [
                row.holds ? "holds" : "fails", "\(row.width) x \(row.height)", NumberText.percent(row.shareOfBound),
                row.worstModule, NumberText.scientific(row.worstDifference), NumberText.scientific(row.worstBound),
                NumberText.grouped(row.flips), NumberText.grouped(row.unexplainedFlips),
                NumberText.extent(row.smallestMargin, row.largestMargin), NumberText.grouped(row.differingPixels),
                row.psnr.map { NumberText.fixed($0, decimals: 1) } ?? "equal",
                NumberText.fixed(row.seconds, decimals: 2),
            ]
            table.add([.code(row.name)] + cells.map(Markup.text), isBad: !row.holds)
        }
        var content = [table.markup]
        if let beyond = rows.first(where: { $0.firstBeyond != nil }) {
            content.append(
                .tag(
                    "p", [:],
                    [
                        .code(beyond.name),
                        .text(" is the first whose paths are further apart than rounding explains, from "),
                        .code(beyond.firstBeyond ?? ""), .text(" on."),
                    ]))
        }
        if !holds {
            content.append(.tag("p", [:], "bbcu verify --input IMAGE --report F.html shows one image unit by unit."))
        }
        return .init("images", "Image by image", content)
    }
}

extension ReportPage.Section {
    /// What could not be used, and why.
    static func excluded(_ images: [Exclusion]) -> ReportPage.Section {
        .init(
            "excluded", "Excluded",
            [.tag("ul", [:], images.map { .tag("li", [:], [.code($0.name), .text(": " + $0.reason)]) })])
    }
}
