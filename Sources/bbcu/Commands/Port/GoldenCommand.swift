import ArgumentParser
import BBCUKit
import BBCUPlatform
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes

struct GoldenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "golden",
        abstract: "Writes what a port's own tests need, in the port's language.",
        discussion: """
            Inputs and outputs of every module, packed signs and weights, the integer sums, thresholds and constants; \
            manifest.json says how far a right port may be from each, and why. Documentation/GoldenData.md describes \
            the files.

            Example: bbcu golden BBCUM_x4.pth golden --suite --format memh --word 64
            """)

    @OptionGroup var model: ModelOptions

    @Argument(help: ArgumentHelp("The folder to write.", valueName: "DIR"), completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp("An input: a PNG or JPEG, or a float32 .npy (C, H, W).", valueName: "IMG"),
        completion: .file())
    var input: String?

    @Option(
        help: ArgumentHelp("Noise of this size instead. Default: 16x16.", valueName: "WxH"), transform: PixelSize.parse)
    var size: PixelSize?

    @Option(parsing: .unconditional, help: "The noise's seed. Default: 1.", transform: OptionValues.seed)
    var seed: UInt64?

    @Flag(help: "A small set of inputs that find bugs; --input is the photograph that one is cut from.")
    var suite = false

    @Option(help: ArgumentHelp("Only modules whose name matches, such as 'body.0.*'.", valueName: "GLOB"))
    var units: String?

    @Option(help: "The files' language.")
    var format = GoldenFormat.npz

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Bits of a packed word: 8, 16, 32 or 64.", valueName: "BITS"),
        transform: Self.parseWord)
    var word = 64

    @Option(
        help: ArgumentHelp(
            "Layout, names with commas: the axes filter,row,column,word outermost first; nchw or nhwc; lsb or msb for "
                + "the first channel's bit; plus or minus for the sign that is bit 1. "
                + "Default: filter,row,column,word,nchw,lsb,plus.",
            valueName: "ORDER"),
        transform: Self.parseOrder)
    var order = GoldenOrder()

    @Flag(help: "Write the manifest alone, with a SHA-256 of every array, for CI.")
    var hashes = false

    func validate() throws {
        if suite || input != nil, size != nil || seed != nil {
            throw ValidationError("--size and --seed make one input of noise; leave out --input and --suite.")
        }
    }

    func run() throws {
        try withExitStatus {
            let loaded = try model.load()
            let network = loaded.model.network
            let pattern = units.map { NamePattern($0) }
            if let pattern, !network.layers.indices.contains(where: { matches(pattern, network, $0) }) {
                throw ValidationError(
                    "no module's name matches --units \"\((units ?? "").printable())\"; "
                        + "bbcu inspect lists the network's modules.")
            }
            let golden = GoldenData(
                loaded.model, order: order, word: word, kernels: try model.kernels(),
                includes: { name in pattern?.matches(name) ?? true })
            let inputs = try readInputs(network)
            for input in inputs {
                try Guards.requireMemory(
                    for: .comparison, network, height: input.map.height, width: input.map.width, input: input.name)
            }
            var output = try GoldenFolder(folder, format: hashes ? nil : format) { path in
                try model.refuseOverwriting(path, input)
            }
            try output.add(constants: golden.constants())
            for input in inputs { try output.add(golden.run(input)) }
            if suite, let zeros = try golden.exactZeros() { try output.add(zeros) }
            try output.finish(
                head: try GoldenHead(model, loaded), order: order, word: word,
                sequences: suite ? GoldenInput.sequences : [])
            Standard.output(
                "\(folder.printable())/manifest.json: \(output.itemCount.counted("array"))"
                    + (hashes ? ", hashes alone" : ", \(format.rawValue)"))
            return true
        }
    }

    private func readInputs(_ network: BBCUNetwork) throws -> [GoldenInput] {
        let photograph = try input.map { try InputReader.read($0, for: network) }
        if suite { return GoldenInput.suite(for: network, photograph: photograph?.map) }
        if let photograph { return [GoldenInput("input", "the input given", photograph.map)] }
        let (width, height) = (size?.width ?? 16, size?.height ?? 16)
        try Guards.requireMemory(for: .comparison, network, height: height, width: width, input: "--size")
        let noise = try FeatureMap<Float>.noise(
            channels: network.hyperparameters.inputChannels, height: height, width: width,
            seed: seed ?? 1)
        return [GoldenInput("noise", "noise, seed \(seed ?? 1)", noise)]
    }

    private func matches(_ pattern: NamePattern, _ network: BBCUNetwork, _ index: Int) -> Bool {
        network.tapName(ofLayer: index).map(pattern.matches) ?? false
    }

    private static func parseWord(_ text: String) throws -> Int {
        guard let word = Int(text), [8, 16, 32, 64].contains(word) else {
            throw ValidationError("expected 8, 16, 32 or 64.")
        }
        return word
    }

    private static func parseOrder(_ text: String) throws -> GoldenOrder {
        guard let order = GoldenOrder(text) else {
            throw ValidationError(
                "expected names with commas: all of filter, row, column, word; nchw or nhwc; lsb or msb; plus or minus."
            )
        }
        return order
    }
}

extension GoldenFormat: ExpressibleByArgument {}
