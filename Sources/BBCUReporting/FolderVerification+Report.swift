import BBCUEvaluation
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes

extension FolderVerification {
    /// The report.
    public var document: ReportDocument {
        ReportDocument(
            title: "Verification of \(subject.network.summary) on \(NumberText.grouped(rows.count, "image"))",
            verdict: verdict, tone: holds ? (excluded.isEmpty ? .good : .caution) : .bad, facts: facts,
            sections: [boundSection, signSection, imageSection, .excluded(excluded)], json: json)
    }

    private var facts: [ReportDocument.Fact] {
        let shardText = shard == .whole ? "" : ", shard \(shard)"
        return [
            .init("file", .code(subject.file)), .init("sha256", .code(subject.sha256)),
            .init(
                "network", "\(subject.network.summary), k = \(subject.network.amplification.shortText)"),
            .init("images", "\(rows.count + excluded.count) of \(subject.items.count)\(shardText)"),
            .init("reference", "float32, \(subject.options.form.rawValue) form"),
        ] + subject.unusedKeys.ignoredFacts
    }

    private var names: [String] { rows.map { $0.name.printable(atMost: 80) } }

    private var boundSection: ReportDocument.Section {
        let chart = SeriesChart(
            description: "Error and bound of each image, logarithmic", names: names,
            series: [
                .init(meaning: "bound", style: "second", mark: .line, values: rows.map(\.bound)),
                .init(
                    meaning: "error", style: "first", mark: .dots, values: rows.map(\.maxAbsDifference),
                    isBad: rows.map { $0.shareOfBound > 1 }),
            ], isLogarithmic: true)
        let figure = ReportDocument.Block.figure(
            "Where a value of each image uses the largest share of its bound: its error (dots) and the bound there (line).",
            key: chart.key, chart.markup)
        return .init("bounds", "Error against bound", if: !rows.isEmpty, [figure])
    }

    private var signSection: ReportDocument.Section {
        let bars = SeriesChart.flips(
            "Signs that differ on each image", zip(names, rows).map { ($0, $1.flips, $1.unexplainedFlips) })
        let flips = rows.contains { $0.flips > 0 }
        return .init(
            "signs", "Signs that differ", if: !rows.isEmpty,
            [
                .page {
                    (flips ? [.figure("Flips on each image; red where one is not explained.", bars.markup)] : [])
                        + [.margins("image", zip(names, rows).map { ($0, $1.marginCounts) })]
                }
            ])
    }

    private var imageSection: ReportDocument.Section {
        let table = ReportTable(
            "Images", of: rows, isBad: { !$0.holds },
            columns: [
                .code("image", \.name), .number("size") { "\($0.width)x\($0.height)" },
                .text("verdict") { $0.holds ? "holds" : "fails" },
                .number("of bound") { NumberText.percent($0.shareOfBound) }, .text("at", \.worstModule),
                .number("off by") { NumberText.scientific($0.maxAbsDifference) }.onlyWide,
                .number("bound") { NumberText.scientific($0.bound) }.onlyWide,
                .number("flips") { "\($0.flips)" }, .number("unexplained") { "\($0.unexplainedFlips)" },
                .number("margins") { NumberText.extent($0.smallestMargin, $0.largestMargin) }.onlyWide,
                .number("8-bit pixels") { "\($0.differingPixels)" },
                .number("PSNR") { $0.psnr.map { NumberText.fixed($0, decimals: 1) } ?? "inf" },
                .number("seconds") { NumberText.fixed($0.seconds, decimals: 2) },
            ])
        var blocks: [ReportDocument.Block] = [.table(table)]
        if let beyond = rows.first(where: { $0.firstBeyond != nil }) {
            blocks.append(
                .paragraph(
                    "\(code: beyond.name) is the first whose paths are further apart than rounding explains, from \(code: beyond.firstBeyond ?? "") on."
                ))
        }
        return .init("images", "Image by image", blocks)
    }

    /// One line in plain words.
    var verdict: String {
        let failing = rows.count { !$0.holds }
        let count = rows.count.counted("image")
        guard let worst else { return "no image could be verified" }
        let place = "\(worst.name.printable()), \(worst.finding)"
        guard failing == 0 else { return "FAILS: \(failing) of \(count); worst: \(place); \(Advice.verifyOne)" }
        return excluded.isEmpty
            ? "HOLDS: \(count); closest: \(place)"
            : "INCONCLUSIVE: \(count) within bounds, \(excluded.count) could not be used; closest: \(place)"
    }
}

extension ReportDocument.Section {
    /// What could not be used, and why.
    static func excluded(_ images: [Exclusion]) -> ReportDocument.Section {
        .init(
            "excluded", "Excluded: \(images.count.counted("image"))",
            [.list(images.map { "\(code: $0.name): \($0.reason)" })])
    }
}

extension FolderVerification.Row {
    /// What is to be said of the image before all else.
    var finding: String {
        if holds || shareOfBound > 1 {
            return "\(NumberText.percent(shareOfBound)) of its bound in \(worstModule.printable())"
        }
        if unexplainedFlips > 0 { return "\(unexplainedFlips.counted("sign")) that rounding cannot explain" }
        return "beyond what rounding can explain from \(firstBeyond?.printable() ?? "some module") on"
    }
}
