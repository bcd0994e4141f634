import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// The folders of an evaluation beside its originals.
public struct EvaluationFolders: Sendable, Hashable {
    /// Degraded images in place of those that are made.
    public var low: String?
    /// What another implementation restored.
    public var outputs: String?
    /// The names of given files, of ``low`` or else of ``outputs``.
    public var template: NameTemplate?
    /// Where restored images are written.
    public var save: String?
    /// Whether sets are kept apart there.
    public var hasSeveralSets = false

    /// No folders.
    public init() {}
}

/// Evaluates items one after the other.
public struct EvaluationRun {
    private let network: BBCUNetwork
    /// What is evaluated.
    public let options: EvaluationOptions
    private let runner: NetworkRunner
    private let images: ImageAccess
    private let low: PairedFolder?
    private let outputs: PairedFolder?
    private let folders: EvaluationFolders
    private let checkSize: (_ rows: StreamedNetwork?, _ input: FeatureMap<Float>, _ name: String) throws -> Void

    /// Prepares a run.
    ///
    /// - Parameter checkSize: refuses an input for which memory does not suffice; by rows where rows are given.
    /// - Throws: ``EvaluationError`` where a folder is none.
    public init(
        _ model: BBCUModel, _ options: EvaluationOptions, folders: EvaluationFolders, images: ImageAccess,
        kernels: Kernels,
        checkSize: @escaping (_ rows: StreamedNetwork?, _ input: FeatureMap<Float>, _ name: String) throws -> Void
    ) throws(EvaluationError) {
        network = model.network
        self.options = options
        self.images = images
        self.folders = folders
        self.checkSize = checkSize
        runner = NetworkRunner(model, options, kernels: kernels)
        func paired(
            _ path: String?, _ kind: PairedFolder.Content, _ template: NameTemplate?
        ) throws(EvaluationError) -> PairedFolder? {
            guard let path else { return nil }
            return try PairedFolder(
                path, kind, template: template, task: options.task, settings: options.settings.count)
        }
        low = try paired(folders.low, .low, folders.template)
        outputs = try paired(folders.outputs, .outputs, folders.low == nil ? folders.template : nil)
    }

    /// Evaluates what the ledger does not hold, and enters it there; an image that cannot be used is excluded.
    ///
    /// - Parameter progress: told before each item how many are done, and how many of those the ledger held.
    /// - Throws: what a file throws that cannot be written.
    public func run(
        _ items: [EvaluationItem], into ledger: inout EvaluationLedger, progress: (_ done: Int, _ reused: Int) -> Void
    ) throws {
        for (index, item) in items.enumerated() {
            progress(index, ledger.reusedCount)
            do {
                let files = try files(of: item)
                if ledger.reuse(item, files) { continue }
                try ledger.add(try evaluate(item, files))
            } catch  where !error.isOfOneImage {
                throw error
            } catch {
                try ledger.add(Exclusion(name: item.name, set: item.set, reason: error.reasonText))
            }
        }
    }

    /// The files that an item's rows come from.
    public struct Files: Sendable {
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
    /// - Throws: `BytesError` or ``EvaluationError`` where one cannot be read, or is not there.
    public func files(of item: EvaluationItem) throws -> Files {
        var files = Files(original: try ByteRegion.mapping(item.path).sha256())
        for setting in options.settings {
            files.low[setting] = try low?.file(for: item, setting: setting)
            files.outputs[setting] = try outputs?.file(for: item, setting: setting)
        }
        for file in Array(files.low.values) + files.outputs.values {
            files.given[ExactName(file)] = try ByteRegion.mapping(file).sha256()
        }
        return files
    }

