import ArgumentParser
import BBCUEvaluation
import BBCUImages
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

extension VerifyCommand {
    /// Verifies every image of a folder.
    func runFolder(_ folder: String, _ loaded: LoadedModel, _ verification: Verification, _ kernels: Kernels) throws
        -> Bool
    {
        if taps != nil { throw ValidationError("--taps writes one input's modules; give one file as --input.") }
        let all = try FolderListing.files(under: folder).filter {
            ImageName.isImage($0) || PathText.hasEnding($0, among: ".npy")
        }
        guard !all.isEmpty else {
            throw InputError(file: folder, found: "no image", expected: "PNG, JPEG or .npy files")
        }
        try output.check(inputs: all.map { folder + "/" + $0 })
        let shard = shard ?? .whole
        let names = shard.items(of: all)
        let subject = try FolderVerification.Subject(
            model, loaded, .init(form: try model.form(form, loaded), method: floats.method), items: all)
        var report = FolderVerification(subject, shard: shard, shardItems: ItemList(names: names))
        let progress = Progress(label: "verify", unit: "image")
        for (index, name) in names.enumerated() {
            progress.showRate(index, names.count)
            do {
                report.rows.append(try verdict(name, in: folder, loaded.model.network, verification))
            } catch {
                report.excluded.append(Exclusion(name: name, set: "", reason: error.reasonText))
            }
        }
        progress.clear()
        if report.rows.isEmpty, shard == .whole, let first = report.excluded.first {
            throw InputError(
                file: folder, found: "no image that could be verified (\(first.name): \(first.reason))", expected: "one"
            )
        }
        try output.put(report.document)
        return report.holds && report.excluded.isEmpty
    }

    private func verdict(_ name: String, in folder: String, _ network: BBCUNetwork, _ verification: Verification) throws
        -> FolderVerification.Row
    {
        let map = try InputReader.read(folder + "/" + name, for: network, work: .verification).map
        var report: VerificationReport?
        let seconds = try Stopwatch.seconds { report = try verification.run(map) }
        guard let report else { throw InputError(file: name, found: "no verdict", expected: "one") }
        return FolderVerification.Row(name: name, width: map.width, height: map.height, report, seconds: seconds)
    }
}
