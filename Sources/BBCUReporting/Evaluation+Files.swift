import BBCUEvaluation
import BBCUNetworks
import BBCUPlatform
import TensorBytes

extension EvaluationReport {
    /// The images' rows as comma-separated values (RFC 4180), the names of the columns first. An infinite PSNR is `inf`, a
    /// missing measure is empty; a text that a spreadsheet would
    /// take for a formula begins with an apostrophe.
    public var csv: String {
        let head = ["name", "set", subject.options.task.settingName, "path", "psnr", "ssim", "seconds"]
        let lines = rows.map { row in
            [
                row.name.csvField, row.set.csvField, row.setting.settingText, row.path.rawValue,
                row.score.psnr.map(\.description) ?? "inf", row.score.ssim.map(\.description) ?? "",
                row.seconds.map(\.description) ?? "",
            ]
        }
        return ([head] + lines).map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    /// The means as a Markdown document, for a README or an issue.
    public var markdown: String {
        let options = subject.options
        let means = means
        var lines = [
            "# \(subject.network.summary)", "",
            "\(subject.file.markdownCode), k = \(subject.network.amplification.shortText), SHA-256 `\(subject.sha256)`.",
            options.isLowGiven ? "Low-quality files given." : "Low-quality images made as published.", "",
            "| set | \(options.task.settingName) | path | images | PSNR | 95 % | paper | diff. | SSIM | paper | diff. |",
            "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        lines += means.map { mean in
            "| " + mean.cells.map { $0.markdownEscaped }.joined(separator: " | ") + " |"
        }
        lines += [""] + (notes(on: means) + changeLines(means)).flatMap { [$0.markdownEscaped, ""] }
        if !excluded.isEmpty {
            lines +=
                ["Excluded:", ""] + excluded.map { "* \($0.name.markdownEscaped): \($0.reason.markdownEscaped)" } + [""]
        }
        return lines.joined(separator: "\n")
    }
}
