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
        (self.row, self.isWorst) = (row, isWorst)
        (self.before, self.after, self.original) = (before, after, original)
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

    /// Parts of the worst and the best images, or how to make the page with them.
    func pictureSection(_ crops: [EvaluationCrop]?, _ remake: EvaluationRemake?) -> ReportDocument.Section {
        let blocks: [ReportDocument.Block] =
            crops.map { $0.isEmpty ? [] : cropBlocks($0) } ?? (rows.isEmpty ? [] : missingCropBlocks(remake))
        return .init("pictures", "The worst and the best", [.page { blocks }])
    }

    private func cropBlocks(_ crops: [EvaluationCrop]) -> [ReportDocument.Block] {
        [.paragraph("The part of each image in which the restored one is furthest from the original.")]
            + crops.flatMap { crop -> [ReportDocument.Block] in
                let psnr = crop.row.score.psnr.map { NumberText.fixed($0, decimals: 2) + " dB" } ?? "equal"
                let setting = "\(subject.options.task.settingName) \(crop.row.setting.settingText)"
                return [
                    .heading(
                        "\(crop.isWorst ? "Among the worst" : "Among the best"): \(code: crop.row.name) (\(crop.row.set), \(setting)), \(psnr)"
                    ),
                    .pictures(
                        [("before", crop.before), ("restored", crop.after), ("original", crop.original)].map {
                            .init($0, $1, caption: RichText($0), style: "pixels wide")
                        }),
                ]
            }
    }

    private func missingCropBlocks(_ remake: EvaluationRemake?) -> [ReportDocument.Block] {
        let reason = "This page was made of the shards' reports, without the images, so it has no pictures."
        guard let remake else { return [.paragraph(RichText(reason))] }
        return [
            .paragraph(RichText(reason + " This makes it with them, and runs only the images that are shown:")),
            .lines([remake.command]), .paragraph(RichText(remake.legend)),
        ]
    }
}

/// How a program makes a page again, with its pictures.
package struct EvaluationRemake: Sendable {
    /// The command.
    package var command: String
    /// What stands for what in it.
    package var legend: String

    package init(command: String, legend: String) { (self.command, self.legend) = (command, legend) }
}
