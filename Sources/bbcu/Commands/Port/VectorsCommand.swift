import ArgumentParser
import BBCUErrorBounds
import BBCUKit
import BBCUPlatform
import BBCUPortTestData

struct VectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors",
        abstract: "Finds inputs that tell a right port from a wrong one, and says which fault shows where.",
        discussion: """
            On an image that is found every right port has the same signs and sums, bit for bit: each sign's margin is \
            beyond what rounding can have done. Other vectors feed one unit with values exactly at its thresholds. DIR \
            gets the vectors and what a right port makes of them as .npy files, and the report as vectors.json. \
            Status 0: found, 1: no image qualifies (the best is written).

            Example: bbcu vectors BBCUM_x4.pth vectors --size 6x6 --taps modules
            """)

    @OptionGroup var model: ModelOptions

    @Argument(help: ArgumentHelp("The folder to write.", valueName: "DIR"), completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp("The images' size, at most 32x32. Default: 4x4.", valueName: "WxH"),
        transform: PixelSize.parse)
    var size = PixelSize(width: 4, height: 4)

    @Option(help: TapList.help("Default: all."))
    var taps: String?

    @Option(help: "How the port sums: exact integers times alpha, or alpha times signs in float32.")
    var port = SummationKind.integer

    @OptionGroup var reporting: ReportOptions

    func validate() throws {
        guard size.width <= 32, size.height <= 32 else { throw ValidationError("--size takes at most 32x32.") }
    }

    func run() throws {
        try withExitStatus {
            try reporting.check(inputs: [model.file, model.network.options])
            let loaded = try model.load()
            let network = loaded.model.network
            let taps = try taps.map { try TapList.taps($0, of: network) } ?? VectorTaps(network)
            let search = VectorSearch(
                loaded.model, alternatives: try loaded.readAlternatives(), port: port, kernels: try model.kernels())
            let progress = Progress(label: "vectors", unit: "image")
            let inputs = search.inputs(
                height: size.height, width: size.width,
                limits: .usual(height: size.height, width: size.width, port: port, progress: progress.show))
            let vectors = Progress(label: "faults", unit: "vector")
            let matrix = search.matrix(inputs, taps: taps, progress: vectors.show)
            vectors.clear()
            var report = VectorReport(
                port: port, height: size.height, width: size.width, inputs: inputs, matrix: matrix,
                head: try GoldenHead(model, loaded))
            let guarding = { (path: String) throws in
                try model.refuseOverwriting(path)
            }
            try report.write(search, taps: taps, to: folder, guarding: guarding)
            try guarding(folder + "/vectors.json")
            try WholeFile.write(report.json.compactText + "\n", to: folder + "/vectors.json")
            try reporting.put(report.document(folder: folder))
            return report.qualifies
        }
    }
}

extension SummationKind: ExpressibleByArgument {}
