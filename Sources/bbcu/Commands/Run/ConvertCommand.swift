import ArgumentParser
import BBCUExporting
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Writes a checkpoint in another format: safetensors, npz, pth, onnx, or a packed model (bbcu).",
        discussion: """
            A BBCU network is written as its bare state dict, in the official order; any other file as it stands. \
            OUT appears whole or not at all.

            Example: bbcu convert BBCUM_x4.pth BBCUM_x4.bbcu
            """)

    @Argument(help: ArgumentHelp("The checkpoint.", valueName: "FILE"), completion: .file())
    var file: String

    @Argument(
        help: ArgumentHelp("The file to write; its suffix names the format.", valueName: "OUT"), completion: .file())
    var output: String

    @Option(help: "The format, whatever OUT's suffix is.")
    var to: ConversionFormat?

    @OptionGroup var options: NetworkOptions

    @Option(help: "pth: what is around the state dict. Default: params for super-resolution, none for the denoisers.")
    var wrap: Conversion.Wrap?

    @Flag(help: "safetensors, npz, pth: write everything as it stands.")
    var keepTree = false

    @Flag(help: "safetensors, npz, pth: write float16, bfloat16 and float64 weights as float32.")
    var convertDtype = false

    @Flag(help: "Leave out storages that no tensor uses, and objects behind the file's first one.")
    var onlyListed = false

    @Flag(help: "bbcu: write every float as float16. Results change.")
    var half = false

    @Option(help: "onnx: alpha rounded once, or the published forward pass. Default: exact.")
    var form: ReferenceForm?

    @OptionGroup var reporting: ReportOptions

    func validate() throws {
        guard let format = to ?? ConversionFormat(path: output) else {
            throw ValidationError(
                "\(output.printable()): no format has this suffix; name one of safetensors, npz, pth, onnx, bbcu "
                    + "with --to.")
        }
        if wrap != nil, format != .pth || keepTree {
            throw ValidationError("--wrap is for pth files without --keep-tree.")
        }
        if convertDtype, keepTree {
            throw ValidationError("--convert-dtype converts a network's weights; leave out --keep-tree.")
        }
        if half, format != .bbcu { throw ValidationError("--half is for packed models (bbcu).") }
        if form != nil, format != .onnx { throw ValidationError("--form is for onnx.") }
        if keepTree, format == .onnx || format == .bbcu {
            throw ValidationError("--keep-tree writes tensors as they stand; onnx and bbcu hold a network.")
        }
    }

    func run() throws {
        try withExitStatus {
            let checkpoint = try Checkpoint.open(file)
            let inputs = [file, options.options] + checkpoint.paths
            try Guards.refuseOverwriting(output, inputs: inputs)
            try reporting.check(inputs: inputs)
            guard let format = to ?? ConversionFormat(path: output) else { throw ExitCode.validationFailure }
            var request = Conversion.Request(format, try options.request())
            request.keepsTree = keepTree
            request.dropsUnlisted = onlyListed
            request.wrap = wrap
            request.isHalf = half
            request.ignoredKeys = options.ignoredKeys
            request.convertsDtype = convertDtype
            request.form = form ?? .exact
            Standard.warnOfLater(checkpoint)
            let conversion = try Conversion(checkpoint, request)
            if conversion.writesTree { try checkpoint.requireComplete() }
            for note in conversion.notes { Standard.error("bbcu: note: \(note.printable())") }
            let tensors = try conversion.write(to: output)
            noteMissing(in: checkpoint)
            let report = ConversionReport(conversion, output: output, tensors: tensors, byteCount: try fileSize(output))
            try reporting.put(report.document)
            return true
        }
    }
}

extension ConversionFormat: ExpressibleByArgument {}
extension Conversion.Wrap: ExpressibleByArgument {}
