import ArgumentParser
import BBCUErrorBounds
import BBCUEvaluation
import BBCUImages
import BBCUKit
import BBCUNetworks
import BBCUPlatform
import BBCUReporting
import TensorBytes

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures PSNR and SSIM on test sets by the published protocol, beside the paper's figures.",
        discussion: """
            The degraded images are made of the originals, exactly as published, or taken from --low (NAMEx2.png, NAME.npy, \
            NAME.png; a folder for each setting where there are several; the authors' LR_bicubic/X2 beside HR). Each \
            folder with images is a set. Status 0, 1 where an image was excluded, 2 where nothing could be evaluated.

            Example: bbcu evaluate BBCUM_x4.pth --images Set5 Set14
            Example: bbcu evaluate DnCNN_B.pth --images CBSD68 --sigma 25 --path both
            """)

    /// What is run.
    enum PathChoice: String, ExpressibleByArgument, CaseIterable { case binarized, reference, both }

    @OptionGroup var model: ModelOptions

    @OptionGroup var floats: ConvolutionOptions

    @OptionGroup var selection: EvaluationImages

    @Option(help: "What is restored. Default: what the network is made for.")
    var task: EvaluationTask?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Noise, in grey levels of 255. Default: 15,25,50.", valueName: "S,..."),
        transform: OptionValues.settings(.denoise))
    var sigma: [Double]?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("JPEG's qualities. Default: 10,20,30,40.", valueName: "Q,..."),
        transform: OptionValues.settings(.deblock))
    var quality: [Double]?

    @Option(help: "Which execution restores; both also gives how far they are apart.")
    var path = PathChoice.binarized

    @Flag(help: "Restore the eight flips and rotations of each image and take the mean (x8).")
    var selfEnsemble = false

    @Option(
        help: ArgumentHelp("Write the restored images, in folders by path and setting.", valueName: "DIR"),
        completion: .directory)
    var save: String?

    @OptionGroup var reports: EvaluationReports

    func run() throws {
        try withExitStatus {
            let loaded = try model.load()
            let options = try options(loaded)
            let all = try selection.items()
            let subject = try EvaluationSubject(model, loaded, options, items: all.map(\.name))
            let shard = reports.shard ?? .whole
            let items = shard.items(of: all)
            try reports.refuseOverwriting(inputs: [model.file, model.network.options] + items.map(\.path))
            if let save {
                let read = selection.images + [selection.low, selection.outputs].compactMap(\.self)
                for folder in read { try Guards.refuseOutput(save, inside: folder) }
                for folder in read
                where options.paths.contains(where: { Guards.lies(folder, in: "\(save)/\($0.rawValue)") }) {
                    throw ValidationError(
                        "\(folder.printable()) is read, and lies where --save \(save.printable()) writes; "
                            + "write to another folder.")
                }
            }
            var folders = EvaluationFolders()
            (folders.low, folders.outputs, folders.save) = (selection.low, selection.outputs, save)
            (folders.template, folders.hasSeveralSets) = (selection.template, selection.images.count > 1)
            let network = loaded.model.network
            let run = try EvaluationRun(
                loaded.model, options, folders: folders, images: ImageFiles.access(for: network),
                kernels: try model.kernels()
            ) { rows, input, name in
                try Guards.requireMemory(for: rows, network, height: input.height, width: input.width, input: name)
            }
            var ledger = try EvaluationLedger(
                subject, shard: shard, items: items, file: reports.resume, files: run.files)
            let progress = Progress(label: "evaluate", unit: "image")
            try run.run(items, into: &ledger) { progress.showRate($0, items.count, skipped: $1) }
            progress.clear()
            try ledger.finish()
            let report = ledger.report
            if report.rows.isEmpty, shard == .whole {
                throw InputError(
                    file: selection.images.joined(separator: ", "),
                    found: "no image that could be evaluated"
                        + (report.excluded.first.map { " (\($0.name): \($0.reason))" } ?? ""),
                    expected: "originals" + (selection.low == nil ? "" : " with their low-quality files"))
            }
            try reports.write(report) { try run.crops(of: report, items: all) }
            return report.excluded.isEmpty
        }
    }

    /// - Throws: `ValidationError` for options of another task, ``InputError`` for a network that cannot do it.
    private func options(_ loaded: LoadedModel) throws -> EvaluationOptions {
        let network = loaded.model.network
        let task = task ?? network.family.task
        if task != .denoise, sigma != nil { throw ValidationError("--sigma is for --task denoise.") }
        if task != .deblock, quality != nil { throw ValidationError("--quality is for --task deblock.") }
        guard network.family.isSuperResolution == (task == .sr),
            task != .deblock || network.hyperparameters.inputChannels == 1
        else {
            throw InputError(
                file: model.file, found: network.summary, expected: "a network for --task \(task.rawValue)")
        }
        let settings: [Double] =
            switch task {
            case .sr: [Double(network.hyperparameters.upscale)]
            case .denoise: sigma ?? [15, 25, 50]
            case .deblock: quality ?? [10, 20, 30, 40]
            }
        let paths: [EvaluationPath] =
            switch path {
            case .binarized: [.binarized]
            case .reference: [.reference]
            case .both: [.binarized, .reference]
            }
        var options = EvaluationOptions(
            task: task, settings: settings, paths: paths + (selection.outputs == nil ? [] : [.outputs]))
        options.low = selection.low == nil ? .made : .given
        options.template = selection.template?.text
        options.set = selection.set
        options.selfEnsemble = selfEnsemble
        options.limit = selection.limit
        options.method = floats.method
        options.form = try model.form(nil, loaded)
        return options
    }
}

