import BBCUEvaluation
import BBCUNetworks
import BBCUPlatform
import TensorBytes

extension EvaluationReport {
    /// The report: the means beside the paper's, what running 1-bit changes, and the images.
    ///
    /// - Parameters:
    ///   - crops: parts of the worst and best images; nil where the images are not at hand.
    ///   - remake: how a page is then made with them.
    package func document(crops: [EvaluationCrop]?, remake: EvaluationRemake? = nil) -> ReportDocument {
        let means = means
        return ReportDocument(
            title: "Evaluation of \(subject.network.summary)", verdict: verdict(means),
            tone: excluded.isEmpty ? .neutral : .caution, facts: facts,
            sections: [
                imageSection, meanSection(means), distributionSection(means), pictureSection(crops, remake),
                betweenSection,
                .excluded(excluded),
            ], json: json)
    }

    private func verdict(_ means: [MeanRow]) -> String {
        let sentences = means.map { mean in
            let psnr = mean.psnr.map { NumberText.fixed($0, decimals: 2) + " dB" } ?? "infinite"
            return
                "\(mean.set), \(subject.options.task.settingName) \(mean.setting.settingText), \(mean.path.title): \(psnr)"
        }
        let missing = excluded.isEmpty ? "" : "; \(excluded.count.counted("image")) excluded"
        let more = sentences.count > 6 ? "; \(sentences.count - 6) more below" : ""
        return "Mean PSNR " + sentences.prefix(6).joined(separator: "; ") + more + missing + "."
    }

    private var facts: [ReportDocument.Fact] {
        let options = subject.options
        let shardText = shard == .whole ? "" : ", shard \(shard)"
        return [
            .init("file", .code(subject.file)), .init("sha256", .code(subject.sha256)),
            .init("network", "\(subject.network.summary), k = \(subject.network.amplification.shortText)"),
            .init("task", "\(options.task.title): \(protocolText)"),
            .init(
                "images",
                RichText(
                    "\(NumberText.grouped(itemCount)) of \(NumberText.grouped(subject.items.count))\(shardText); "
                        + (options.isLowGiven ? "low-quality files given" : "low-quality images made")
                        + (options.selfEnsemble ? "; mean of eight flips and rotations" : ""))),
        ] + subject.unusedKeys.ignoredFacts
    }

    private var protocolText: String {
        switch subject.options.task {
        case .sr: "BT.601 luma, \(subject.network.hyperparameters.upscale) border pixels cropped"
        case .denoise: "RGB at 8 bits"
        case .deblock: "BT.601 luma at 8 bits"
        }
    }

    private var imageSection: ReportDocument.Section {
        let table = ReportTable(
            "Images", of: rows,
            columns: [
                .text("set", \.set), .code("image", \.name),
                .number(subject.options.task.settingName, \.setting.settingText),
                .text("path", \.path.title),
                .number("PSNR") { $0.score.psnr.map { NumberText.fixed($0, decimals: 2) } ?? "inf" },
                .number("SSIM") { $0.score.ssim.map { NumberText.fixed($0, decimals: 4) } ?? "-" },
                .number("seconds") { $0.seconds.map { NumberText.fixed($0, decimals: 3) } ?? "given" },
            ])
        return .init("images", "Image by image", [.folded(NumberText.grouped(rows.count, "row"), [.table(table)])])
    }

    private func meanSection(_ means: [MeanRow]) -> ReportDocument.Section {
        let compared = means.filter { $0.published?.psnr != nil }
        let chart = SeriesChart(
            description: "Mean PSNR beside the paper's",
            names: compared.map { "\($0.set.printable(atMost: 40)) \($0.setting.settingText) \($0.path.title)" },
            series: [
                .init(meaning: "paper", style: "second", mark: .dots, values: compared.map { $0.published?.psnr }),
                .init(meaning: "here", style: "first", mark: .dots, values: compared.map(\.psnr)),
            ], isLogarithmic: false, startsAtZero: false)
        let figure = ReportDocument.Block.figure(
            "Mean PSNR in dB beside the published figure.", key: chart.key, chart.markup)
        return .init(
            "means", "Means beside the paper's figures",
            (compared.isEmpty ? [] : [figure]) + [.table(table(of: means))]
                + [.paragraphs(notes(on: means) + changeLines(means))])
    }

    private func table(of means: [MeanRow]) -> ReportTable {
        func number(_ value: Double?, _ decimals: Int, signed: Bool = false) -> String {
            guard let value else { return "-" }
            let text = NumberText.fixed(value, decimals: decimals)
            return signed && !text.begins(with: "-") ? "+" + text : text
        }
        return ReportTable(
            "Means", of: means,
            columns: [
                .text("mean of", \.set), .number(subject.options.task.settingName, \.setting.settingText),
                .text("path", \.path.title),
                .number("images") { "\($0.count)" + ($0.imagesInSet.map { " of \($0)" } ?? "") },
                .number("PSNR") { $0.equal > 0 ? "inf (\($0.equal) equal)" : number($0.psnr, 2) },
                .number("95 %") {
                    $0.psnrInterval.map {
                        NumberText.fixed($0.lower, decimals: 2) + " to " + NumberText.fixed($0.upper, decimals: 2)
                    } ?? "-"
                },
                .number("paper") { number($0.published?.psnr, 2) },
                .number("diff.") { number($0.psnrDifference, 2, signed: true) },
                .number("SSIM") { number($0.ssim, 4) }, .number("paper") { number($0.published?.ssim, 4) },
                .number("diff.") { number($0.ssimDifference, 4, signed: true) },
            ])
    }

