import BBCUEvaluation
import BBCUImages
import BBCUKit
import BBCUPlatform
import TensorBytes

/// Evaluates items one after the other.
struct EvaluationRun {
    private let network: BBCUNetwork
    let options: EvaluationOptions
    private let runner: NetworkRunner
    private let low: PairedFolder?
    private let outputs: PairedFolder?
    /// Restored images go to this folder, where there is one.
    private let saveFolder: String?
    /// Whether sets are kept apart in it.
    private let hasSeveralFolders: Bool

    init(
        _ loaded: LoadedModel, _ options: EvaluationOptions, selection: EvaluationImages, saveFolder: String?,
        kernels: Kernels
    ) throws {
        network = loaded.model.network
        self.options = options
        runner = NetworkRunner(loaded.model, options, kernels: kernels)
        let (task, settings) = (options.task, options.settings.count)
        low = try selection.low.map {
            try PairedFolder($0, .low, template: selection.template, task: task, settings: settings)
        }
        outputs = try selection.outputs.map {
            try PairedFolder(
                $0, .outputs, template: selection.low == nil ? selection.template : nil, task: task, settings: settings)
        }
        self.saveFolder = saveFolder
        hasSeveralFolders = selection.images.count > 1
    }

    /// The files that an item's rows come from.
    struct Files {
        /// The given degraded images by setting; empty where they are made.
        var low: [Double: String] = [:]
        /// What another implementation restored, by setting.
        var outputs: [Double: String] = [:]
        /// The SHA-256 of the original.
        var original: String
        /// The SHA-256 of the given files.
        var given: [ExactName: String] = [:]

        /// The SHA-256 of the files of a row.
        func hashes(_ setting: Double, _ path: EvaluationPath) -> [String] {
            let files = [low[setting], path == .outputs ? outputs[setting] : nil]
            return [original] + files.compactMap { $0.flatMap { given[ExactName($0)] } }
        }
    }

    /// Finds and hashes the files of an item.
    func files(of item: EvaluationItem) throws -> Files {
        var files = Files(original: try ImageFiles.sha256(item.path))
        for setting in options.settings {
            files.low[setting] = try low?.file(for: item, setting: setting)
            files.outputs[setting] = try outputs?.file(for: item, setting: setting)
        }
        for file in Array(files.low.values) + files.outputs.values {
            files.given[ExactName(file)] = try ImageFiles.sha256(file)
        }
        return files
    }

    /// Runs and scores an item at all settings by all paths.
    func evaluate(_ item: EvaluationItem, _ files: Files) throws -> ItemResult {
        let original = try channels(of: ImageFiles.bytes(item.path))
        var result = ItemResult(item: item)
        for setting in options.settings {
            guard let degradation = Degradation(options.task, setting: setting) else { continue }
            let trial = try trial(original, degradation, low: files.low[setting])
            try requireMemory(trial.input, item)
            var images: [EvaluationPath: (image: ByteImage, score: Score)] = [:]
            for path in options.paths {
                let (image, seconds) = try restored(trial, path, output: files.outputs[setting])
                let score = try trial.score(image)
                images[path] = (image, score)
                result.rows.append(
                    EvaluationRow(
                        name: item.name, set: item.set, setting: setting, path: path, score: score,
                        seconds: seconds, files: files.hashes(setting, path)))
                try save(image, item, setting, path)
            }
            if let binarized = images[.binarized], let reference = images[.reference] {
                result.between.append(
                    BetweenRow(
                        name: item.name, set: item.set, setting: setting,
                        score: try Trial.score(binarized.image, reference.image, degradation), of: binarized.score,
                        against: reference.score))
            }
        }
        return result
    }

    /// The original as the network's protocol reads it: three channels, a grey one's all the same; a grey network needs a
    /// grey original, and luma is taken of either.
    func channels(of original: ByteImage) throws -> ByteImage {
        guard options.task != .deblock else { return original }
        guard network.hyperparameters.inputChannels == 1 else { return original.withThreeChannels }
        guard original.channels == 1 else {
            throw EvaluationError("original", found: "a colour image", expected: "a grey one, which the network takes")
        }
        return original
    }

    func trial(_ original: ByteImage, _ degradation: Degradation, low: String?) throws -> Trial {
        guard let low else { return try Trial(original, degradation, jpeg: ImageFiles.jpegRoundTrip) }
        do {
            return try Trial(original, degradation, given: try degraded(low))
        } catch {
            throw LowQualityFileError(reason: reason(error))
        }
    }

    /// A given degraded image as the network takes it: luma for deblocking.
    private func degraded(_ path: String) throws -> FeatureMap<Float> {
        if PathText.hasEnding(path, among: ".npy") { return try InputReader.read(path, for: network).map }
        return try asTarget(try ImageFiles.bytes(path)).featureMap
    }

    /// An image with the channels that are compared; a grey one is luma already where deblocking is measured.
    private func asTarget(_ image: ByteImage) throws -> ByteImage {
        guard options.task == .deblock else { return try channels(of: image) }
        return image.channels == 1 ? image : image.lumaRounded
    }

    func restored(_ trial: Trial, _ path: EvaluationPath, output: String?) throws -> (ByteImage, Double?) {
        if path == .outputs, let output { return (try asTarget(try ImageFiles.bytes(output)), nil) }
        guard let (map, seconds) = try runner.run(path, trial.input) else {
            throw EvaluationError("path", found: "no \(path.rawValue)", expected: "one that is run")
        }
        return (try Trial.image(map), seconds)
    }

    private func requireMemory(_ input: FeatureMap<Float>, _ item: EvaluationItem) throws {
        try Guards.requireMemory(
            for: runner.hasReference ? nil : runner.rows, network, height: input.height, width: input.width,
            input: item.name)
    }

    private func save(_ image: ByteImage, _ item: EvaluationItem, _ setting: Double, _ path: EvaluationPath) throws {
        guard let saveFolder, path != .outputs else { return }
        let set = hasSeveralFolders ? item.set + "/" : ""
        try ImageFiles.write(
            image, to: "\(path.rawValue)/\(setting.settingText)/\(set)\(ImageName.withoutSuffix(item.name)).png",
            in: saveFolder)
    }
}

/// Why a given low-quality file cannot be used.
private struct LowQualityFileError: Error, CustomStringConvertible {
    var reason: String
    var description: String { "low-quality file: \(reason)" }
}
