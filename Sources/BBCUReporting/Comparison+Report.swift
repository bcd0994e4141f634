import BBCUEvaluation
import BBCUPlatform
import TensorBytes

extension Score {
    /// PSNR as a table has it: `inf` for equal images.
    var psnrText: String { psnr.map { NumberText.fixed($0, decimals: 4) } ?? "inf" }
    /// SSIM as a table has it: `-` where there is none.
    var ssimText: String { ssim.map { NumberText.fixed($0, decimals: 6) } ?? "-" }
}

extension ComparisonReport {
    /// The report.
    public var document: ReportDocument {
        let table = ReportTable(
            "Images", of: pairs,
            columns: [
                .code("image", \.name), .number("size") { "\($0.width)x\($0.height)" },
                .number("PSNR", \.score.psnrText),
                .number("SSIM", \.score.ssimText),
                .number("largest difference") { NumberText.significant($0.largestDifference) },
            ])
        let small = Self.smallImageLine(pairs.filter { $0.score.ssim == nil }.map(\.name))
        return ReportDocument(
            title: "Comparison of \(first.printable(atMost: 80)) with \(second.printable(atMost: 80))",
            verdict: "Mean of \(pairs.count.counted("image")): PSNR \(meanText), SSIM \(mean.ssimText)",
            tone: excluded.isEmpty ? .neutral : .caution,
            facts: [
                .init("first", .code(first)), .init("second", .code(second)), .init("values", RichText(protocolText)),
            ],
            sections: [
                .init(
                    "images", "Image by image",
                    [.table(table)] + (pairs.count > 1 ? small.map { [.paragraph(RichText($0))] } ?? [] : [])),
                .excluded(excluded),
            ], json: json)
    }

    /// Why a mean SSIM is missing; nil where no image is too small for one.
    static func smallImageLine(_ names: [String], of set: String? = nil) -> String? {
        guard let first = names.first else { return nil }
        let others = names.count == 1 ? "" : " and \(names.count - 1) more"
        return "No mean SSIM\(set.map { " of \($0.printable())" } ?? ""): what is compared of "
            + "\(first.printable())\(others) is smaller than its window of 11x11 pixels."
    }

    private var meanText: String {
        equal == 0 ? mean.psnrText : "inf (\(equal.counted("equal pair")))"
    }

    private var protocolText: String {
        let cropped = border == 0 ? "" : ", \(border.counted("pixel")) cropped on each side"
        return (isLuma ? "BT.601 luma" : "all channels") + cropped
    }
}
