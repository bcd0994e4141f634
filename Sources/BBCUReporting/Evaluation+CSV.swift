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
}
