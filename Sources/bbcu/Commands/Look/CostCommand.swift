import ArgumentParser
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

struct CostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Counts float and 1-bit operations and parameters, layer by layer.",
        discussion: """
            The totals are in the paper's unit too: a 1-bit multiply-add counts 1/64, a 1-bit weight 1/32.

            Example: bbcu cost BBCUM_x4.pth --size 320x180
            """)

    @Argument(help: ArgumentHelp("The checkpoint.", valueName: "FILE"), completion: .file())
    var file: String

    @Option(help: ArgumentHelp("The input's width and height.", valueName: "WxH"), transform: PixelSize.parse)
    var size = PixelSize(width: 320, height: 180)

    @OptionGroup var options: NetworkOptions

    @OptionGroup var output: ReportOptions

    func run() throws {
        try withExitStatus {
            try output.check(inputs: [file, options.options])
            let checkpoint = try Checkpoint.open(file)
            Standard.warnOfLater(checkpoint)
            let resolution = try checkpoint.resolve(try options.request())
            let network = try resolution.requireNetwork(file: file)
            try resolution.requireAgreement(file: file)
            noteMissing(in: checkpoint, isAllNeededThere: false)
            resolution.warnOfUnusedKeys(file: file)
            let problems = resolution.selection.problems(as: network).filter { $0.kind != .unexpectedKey }
            if !problems.isEmpty {
                Standard.error(
                    "bbcu: warning: the cost is the recognised network's; the file has "
                        + "\(problems.count.counted("problem")), which `bbcu validate` lists")
            }
            guard let cost = network.cost(width: size.width, height: size.height) else {
                throw ValidationError("The counts for this size do not fit 64 bits.")
            }
            try output.put(
                cost.document(file: file, network: network, unusedKeys: resolution.unusedKeys.map(\.key)))
            return true
        }
    }
}