/// The options that say which images are evaluated.
struct EvaluationImages: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Folders of originals; a folder with images is a set.", valueName: "DIR"),
        completion: .directory)
    var images: [String]

    @Option(
        help: ArgumentHelp("Degraded images in place of those made here.", valueName: "DIR"), completion: .directory)
    var low: String?

    @Option(
        help: ArgumentHelp(
            "The names of given files, of --low or else of --outputs: {} is the original's, {setting} the scale, sigma or "
                + "quality, as in {}_{setting}.png.",
            valueName: "NAME"),
        transform: Self.parseTemplate)
    var template: NameTemplate?

    @Option(help: ArgumentHelp("The set that all images are counted to.", valueName: "NAME"))
    var set: String?

    @Option(
        help: ArgumentHelp("Also score the images in DIR, which another implementation restored.", valueName: "DIR"),
        completion: .directory)
    var outputs: String?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Take the first N images alone.", valueName: "N"),
        transform: OptionValues.whole(1...Int.max))
    var limit: Int?

    func validate() throws {
        guard !images.isEmpty else { throw ValidationError("--images takes at least one folder.") }
        if template != nil, low == nil, outputs == nil {
            throw ValidationError("--template names the files of --low or --outputs; give one of them.")
        }
        if let set, set.isEmpty { throw ValidationError("--set takes a name.") }
    }

    /// The items of all shards, in order.
    func items() throws -> [EvaluationItem] {
        let all = try EvaluationItem.find(in: images, set: set)
        return limit.map { Array(all.prefix($0)) } ?? all
    }

    private static func parseTemplate(_ text: String) throws -> NameTemplate {
        guard let template = NameTemplate(text) else {
            throw ValidationError("expected a name with {} in it, which stands for the original's, such as {}x2.png.")
        }
        return template
    }
}

/// The options that say what is written of an evaluation.
struct EvaluationReports: ParsableArguments {
    @OptionGroup var output: ReportOptions

    @Option(help: ArgumentHelp("Also write the rows as comma-separated values.", valueName: "F"), completion: .file())
    var csv: String?

    @Option(
        help: ArgumentHelp(
            "Keep the report in this file while running; what it holds of this checkpoint and these images is not run again.",
            valueName: "REPORT.json"), completion: .file())
    var resume: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Take every N-th image from the I-th on; bbcu merge joins the reports.", valueName: "I/N"),
        transform: OptionValues.shard)
    var shard: Shard?

    /// - Throws: `ValidationError` where a report would replace a file that is read.
    func refuseOverwriting(inputs: [String?]) throws {
        let outputs = [csv, output.report, resume].compactMap(\.self)
        guard Set(outputs.map(FolderListing.resolved)).count == outputs.count else {
            throw ValidationError("--csv, --report and --resume name the same file; give each its own.")
        }
        for output in outputs { try Guards.refuseOverwriting(output, inputs: inputs) }
    }

    /// Writes the files and prints the report.
    ///
    /// - Parameter crops: makes the parts of images that a page shows.
    func write(_ result: EvaluationReport, crops: () throws -> [EvaluationCrop]) throws {
        if let csv { try WholeFile.write(result.csv, to: csv) }
        try output.put(result.document(crops: output.isPage ? crops() : nil))
    }
}

extension String {
    /// The name without the folders before it.
    var lastPathComponent: String { PathText.lastPart(of: self) }
}
