import Bytes
import Evaluation
import Networks

extension EvaluationReport {
    /// The images' rows as comma-separated values (RFC 4180), the names of the columns first. An infinite PSNR is `inf`, a
    /// missing measure is empty.
    public var csv: String {
        let head = ["name", "set", subject.options.task.settingName, "path", "psnr", "ssim", "seconds"]
        let lines = rows.map { row in
            [
                Self.quoted(row.name), Self.quoted(row.set), row.setting.settingText, row.path.rawValue,
                row.score.psnr.map(\.description) ?? "inf", row.score.ssim.map(\.description) ?? "",
                row.seconds.map(\.description) ?? "",
            ]
        }
        return ([head] + lines).map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    private static func quoted(_ text: String) -> String {
        // Bytes, since a carriage return and a newline together are one character.
        guard text.utf8.contains(where: { Array(",\"\r\n".utf8).contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// The means as a Markdown document, for a README or an issue.
    public var markdown: String {
        let options = subject.options
        let means = means
        var lines = [
            "# \(subject.network.summary)", "",
            "`\(subject.file)`, k = \(subject.network.amplification.shortText), SHA-256 `\(subject.sha256)`.",
            options.isLowGiven ? "Low-quality files given." : "Low-quality images made as published.", "",
            "| set | \(options.task.settingName) | path | images | PSNR | 95 % | paper | diff. | SSIM | paper | diff. |",
            "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        lines += means.map { mean in
            "| " + mean.cells.map { Self.escaped($0) }.joined(separator: " | ") + " |"
        }
        lines += [""] + (notes(on: means) + changeLines(means)).flatMap { [Self.escaped($0), ""] }
        if !excluded.isEmpty {
            lines +=
                ["Excluded:", ""] + excluded.map { "* \(Self.escaped($0.name)): \(Self.escaped($0.reason))" } + [""]
        }
        return lines.joined(separator: "\n")
    }

    /// Text that cannot end a cell, open a tag or emphasise.
    private static func escaped(_ text: String) -> String {
        text.printable().reduce(into: "") { result, character in
            if "\\`*_{}[]<>|#".contains(character) { result.append("\\") }
            result.append(character)
        }
    }
}
