import BBCUEvaluation
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// Parts of an image before and after it was restored.
package struct EvaluationCrop: Sendable {
    /// The row that it shows.
    package var row: EvaluationRow
    /// Whether it is among the worst; the best otherwise.
    package var isWorst: Bool
    /// What the network was given, enlarged to the original's size.
    package var before: PagePicture
    /// What the network made.
    package var after: PagePicture
    /// The original.
    package var original: PagePicture

    /// Collects the parts.
    package init(row: EvaluationRow, isWorst: Bool, before: PagePicture, after: PagePicture, original: PagePicture) {
        self.row = row
        self.isWorst = isWorst
        self.before = before
        self.after = after
        self.original = original
    }
}

extension EvaluationReport {
    /// The rows whose images a page shows: the three worst and the three best by PSNR of the first path at the first
    /// setting; equal images are the best of all. An image is shown once.
    package var shownRows: [(row: EvaluationRow, isWorst: Bool)] {
        guard let path = subject.options.paths.first, let setting = subject.options.settings.first else { return [] }
        let chosen = rows.filter { $0.path == path && $0.setting == setting }
        let order = chosen.indices.sorted { left, right in
            let (first, second) = (chosen[left].score.psnr ?? .infinity, chosen[right].score.psnr ?? .infinity)
            return first == second ? left < right : first < second
        }
        let worst = order.prefix(min(3, (order.count + 1) / 2))
        let best = order.dropFirst(worst.count).suffix(3).reversed()
        return worst.map { (chosen[$0], true) } + best.map { (chosen[$0], false) }
    }

    /// The report as one HTML file.
    ///
    /// - Parameter crops: parts of the worst and best images; nil where the images are not at hand, and the page says how
    ///   to make it with them.
    package func html(crops: [EvaluationCrop]?) -> String {
        let means = means
        var sections = [meanSection(means), distributionSection(means)]
        if let crops {
            if !crops.isEmpty { sections.append(Self.cropSection(crops, subject.options.task)) }
        } else if !rows.isEmpty {
            sections.append(missingCropSection)
        }
        if !between.isEmpty { sections.append(betweenSection) }
        sections.append(imageSection)
        if !excluded.isEmpty { sections.append(.excluded(excluded)) }
        return ReportPage(
            title: "Evaluation of \(subject.network.summary)", verdict: verdict(means),
            tone: excluded.isEmpty ? .neutral : .caution, facts: headFacts.map { ($0.name, .text($0.text)) },
            sections: sections, json: json
        ).html
    }

    private func verdict(_ means: [MeanRow]) -> String {
        let sentences = means.map { mean in
            let psnr = mean.score.psnr.map { NumberText.fixed($0, decimals: 2) + " dB" } ?? "infinite"
            return
                "\(mean.set), \(subject.options.task.settingName) \(mean.setting.settingText), \(mean.path.title): \(psnr)"
        }
        let missing = excluded.isEmpty ? "" : "; \(NumberText.count(excluded.count, "image")) excluded"
        let more = sentences.count > 6 ? "; \(sentences.count - 6) more below" : ""
        return "Mean PSNR " + sentences.prefix(6).joined(separator: "; ") + more + missing + "."
    }

    private func meanSection(_ means: [MeanRow]) -> ReportPage.Section {
        let task = subject.options.task
        var table = DataTable(
            "Means",
            [
                "set", task.settingName, "path", "images", "PSNR", "95 %", "paper", "difference", "SSIM", "paper",
                "difference",
            ], firstNumber: 3)
        for mean in means { table.add(mean.cells) }
        let compared = means.filter { $0.published?.psnr != nil }
        var content: [Markup] = []
        if !compared.isEmpty {
            let chart = SeriesChart(
                description: "Mean PSNR beside the paper's",
                names: compared.map { "\($0.set.printable(atMost: 40)) \($0.setting.settingText) \($0.path.title)" },
                series: [
                    .init(meaning: "paper", style: "second", mark: .dots, values: compared.map { $0.published?.psnr }),
                    .init(meaning: "here", style: "first", mark: .dots, values: compared.map(\.score.psnr)),
                ], isLogarithmic: false, startsAtZero: false)
            content.append(.figure("Mean PSNR in dB beside the published figure.", key: chart.key, chart.markup))
        }
        return .init(
            "means", "Means beside the paper's figures",
            content + [table.markup] + (notes(on: means) + changeLines(means)).map { .tag("p", [:], $0) })
    }

