import ArgumentParser
import BBCUExporting
import BBCUKit

struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Writes what every convolution and every unit computed, for NumPy.",
        discussion: """
            The arrays have PyTorch's shape (1, C, H, W) and the names that named_modules() gives the modules, \
            plus "output".

            Example: bbcu trace BBCUM_x4.pth --input photo.png --output taps.npz --inside
            """)

    enum PathName: String, ExpressibleByArgument, CaseIterable { case reference, binarized }
    enum Precision: String, ExpressibleByArgument, CaseIterable { case float32, float64 }

    @OptionGroup var model: ModelOptions

    @Option(
        help: ArgumentHelp("The input: a PNG or JPEG, or a float32 .npy of shape (C, H, W).", valueName: "X"),
        completion: .file())
    var input: String

    @Option(help: ArgumentHelp("The archive to write.", valueName: "TAPS.npz"), completion: .file())
    var output: String

    @Option(help: "Which execution to trace.")
    var path = PathName.binarized

    @Option(help: "The reference's arithmetic. Default: published for float32, exact for float64 and packed models.")
    var form: ReferenceForm?

    @Option(help: "The reference's precision.")
    var precision = Precision.float32

    @Flag(help: "Also write the modules within each unit.")
    var inside = false

    func validate() throws {
        if path == .binarized, form != nil || precision == .float64 {
            throw ValidationError("--form and --precision are the reference's; add --path reference.")
        }
        if precision == .float64, form == .published {
            throw ValidationError("float64 has the exact form alone: the published form's residue is float32's.")
        }
    }

    func run() throws {
        try withExitStatus {
            try model.refuseOverwriting(output, input)
            let loaded = try model.load(allowsUnused: true)
            let kernels = try model.kernels()
            let network = loaded.model.network
            let map = try InputReader.read(input, for: network, work: .run).map
            var writer = try NPZWriter(output)
            switch (path, precision) {
            case (.binarized, _):
                try Tracing.write(BinarizedPath(loaded.model, kernels: kernels), map, inside, to: &writer)
            case (.reference, .float32):
                let path = ReferencePath<Float>(loaded.model, form: try model.form(form, loaded), kernels: kernels)
                try Tracing.write(path, map, inside, to: &writer)
            case (.reference, .float64):
                let path = ReferencePath<Double>(loaded.model, kernels: kernels)
                try Tracing.write(path, map.asDouble, inside, to: &writer)
            }
            try writer.finish()
            return true
        }
    }
}

extension ReferenceForm: ExpressibleByArgument {}
