import Execution
import Networks
import OrderedCollections

/// A dumped array that was found to be a module's output.
struct Tap: Sendable {
    /// The module.
    var name: String
    /// The layer that makes it.
    var layer: Int
    /// The array's name in the dump.
    var arrayName: String
    var layout: Layout
    var map: FeatureMap<Double>
    /// What storing it in 16 bits may have lost.
    var storageRadius: [Double]
    /// The last layer whose work is in the values: the one after `layer` for a module recorded after its activation.
    var end: Int
    /// What is odd about it: it was probably not captured.
    var suspicion: String?

    /// The values as the input of what follows.
    var estimate: Estimate { Estimate(map, radius: storageRadius) }
}

/// Finds which array of a dump is which module.
struct DumpMatching {
    private(set) var taps: [Tap] = []
    private(set) var notes: [String] = []
    private(set) var unused: [String] = []

    /// - Parameters:
    ///   - names: modules by the dump's names, where the user gave them.
    ///   - expected: every module's output where the input is known: it tells sizes, and decides between layouts.
    init(
        _ dump: PortDump, _ network: Network, names: [String: String], expected: [String: FeatureMap<Double>]
    ) {
        let modules = OrderedDictionary(
            uniqueKeysWithValues: network.layers.indices.compactMap { index in
                network.tapName(ofLayer: index).map { ($0, index) }
            })
        var rest: [PortDump.Array] = []
        var taken: [String: Tap] = [:]
        for array in dump.arrays {
            let name = names[array.name] ?? Self.plain(array.name)
            guard let layer = modules[name], taken[name] == nil,
                let tap = Self.tap(array, name, layer, network, expected[name])
            else {
                rest.append(array)
                continue
            }
            taken[name] = tap
        }
        let isNamed = !taken.isEmpty
        for array in rest {
            // Inside a unit, or of a size that no module has: nothing to compare with.
            guard !isNamed || names.isEmpty, !Self.isInside(array.name, modules.keys) else {
                unused.append(array.name)
                continue
            }
            let candidates = modules.compactMap { name, layer -> (Double, Tap)? in
                guard taken[name] == nil, let reference = expected[name],
                    let tap = Self.tap(array, name, layer, network, reference)
                else { return nil }
                return (Self.correlation(tap.map.values, reference.values), tap)
            }
            guard let best = candidates.max(by: { $0.0 < $1.0 }), best.0 > 0.5 else {
                unused.append(array.name)
                continue
            }
            taken[best.1.name] = best.1
            notes.append("'\(array.name)' is taken for \(best.1.name) by its size and content")
        }
        taps = modules.keys.compactMap { taken[$0] }
        noteLayouts()
    }

    private mutating func noteLayouts() {
        let others = taps.filter { $0.layout == .nhwc && $0.map.channels > 1 }
        if !others.isEmpty {
            notes.append(
                others.count == taps.count
                    ? "the dump is NHWC" : "\(others.count) of \(taps.count) arrays are NHWC")
        }
    }

    /// Without what frameworks put in front.
    private static func plain(_ name: String) -> String {
        for prefix in ["module.", "model.module."] where name.hasPrefix(prefix) {
            return String(name.dropFirst(prefix.count))
        }
        return name
    }

    private static func isInside(_ name: String, _ modules: some Sequence<String>) -> Bool {
        modules.contains { plain(name).hasPrefix($0 + ".") }
    }

    private static func tap(
        _ array: PortDump.Array, _ name: String, _ layer: Int, _ network: Network, _ expected: FeatureMap<Double>?
    ) -> Tap? {
        let channels = network.channels(afterLayer: layer)
        var best: (Double, Tap)?
        for layout in Layout.allCases {
            guard let map = array.map(layout), map.channels == channels else { continue }
            if let expected, expected.height != map.height || expected.width != map.width { continue }
            let similarity = expected.map { correlation(map.values, $0.values) } ?? 0
            if let best, best.0 >= similarity { continue }
            best = (
                similarity,
                Tap(
                    name: name, layer: layer, arrayName: array.name, layout: layout, map: map,
                    storageRadius: array.storageRadius(map), end: layer)
            )
        }
        return best?.1
    }

    /// Pearson's correlation; 0 where one side is constant or not finite.
    static func correlation(_ first: [Double], _ second: [Double]) -> Double {
        let count = Double(first.count)
        let means = (first.reduce(0, +) / count, second.reduce(0, +) / count)
        var (product, one, two) = (0.0, 0.0, 0.0)
        for index in first.indices {
            let (a, b) = (first[index] - means.0, second[index] - means.1)
            product += a * b
            one += a * a
            two += b * b
        }
        let result = product / (one * two).squareRoot()
        return result.isFinite ? result : 0
    }
}

extension Network {
    /// Channels of a layer's output.
    func channels(afterLayer index: Int) -> Int {
        var channels = hyperparameters.inputChannels
        for layer in layers[...index] {
            switch layer.operation {
            case .convolution(let convolution): channels = convolution.outputs
            case .unit(let unit): channels = unit.outputs / (unit.shuffleFactor * unit.shuffleFactor)
            case .pixelShuffle(let shuffle): channels /= shuffle.factor * shuffle.factor
            default: break
            }
        }
        return channels
    }
}