    /// Runs and scores an item at all settings by all paths.
    private func evaluate(_ item: EvaluationItem, _ files: Files) throws -> ItemResult {
        let original = try channels(of: images.read(item.path))
        var result = ItemResult(item: item)
        for setting in options.settings {
            guard let degradation = Degradation(options.task, setting: setting) else { continue }
            let trial = try trial(original, degradation, low: files.low[setting])
            try checkSize(runner.hasReference ? nil : runner.rows, trial.input, item.name)
            var restored: [EvaluationPath: (image: ByteImage, score: Score)] = [:]
            for path in options.paths {
                let (image, seconds) = try restore(trial, path, output: files.outputs[setting])
                let score = try trial.score(image)
                restored[path] = (image, score)
                result.rows.append(
                    EvaluationRow(
                        name: item.name, set: item.set, setting: setting, path: path, score: score,
                        seconds: seconds, files: files.hashes(setting, path)))
                try save(image, item, setting, path)
            }
            if let binarized = restored[.binarized], let reference = restored[.reference] {
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
    private func channels(of original: ByteImage) throws -> ByteImage {
        guard options.task != .deblock else { return original }
        guard network.hyperparameters.inputChannels == 1 else { return original.withThreeChannels }
        guard original.channels == 1 else {
            throw EvaluationError(
                .size, file: "original", found: "found a colour image", expected: "a grey one, which the network takes")
        }
        return original
    }

    private func trial(_ original: ByteImage, _ degradation: Degradation, low: String?) throws -> Trial {
        guard let low else { return try Trial(original, degradation, jpeg: images.jpeg) }
        do {
            return try Trial(original, degradation, given: try degraded(low))
        } catch {
            throw EvaluationError(.noCounterpart, found: "low-quality file: \(error.reasonText)")
        }
    }

    /// A given degraded image as the network takes it: luma for deblocking.
    private func degraded(_ path: String) throws -> FeatureMap<Float> {
        if PathText.hasEnding(path, among: ".npy") { return try images.readArray(path) }
        return try asTarget(try images.read(path)).featureMap
    }

    /// An image with the channels that are compared; a grey one is luma already where deblocking is measured.
    private func asTarget(_ image: ByteImage) throws -> ByteImage {
        guard options.task == .deblock else { return try channels(of: image) }
        return image.channels == 1 ? image : image.lumaRounded
    }

    private func restore(_ trial: Trial, _ path: EvaluationPath, output: String?) throws -> (ByteImage, Double?) {
        if path == .outputs, let output { return (try asTarget(try images.read(output)), nil) }
        guard let (map, seconds) = try runner.run(path, trial.input) else {
            throw EvaluationError(.value, file: "path", found: "found no \(path.rawValue)", expected: "one that is run")
        }
        return (try Trial.image(map), seconds)
    }

    private func save(_ image: ByteImage, _ item: EvaluationItem, _ setting: Double, _ path: EvaluationPath) throws {
        guard let folder = folders.save, path != .outputs else { return }
        let set = folders.hasSeveralSets ? item.set + "/" : ""
        try images.write(
            image, "\(path.rawValue)/\(setting.settingText)/\(set)\(ImageName.withoutSuffix(item.name)).png", folder)
    }

    /// A part of an image where a restored one is furthest from the original.
    public struct Crop: Sendable {
        /// What the network was given, enlarged.
        public var before: ByteImage
        /// What was restored.
        public var after: ByteImage
        /// The original.
        public var original: ByteImage
    }

    /// The part of a row's image where its error is largest, restored again; nil where there is none.
    ///
    /// - Parameter side: its sides, in pixels of the original.
    /// - Throws: what running an image throws.
    public func worstPart(of row: EvaluationRow, _ item: EvaluationItem, side: Int) throws -> Crop? {
        guard let degradation = Degradation(options.task, setting: row.setting) else { return nil }
        let files = try files(of: item)
        let trial = try trial(channels(of: images.read(item.path)), degradation, low: files.low[row.setting])
        let (after, _) = try restore(trial, row.path, output: files.outputs[row.setting])
        guard let place = trial.target.worstSquare(of: after, side: side) else { return nil }
        func part(_ image: ByteImage) -> ByteImage { image.part(place) ?? image }
        return Crop(
            before: part(try Trial.image(trial.input).enlarged(to: trial.target)), after: part(after),
            original: part(trial.target))
    }
}
