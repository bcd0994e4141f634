import BBCUEvaluation
import BBCUNetworks
import BBCUPlatform
import TensorBytes

extension EvaluationReport {
    /// The report for a person: the images, the means beside the paper's, and what running 1-bit changes.
    public var text: [String] {
        let means = means
        var lines = TextTable.head(headFacts) + [""] + imageTable.lines + [""] + table(of: means).lines
        lines += [""] + notes(on: means)
        let changes = changeLines(means)
        if !changes.isEmpty { lines += [""] + changes }
        if !excluded.isEmpty {
            lines += ["", "excluded: \(NumberText.count(excluded.count, "image"))"]
            lines += excluded.map { "  \($0.name.printable()): \($0.reason.printable())" }
        }
        return lines
    }

    /// What was evaluated: names and what is said of each.
    var headFacts: [(name: String, text: String)] {
        let options = subject.options
        let shardText = shard == .whole ? "" : ", shard \(shard)"
        return [
            ("file", subject.file), ("sha256", subject.sha256),
            ("network", "\(subject.network.summary), k = \(subject.network.amplification.shortText)"),
            ("task", "\(options.task.title): \(protocolText)"),
            (
                "images",
                "\(NumberText.grouped(itemCount)) of \(NumberText.grouped(subject.items.count))\(shardText); "
                    + (options.isLowGiven ? "low-quality files given" : "low-quality images made")
                    + (options.isSelfEnsemble ? "; mean of eight flips and rotations" : "")
            ),
        ] + (subject.unusedKeys.isEmpty ? [] : [("ignored", subject.unusedKeys.ignoredKeyText)])
    }

    private var protocolText: String {
        switch subject.options.task {
        case .sr: "BT.601 luma, \(subject.network.hyperparameters.upscale) border pixels cropped"
        case .denoise: "RGB at 8 bits"
        case .deblock: "BT.601 luma at 8 bits"
        }
    }

    private var imageTable: TextTable {
        let task = subject.options.task
        var table = TextTable(
            ["set", "image", task.settingName, "path", "PSNR", "SSIM", "seconds"],
            alignments: [.left, .left, .right, .left, .right, .right, .right])
        for row in rows {
            table.add([
                row.set.printable(), row.name.printable(), row.setting.settingText, row.path.title,
                row.score.psnr.map { NumberText.fixed($0, decimals: 2) } ?? "inf",
                row.score.ssim.map { NumberText.fixed($0, decimals: 4) } ?? "-",
                row.seconds.map { NumberText.fixed($0, decimals: 3) } ?? "given",
            ])
        }
        return table
    }

    private func table(of means: [MeanRow]) -> TextTable {
        var table = TextTable(
            [
                "mean of", subject.options.task.settingName, "path", "images", "PSNR", "95 %", "paper", "diff.", "SSIM",
                "paper", "diff.",
            ],
            alignments: [.left, .right, .left, .right, .right, .right, .right, .right, .right, .right, .right])
        for mean in means { table.add(mean.cells) }
        return table
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
            let line = "\(mean.set) has \(NumberText.count(total, "image")), this is a mean of \(mean.count)."
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
            return ["between the paths: all \(NumberText.count(between.count, "image")) equal"]
        }
        return [
            "between the paths: \(equal) of \(NumberText.count(between.count, "image")) equal, the others "
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
}

extension MeanRow {
    /// The cells of a table of means.
    var cells: [String] {
        func number(_ value: Double?, _ decimals: Int, signed: Bool = false) -> String {
            guard let value else { return "-" }
            let text = NumberText.fixed(value, decimals: decimals)
            return signed && !text.begins(with: "-") ? "+" + text : text
        }
        let interval = psnrInterval.map {
            NumberText.fixed($0.lower, decimals: 2) + " to " + NumberText.fixed($0.upper, decimals: 2)
        }
        return [
            set.printable(), setting.settingText, path.title, "\(count)" + (imagesInSet.map { " of \($0)" } ?? ""),
            equal > 0 ? "inf (\(equal) equal)" : number(score.psnr, 2), interval ?? "-",
            number(published?.psnr, 2), number(psnrDifference, 2, signed: true), number(score.ssim, 4),
            number(published?.ssim, 4), number(ssimDifference, 4, signed: true),
        ]
    }
}
