import ArgumentParser
import BBCUKit
import BBCUWeightPacking

struct SolvePackingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "solve-packing",
        abstract: "Finds the layout in which a port has the 1-bit weights.",
        discussion: """
            The blob is a .bin file (any other name too), a C header, a .mem file of hexadecimal words, or a .npy \
            array, with one unit's weights, with --layer, or several units'. Every layout of a known family that gives \
            it is reported, the simplest first; Documentation/PackingLayouts.md describes the family. \
            Status 0: found, 1: no layout gives it.

            Example: bbcu solve-packing BBCUM_x4.pth weights.bin --layer body.0.body.0
            """)

    @OptionGroup var model: ModelOptions

    @Argument(help: ArgumentHelp("The port's weight file.", valueName: "BLOB"), completion: .file())
    var blob: String

    @Option(
        help: ArgumentHelp(
            "The unit whose weights the blob holds, such as body.0.body.0. Default: any, or several.", valueName: "NAME"
        ))
    var layer: String?

    @OptionGroup var output: ReportOptions

    func run() throws {
        try withExitStatus {
            try output.check(inputs: [model.file, model.network.options, blob])
            let loaded = try model.load()
            let solver = try PackingSolver(loaded.model, layer: layer)
            let packed = try PackedBlob.read(blob, for: loaded.model.network)
            let progress = Progress(label: "solve-packing", unit: "unit")
            let report = try solver.solve(packed, threads: try model.kernels().threads, progress: progress.show)
            progress.clear()
            var subject = PackingSubject(
                file: model.file, sha256: try loaded.checkpoint.sha256(), network: loaded.model.network.summary,
                blob: blob, layer: layer)
            subject.unusedKeys = loaded.unusedKeys
            try output.put(report.document(subject))
            return report.holds
        }
    }
}
