import ArgumentParser
import BBCUKit

struct VectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "vectors", abstract: "probe")
    @OptionGroup var model: ModelOptions
    @Option var size = PixelSize(width: 4, height: 4)
    @Option var count = 4
    @Option var tries = 100
    @Option var repairs = 0
    @Option var port = "integer"
    func run() throws {
        let loaded = try model.load()
        let clock = ContinuousClock()
        var start = clock.now
        let search = VectorSearch(loaded.model, alternatives: loaded.alternatives(), port: SummationKind(rawValue: port) ?? .integer, kernels: try model.kernels())
        let found = search.inputs(height: size.height, width: size.width, count: count, limits: .init(tries: tries, repairs: repairs))
        print(found.count { $0.qualifies }, "of", tries, clock.now - start)
        for input in found.prefix(4) { print(input.seed, input.changes, input.margins) }
        start = clock.now
        let m = search.matrix(found, taps: VectorTaps(loaded.model.network))
        print(clock.now - start, m.faults.count, m.vectors.map(\.name))
        for f in m.faults { print(f.name, f.status, f.reason ?? "", m.kills.filter { $0.fault == f.name }.map { "\($0.vector):\($0.taps.first ?? "")+\($0.taps.count)" }) }
        for p in m.inseparable { print(p) }
    }
}
