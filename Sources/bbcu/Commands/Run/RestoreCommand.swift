import ArgumentParser
import BBCUEvaluation
import BBCUImages
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restores images: enlarges, denoises or deblocks them, as the network does.",
        discussion: """
            PNG and JPEG are read, PNG is written. The output is clamped to [0, 1] and rounded half to even. A \
            deblocking network restores the luma and keeps the chroma. An alpha channel is kept; where the image \
            grows, it is resized bilinearly (half-pixel centres, edges repeated, as align_corners=False). An \
            orientation in the file's EXIF is applied, so the output is upright and has none.

            Of a folder, every image in it and in the folders below it is restored, into NAME.png at the same place \
            in the output folder. An image that cannot be used is named and the rest goes on. Status 0: all were \
            restored, 1: some, 2: none.

            Example: bbcu restore BBCUM_x4.pth small.png large.png
            Example: bbcu restore DnCNN3.pth photographs deblocked --bits 16
            """)

    @OptionGroup var model: ModelOptions

    @OptionGroup var floats: ConvolutionOptions

    @Argument(
        help: ArgumentHelp("The image to restore, PNG or JPEG; or a folder of them.", valueName: "IN"),
        completion: .file())
    var input: String

    @Argument(help: ArgumentHelp("The PNG to write; or the folder to write to.", valueName: "OUT"), completion: .file())
    var output: String

    @Option(help: "Which execution restores it.")
    var path = TraceCommand.PathName.binarized

    @Option(
        help: "The range of the luma that a deblocking network is fed. Default: studio, 16...235, as it was trained.")
    var luma: LumaRange?

    @Option(help: "Bits a sample of the output. Default: the input's; 8 for a JPEG.")
    var bits: BitDepth?

    func run() throws {
        try withExitStatus {
            let others = [model.file, model.network.options]
            if FolderListing.isFolder(input) {
                return try restoreFolder(reading: others)
            }
            guard PathText.hasEnding(output, among: ".png") else {
                throw ValidationError("The output is a PNG; \(output.printable()) should end in .png.")
            }
            try Guards.refuseOverwriting(output, inputs: others + [input])
            try restorer().restore(input).writePNG(output)
            return true
        }
    }

    /// - Returns: whether every image was restored.
    private func restoreFolder(reading others: [String?]) throws -> Bool {
        try Guards.refuseOutput(output, inside: input)
        let folder = try FolderRestoration(input)
        try Guards.refuseOverwriting(
            folder.targets.map { output + "/" + $0 }, inputs: others + folder.images.map { input + "/" + $0 })
        let restorer = try restorer()
        try makeFolder(output)
        let progress = Progress(label: "restore", unit: "image")
        defer { progress.clear() }
        let count = try folder.run(
            progress: progress.show,
            failed: { error in
                progress.clear()
                Standard.error("bbcu: error: \(Standard.message(error))")
            },
            restore: { path, target in
                try restorer.restore(path).writePNG(ImageFiles.makePlace(for: target, in: output))
            })
        progress.clear()
        let others = folder.otherCount == 0 ? "" : "; other files left alone: \(folder.otherCount)"
        Standard.error("bbcu: \(count) of \(folder.images.count.counted("image")) restored\(others)")
        return count == folder.images.count
    }

    private func restorer() throws -> Restorer {
        let loaded = try model.load(allowsUnused: true)
        let network = loaded.model.network
        if luma != nil, network.family != .deblock {
            throw ValidationError("--luma is for deblocking networks; this is \(network.summary).")
        }
        let kernels = try model.kernels()
        let streamed =
            path == .binarized ? StreamedNetwork(loaded.model, kernels: kernels, method: floats.method) : nil
        return Restorer(
            model: loaded.model, kernels: kernels, streamed: streamed, luma: luma ?? .studio, bitDepth: bits?.rawValue)
    }
}

extension LumaRange: ExpressibleByArgument {}

/// Bits a sample that a PNG is written with.
enum BitDepth: Int, ExpressibleByArgument, CaseIterable {
    case eight = 8
    case sixteen = 16
}