    private func distributionSection(_ means: [MeanRow]) -> ReportPage.Section {
        let strips = means.map { mean in
            StripChart.Strip(
                name: "\(mean.set.printable(atMost: 40)) \(mean.setting.settingText) \(mean.path.title)",
                style: Self.style(mean.path).style,
                values: rows.filter { $0.set == mean.set && $0.setting == mean.setting && $0.path == mean.path }
                    .compactMap { row in row.score.psnr.map { (row.name, $0) } })
        }
        let chart = StripChart(description: "PSNR of each image, by set", strips: strips)
        return .init(
            "distribution", "How the images are spread",
            [
                .figure(
                    "PSNR in dB of each image (dots, named on pointing at them) and their mean (line).",
                    key: subject.options.paths.map(Self.style), chart.markup)
            ])
    }

    /// The class of a path in the style sheet, and what it stands for.
    private static func style(_ path: EvaluationPath) -> (style: String, meaning: String) {
        switch path {
        case .binarized: ("first", "1-bit")
        case .reference: ("second", "float")
        case .outputs: ("fourth", "outputs that were given")
        }
    }

    private static func cropSection(_ crops: [EvaluationCrop], _ task: EvaluationTask) -> ReportPage.Section {
        let parts = crops.flatMap { crop -> [Markup] in
            let psnr = crop.row.score.psnr.map { NumberText.fixed($0, decimals: 2) + " dB" } ?? "equal"
            let pictures = [("before", crop.before), ("restored", crop.after), ("original", crop.original)].map {
                name, picture in
                Markup.tag(
                    "figure", [:],
                    [picture.markup(["class": "pixels wide"]), .tag("figcaption", [:], name)])
            }
            return [
                .tag(
                    "h3", [:],
                    [
                        .text(crop.isWorst ? "Among the worst: " : "Among the best: "), .code(crop.row.name),
                        .text(" (\(crop.row.set), \(task.settingName) \(crop.row.setting.settingText)), \(psnr)"),
                    ]),
                .tag("div", ["class": "pictures"], pictures),
            ]
        }
        return .init(
            "pictures", "The worst and the best",
            [.tag("p", [:], "The part of each image in which the restored one is furthest from the original.")] + parts)
    }

    private var missingCropSection: ReportPage.Section {
        let folders = [
            "DIR is the images' folder, or folders",
            subject.options.isLowGiven ? "LOW that of the low-quality files" : nil,
            subject.options.paths.contains(.outputs) ? "OUTPUTS that of the other implementation's images" : nil,
        ].compactMap(\.self).joined(separator: ", ")
        return .init(
            "pictures", "The worst and the best",
            [
                .tag(
                    "p", [:],
                    "This page was made of the shards' reports, without the images, so it has no pictures. This makes it with "
                        + "them, and runs only the images that are shown:"),
                .scrolling("The command", .tag("pre", [:], [.code(commandForPictures, atMost: 4000)])),
                .tag(
                    "p", [:],
                    "MERGED.json is what bbcu merge prints with --json; \(folders). Options that say which network the "
                        + "checkpoint is (--options, --param-key, --root, --convert-dtype) are to be given as to the shards."
                ),
            ])
    }

    private var betweenSection: ReportPage.Section {
        var table = DataTable(
            "Between the paths",
            ["image", "set", subject.options.task.settingName, "PSNR", "SSIM", "PSNR moves by", "SSIM moves by"],
            firstNumber: 2)
        for row in between {
            table.add([
                .code(row.name), .text(row.set), .text(row.setting.settingText),
                .text(row.score.psnr.map { NumberText.fixed($0, decimals: 2) } ?? "equal"),
                .text(row.score.ssim.map { NumberText.fixed($0, decimals: 6) } ?? ""),
                .text(row.psnrChange.map { NumberText.fixed($0, decimals: 4) } ?? ""),
                .text(row.ssimChange.map { NumberText.fixed($0, decimals: 6) } ?? ""),
            ])
        }
        return .init(
            "between", "Between the two paths",
            [
                .tag(
                    "p", [:],
                    "The images that the 1-bit and the float path restored, held against each other, and how far "
                        + "the published measures move."),
                table.markup,
            ])
    }

    private var imageSection: ReportPage.Section {
        var table = DataTable(
            "Images", ["image", "set", subject.options.task.settingName, "path", "PSNR", "SSIM", "seconds"],
            firstNumber: 4)
        for row in rows {
            table.add([
                .code(row.name), .text(row.set), .text(row.setting.settingText), .text(row.path.title),
                .text(row.score.psnr.map { NumberText.fixed($0, decimals: 2) } ?? "equal"),
                .text(row.score.ssim.map { NumberText.fixed($0, decimals: 4) } ?? ""),
                .text(row.seconds.map { NumberText.fixed($0, decimals: 3) } ?? "given"),
            ])
        }
        return .init(
            "images", "Image by image", [.details(NumberText.grouped(rows.count, "row"), [table.markup])])
    }
}
