import ArgumentParser
import BBCUEvaluation
import BBCUImages
import BBCUKit
import BBCUNetworks
import BBCUPlatform
import BBCUReporting
import TensorBytes

struct DegradeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "degrade",
        abstract: "Writes the degraded images that a network is evaluated on, for other implementations.",
        discussion: """
            Exactly as they were made for the published figures: MATLAB's bicubic (NAMEx2.png), NumPy's legacy noise from \
            seed 0 (NAME.npy, float32, (3, H, W), not clamped), JPEG of the luma (NAME.png). manifest.json holds the \
            parameters and the SHA-256 of every file. The same images give the same bytes.

            Example: bbcu degrade Set5 Set5x2 --task sr --scale 2
            """)

    @Argument(help: ArgumentHelp("The folder of originals.", valueName: "DIR"), completion: .directory)
    var folder: String

    @Argument(help: ArgumentHelp("The folder to write.", valueName: "OUT"), completion: .directory)
    var output: String

    @Option(help: "What the network restores.")
    var task: EvaluationTask

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Super-resolution's factor.", valueName: "R"),
        transform: OptionValues.setting(.sr))
    var scale: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The noise's standard deviation in grey levels of 255.", valueName: "S"),
        transform: OptionValues.setting(.denoise))
    var sigma: Double?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("JPEG's quality, 1 to 100.", valueName: "Q"),
        transform: OptionValues.setting(.deblock))
    var quality: Double?

    func validate() throws {
        for (other, setting) in settings where other != task && setting != nil {
            throw ValidationError("--task \(task.rawValue) takes --\(task.settingName), not --\(other.settingName).")
        }
        guard degradation != nil else {
            throw ValidationError("--task \(task.rawValue) takes --\(task.settingName) with \(task.settingRange).")
        }
    }

    private var settings: KeyValuePairs<EvaluationTask, Double?> {
        [.sr: scale, .denoise: sigma, .deblock: quality]
    }

    private var degradation: Degradation? {
        settings.compactMap { $0 == task ? $1 : nil }.first.flatMap { Degradation(task, setting: $0) }
    }

    func run() throws {
        try withExitStatus {
            guard let degradation else { return false }
            try Guards.refuseOutput(output, inside: folder)
            let items = try EvaluationItem.find(in: [folder])
            try makeFolder(output)
            var manifest = DegradationManifest(degradation, version: ToolVersion.current)
            let progress = Progress(label: "degrade", unit: "image")
            for (index, item) in items.enumerated() {
                progress.show(index, items.count)
                do {
                    try add(item, degradation, to: &manifest)
                } catch  where error.isOfOneImage {
                    manifest.excluded.append(Exclusion(name: item.name, set: item.set, reason: error.reasonText))
                }
            }
            progress.clear()
            for image in manifest.excluded {
                Standard.error("bbcu: excluded: \(image.name): \(image.reason)".printable())
            }
            guard !manifest.files.isEmpty else {
                throw InputError(file: folder, found: "no image that could be degraded", expected: "one")
            }
            try WholeFile.write(manifest.json.text + "\n", to: output + "/manifest.json")
            Standard.output(
                "\(output.printable())/manifest.json: \(manifest.files.count.counted("image"))"
                    + (manifest.excluded.isEmpty ? "" : ", \(manifest.excluded.count) excluded"))
            return manifest.excluded.isEmpty
        }
    }

    private func add(_ item: EvaluationItem, _ degradation: Degradation, to manifest: inout DegradationManifest) throws
    {
        let original = try ImageFiles.bytes(item.path).withThreeChannels
        let name = degradation.fileName(forOriginal: item.name)
        if let other = manifest.original(ofFile: name) {
            throw EvaluationError(
                .twice, file: item.name, found: "found the name of \(other) but for its suffix",
                expected: "another, since both would be written to \(name)")
        }
        let target = degradation.target(of: original)
        guard target.width > 0, target.height > 0 else {
            throw EvaluationError(
                .size, file: item.name, found: "found \(original.width)x\(original.height) pixels",
                expected: "at least \(degradation.setting.settingText) a side")
        }
        let path = output + "/" + name
        try Guards.refuseOverwriting(path, inputs: [item.path])
        let degraded = try degradation.degrade(target, jpeg: ImageFiles.jpegRoundTrip)
        let size: (width: Int, height: Int)
        switch degraded {
        case .bytes(let image):
            try ImageFiles.write(image, to: name, in: output)
            size = (image.width, image.height)
        case .values(let map):
            guard let tensor = Tensor(map.channelMajorValues, shape: [map.channels, map.height, map.width]) else {
                return
            }
            try NumPyArray.write(tensor, to: ImageFiles.makePlace(for: name, in: output))
            size = (map.width, map.height)
        }
        manifest.add(
            DegradationManifest.File(
                name: name, sha256: try ImageFiles.sha256(path), original: item.name,
                originalSHA256: try ImageFiles.sha256(item.path), width: size.width, height: size.height))
    }
}

extension EvaluationTask: ExpressibleByArgument {}
