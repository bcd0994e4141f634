import ArgumentParser
import BBCUKit

struct VectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "vectors", abstract: "probe")
    @OptionGroup var model: ModelOptions
    @Option var size = PixelSize(width: 4, height: 4)
    @Option var count = 1
    @Option var tries = 100
    @Option var repairs = 0
    @Option var port = "integer"
    func run() throws {
        let loaded = try model.load()
        let clock = ContinuousClock()
        let start = clock.now
        let found = DistinguishingInput.search(
            loaded.model, height: size.height, width: size.width, port: SummationKind(rawValue: port) ?? .integer, count: count,
            limits: .init(tries: tries, repairs: repairs), kernels: try model.kernels())
        print(found.count { $0.qualifies }, "of", tries, clock.now - start)
        for input in found.prefix(4) { print(input.seed, input.changes, input.margins) }
    }
}
