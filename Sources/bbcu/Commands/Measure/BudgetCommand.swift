import ArgumentParser
import BBCUErrorBounds
import BBCUKit
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking

struct BudgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget",
        abstract: "Runs a network with its tensors stored in given formats: flips, overflows, PSNR, bits.",
        discussion: """
            A format P is fixed:I.F (I integer bits with the sign, F fraction bits; half to even; held at the ends, or \
            fixed:I.F:wrap), float16, bfloat16 or float32. What has no format is not rounded. Values are rounded where \
            they are stored and sums are exact in between. Everything is compared with the run in float64. \
            --want takes no format in which more than half of a kind of parameter becomes 0, and its PSNR is that of this \
            image: others differ. check-port --formats reads the JSON. Status 0, or 1 where no formats reach --want.

            Example: bbcu budget BBCUM_x4.pth --input photo.png --residual fixed:9.8
            Example: bbcu budget BBCUM_x4.pth --input photo.png --want 50 --json > f.json
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        help: ArgumentHelp("The input: a PNG or JPEG, or a float32 .npy (C, H, W).", valueName: "IMG"),
        completion: .file())
    var input: String

    @OptionGroup var formats: FormatOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Find the cheapest fixed-point formats, of the tensors that have none here, that give this PSNR.",
            valueName: "DB"), transform: Self.parseWanted)
    var want: Double?

    @Option(
        help: ArgumentHelp("Also write every module as it is stored: what a right port dumps.", valueName: "FILE.npz"),
        completion: .file())
    var taps: String?

    @OptionGroup var output: ReportOptions

    private static func parseWanted(_ text: String) throws -> Double {
        guard let value = Double(text), value > 0, value < 1000 else {
            throw ValidationError("expected a PSNR in dB above 0 and below 1000, such as 50.")
        }
        return value
    }

    func run() throws {
        try withExitStatus {
            try output.check(inputs: [model.file, model.network.options, input])
            if let taps { try model.refuseOverwriting(taps, input) }
            let loaded = try model.load()
            let kernels = try model.kernels()
            let network = loaded.model.network
            let read = try InputReader.read(input, for: network, work: .comparison)
            let budget = try Budget(loaded.model, image: read.map, kernels: kernels)
            let progress = Progress(label: "budget", unit: want == nil ? "layer" : "run")
            let given = try formats.formats
            var writer = try taps.map { try NPZWriter($0) }
            func write(_ name: String, _ map: FeatureMap<Double>) throws {
                if let tensor = map.tensor { try writer?.add(name, tensor) }
            }
            let report =
                try want.map { try budget.cheapest(given, want: $0, progress: progress.show, observe: write) }
                ?? budget.run(given, progress: progress.show, observe: write)
            try writer?.finish()
            progress.clear()
            let subject = PortSubject(
                model, loaded, sha256: try loaded.checkpoint.sha256(), input: read.name)
            try output.put(report.document(subject))
            return report.holds
        }
    }
}

/// A format for every kind of tensor.
struct FormatOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The input times k.", valueName: "P"))
    var scaledInput: String?

    @Option(help: ArgumentHelp("Weights of the float convolutions.", valueName: "P"))
    var weight: String?

    @Option(help: ArgumentHelp("Biases of convolutions, and RPReLU's two.", valueName: "P"))
    var bias: String?

    @Option(help: ArgumentHelp("What float convolutions make, where no unit reads it.", valueName: "P"))
    var activation: String?

    @Option(help: ArgumentHelp("What units read and write.", valueName: "P"))
    var residual: String?

    @Option(help: ArgumentHelp("move0's bias, added before the sign.", valueName: "P"))
    var shift: String?

    @Option(help: ArgumentHelp("The factor of each filter's integer sums.", valueName: "P"))
    var alpha: String?

    @Option(help: ArgumentHelp("alpha times the sum, where that is stored.", valueName: "P"))
    var product: String?

    @Option(help: ArgumentHelp("Slopes of PReLUs and leaky ReLUs.", valueName: "P"))
    var slope: String?

    @Option(help: ArgumentHelp("What RPReLU makes, where that is stored before the shortcut is added.", valueName: "P"))
    var branch: String?

    @Option(name: .customLong("output"), help: ArgumentHelp("The network's output.", valueName: "P"))
    var outputFormat: String?

    @Option(help: ArgumentHelp("Bits of the integer sums, 2 to 32: 16, or 16:wrap.", valueName: "BITS"))
    var accumulator: String?

    private var texts: [(name: String, text: String?)] {
        let tensors: [(StoredTensor, String?)] = [
            (.scaledInput, scaledInput), (.weight, weight), (.bias, bias), (.activation, activation),
            (.residual, residual), (.shift, shift), (.alpha, alpha), (.product, product), (.slope, slope),
            (.branch, branch), (.output, outputFormat),
        ]
        return tensors.map { ($0.0.rawValue, $0.1) } + [(PortFormats.accumulatorName, accumulator)]
    }

    func validate() throws { _ = try formats }

    /// The formats given.
    /// - Throws: `ValidationError` for a text that is no format.
    var formats: PortFormats {
        get throws {
            var formats = PortFormats()
            do throws(PortError) {
                for case (let name, let text?) in texts { try formats.set(name, text) }
            } catch {
                throw ValidationError("--\(error.description.printable()).")
            }
            return formats
        }
    }
}