    private func distributionSection(_ means: [MeanRow]) -> ReportDocument.Section {
        let strips = means.map { mean in
            StripChart.Strip(
                name: "\(mean.set.printable(atMost: 40)) \(mean.setting.settingText) \(mean.path.title)",
                style: mean.path.style,
                values: rows.filter { $0.set == mean.set && $0.setting == mean.setting && $0.path == mean.path }
                    .compactMap { row in row.score.psnr.map { (row.name, $0) } })
        }
        let chart = StripChart(description: "PSNR of each image, by set", strips: strips)
        return .init(
            "distribution", "How the images are spread",
            [
                .figure(
                    "PSNR in dB of each image (dots, named on pointing at them) and their mean (line).",
                    key: subject.options.paths.map {
                        ($0.style, $0 == .outputs ? "outputs that were given" : $0.title)
                    },
                    chart.markup)
            ])
    }

    private var betweenSection: ReportDocument.Section {
        let table = ReportTable(
            "Between the paths", of: between,
            columns: [
                .code("image", \.name), .text("set", \.set),
                .number(subject.options.task.settingName, \.setting.settingText),
                .number("PSNR") { $0.score.psnr.map { NumberText.fixed($0, decimals: 2) } ?? "equal" },
                .number("SSIM") { $0.score.ssim.map { NumberText.fixed($0, decimals: 6) } ?? "" },
                .number("PSNR moves by") { $0.psnrChange.map { NumberText.fixed($0, decimals: 4) } ?? "" },
                .number("SSIM moves by") { $0.ssimChange.map { NumberText.fixed($0, decimals: 6) } ?? "" },
            ])
        return .init(
            "between", "Between the two paths", if: !between.isEmpty,
            [
                .page {
                    [
                        .paragraph(
                            "The images that the 1-bit and the float path restored, held against each other, and how far the published measures move."
                        ), .table(table),
                    ]
                }
            ])
    }

    /// What a reader has to know to compare with the paper.
    func notes(on means: [MeanRow]) -> [String] {
        var lines: [String] = []
        if means.contains(where: { $0.published != nil }) {
            lines.append(
                "paper: Xia et al., ICLR 2023, the full-size network; figures compare where the files are the same.")
            if !subject.options.isLowGiven { lines.append("The low-quality images were made here, not given.") }
        }
        for mean in means where mean.imagesInSet.map({ $0 != mean.count }) ?? false {
            let total = mean.imagesInSet ?? 0
            let line = "\(mean.set) has \(total.counted("image")), this is a mean of \(mean.count)."
            if !lines.contains(line) { lines.append(line) }
        }
        for mean in means {
            if let line = smallImageLine(mean), !lines.contains(line) { lines.append(line) }
        }
        guard means.contains(where: { $0.psnrInterval != nil }) else { return lines }
        lines.append("95 %: where the mean of such images lies, by the bootstrap (fixed seed).")
        return lines
    }

    /// Why a set has no mean SSIM.
    private func smallImageLine(_ mean: MeanRow) -> String? {
        ComparisonReport.smallImageLine(
            rows.filter {
                $0.set == mean.set && $0.setting == mean.setting && $0.path == mean.path && $0.score.ssim == nil
            }.map(\.name), of: mean.set)
    }

    /// What running 1-bit changes, a sentence a set.
    func changeLines(_ means: [MeanRow]) -> [String] {
        let changes = Self.changes(means)
        guard !changes.isEmpty else { return [] }
        return changes.map { change in
            let setting =
                subject.options.settings.count > 1
                ? " at \(subject.options.task.settingName) \(change.setting.settingText)" : ""
            let amount = change.psnr.map { NumberText.fixed($0, decimals: 3) + " dB" } ?? "an unknown number of dB"
            let ssim = change.ssim.map { " (SSIM by \(NumberText.fixed($0, decimals: 5)))" } ?? ""
            return "running 1-bit changes \(change.set.printable())\(setting) by \(amount)\(ssim)"
        } + betweenLines
    }

    private var betweenLines: [String] {
        let ratios = between.compactMap(\.score.psnr)
        let equal = between.count - ratios.count
        guard let lowest = ratios.min() else {
            return ["between the paths: all \(between.count.counted("image")) equal"]
        }
        return [
            "between the paths: \(equal) of \(between.count.counted("image")) equal, the others "
                + "\(NumberText.fixed(lowest, decimals: 1)) dB PSNR or more"
        ]
    }
}

extension EvaluationTask {
    /// The task in words.
    var title: String {
        switch self {
        case .sr: "super-resolution"
        case .denoise: "colour denoising"
        case .deblock: "JPEG deblocking"
        }
    }
}

extension EvaluationPath {
    /// The path in a table.
    var title: String {
        switch self {
        case .binarized: "1-bit"
        case .reference: "float"
        case .outputs: "outputs"
        }
    }

    /// The class of the path in the style sheet.
    var style: String {
        switch self {
        case .binarized: "first"
        case .reference: "second"
        case .outputs: "fourth"
        }
    }
}
