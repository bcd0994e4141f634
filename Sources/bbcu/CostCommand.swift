import ArgumentParser
import BBCUKit

struct CostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Counts float and 1-bit operations and parameters, layer by layer.",
        discussion: """
            The totals are in the paper's unit too: a 1-bit multiply-add counts 1/64, a 1-bit weight 1/32.

            Example: bbcu cost BBCUM_x4.pth --size 320x180
            """)

    @Argument(help: ArgumentHelp("The checkpoint.", valueName: "FILE"))
    var file: String

    @Option(help: ArgumentHelp("The input's width and height.", valueName: "WxH"))
    var size = PixelSize(argument: "320x180")

    @OptionGroup var options: NetworkOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try withExitStatus {
            let checkpoint = try Checkpoint.open(file)
            let resolution = try TensorSource(checkpoint).resolve(try options.request())
            guard let network = resolution.network else {
                throw UnusableCheckpoint(file: file, reason: "none of the BBCU networks")
            }
            guard let size, let cost = network.cost(width: size.width, height: size.height) else {
                throw ValidationError("The counts for this size do not fit 64 bits.")
            }
            Standard.output(json ? cost.json(file: file, network: network).text : cost.text(network: network).joined(separator: "\n"))
            return true
        }
    }
}
