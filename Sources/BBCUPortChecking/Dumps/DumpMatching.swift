import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes

/// A dumped array that was found to be a module's output.
package struct Tap: Sendable {
    /// The module.
    package var name: String
    /// The layer that makes it.
    package var layer: Int
    /// The array's name in the dump.
    package var arrayName: String
    package var layout: FeatureLayout
    package var map: FeatureMap<Double>
    /// What storing it in 16 bits may have lost; nil for wider types.
    package var storageRadius: [Double]?
    /// The last layer whose work is in the values: the one after `layer` for a module recorded after its activation.
    package var end: Int
    /// For the pixels of an image: what was done to the values to become these.
    package var pixels: PixelCoding?
    /// For luma of an image in colour: that image.
    package var colours: ColouredOutput?
    /// What is odd about it: it was probably not captured.
    package var likelyCause: LikelyCause?
    /// Where the values lie in what the layers make of a crop; nil for all of it.
    package var window: PixelRectangle?

    package init(
        name: String, layer: Int, arrayName: String, layout: FeatureLayout, map: FeatureMap<Double>,
        storageRadius: [Double]? = nil, end: Int, pixels: PixelCoding? = nil, colours: ColouredOutput? = nil,
        likelyCause: LikelyCause? = nil, window: PixelRectangle? = nil
    ) {
        (self.name, self.layer, self.arrayName, self.layout, self.map) = (name, layer, arrayName, layout, map)
        (self.storageRadius, self.end, self.pixels, self.colours) = (storageRadius, end, pixels, colours)
        (self.likelyCause, self.window) = (likelyCause, window)
    }

    /// The values as the input of what follows.
    package var enclosure: Enclosure { storageRadius.map { Enclosure(map, radius: $0) } ?? Enclosure(exactly: map) }

    /// What the network returns as the array holds it: in the colours of its image, and clamped to its range.
    package func recorded(_ enclosure: Enclosure) -> Enclosure {
        let joined = joined(enclosure)
        let enclosure = window == nil ? joined : joined.moved(cropped)
        guard pixels != nil else { return enclosure }
        return Enclosure(enclosure.map.with(enclosure.map.values.map(recorded)), radius: enclosure.radius)
    }

    /// A value as the array holds it.
    package func recorded(_ value: Double) -> Double { pixels?.clamped(value) ?? value }

    /// The part of what the layers make that the values are of.
    package func cropped(_ map: FeatureMap<Double>) -> FeatureMap<Double> {
        guard let window, window.lies(inHeight: map.height, width: map.width) else { return map }
        return map.cropped(to: window)
    }
}

/// Finds which array of a dump is which module.
package struct DumpMatching {
    package private(set) var taps: [Tap] = []
    private(set) var notes: [PortNote] = []
    package private(set) var unused: [String] = []
    /// Modules whose array has other sizes: what was found and expected, by module.
    package private(set) var misfits: [String: LikelyCause] = [:]

    private let network: BBCUNetwork
    private let modules: OrderedDictionary<String, Int>
    private let size: (height: Int, width: Int)?
    private var taken: [String: Tap] = [:]

    /// - Parameters:
    ///   - names: modules by the dump's names, where the user gave them.
    ///   - size: the input's height and width, where it is known.
    ///   - expected: every module's output; asked for where names and sizes do not decide.
    package init(
        _ dump: consuming PortDump, _ network: BBCUNetwork, names: [String: String], size: (height: Int, width: Int)?,
        expected: () -> [String: FeatureMap<Double>]
    ) {
        (self.network, self.size) = (network, size)
        modules = OrderedDictionary(
            uniqueKeysWithValues: network.layers.indices.compactMap { index in
                network.tapName(ofLayer: index).map { ($0, index) }
            })
        // Arrays are dropped as they become maps: dumps can be large.
        var waiting = Array(dump.arrays.reversed())
        dump.arrays = []
        var rest: [PortDump.Array] = []
        while let array = waiting.popLast() {
            let name = names[array.name] ?? Self.plain(array.name)
            guard let layer = modules[name], taken[name] == nil else {
                rest.append(array)
                continue
            }
            let fits = self.taps(array, name, layer)
            switch fits.count {
            case 0: misfits[name] = misfit(array, layer)
            case 1:
                taken[name] = fits[0]
                noteIntegers(array)
            default: rest.append(array)
            }
        }
        if !rest.isEmpty { place(rest, names, size == nil ? [:] : expected()) }
        taps = modules.keys.compactMap { taken[$0] }
        noteLayouts()
    }

    /// Finds the modules of arrays by their content, where names do not tell or either layout fits.
    private mutating func place(
        _ arrays: [PortDump.Array], _ names: [String: String], _ expected: [String: FeatureMap<Double>]
    ) {
        let isNamed = !taken.isEmpty || !misfits.isEmpty
        var unnamed: [PortDump.Array] = []
        for array in arrays {
            let name = names[array.name] ?? Self.plain(array.name)
            guard let layer = modules[name], taken[name] == nil else {
                unnamed.append(array)
                continue
            }
            taken[name] = best(taps(array, name, layer), expected)?.tap
            noteIntegers(array)
        }
        for array in unnamed {
            // Inside a unit, or of a size that no module has: nothing to compare with.
            guard !isNamed || names.isEmpty, !Self.isInside(array.name, modules.keys), !expected.isEmpty else {
                unused.append(array.name)
                continue
            }
            let candidates = modules.flatMap { name, layer in
                taken[name] == nil && misfits[name] == nil ? taps(array, name, layer) : []
            }
            guard let found = best(candidates, expected), found.similarity > Thresholds.correlation else {
                unused.append(array.name)
                continue
            }
            taken[found.tap.name] = found.tap
            notes.append(.taken(array: array.name, module: found.tap.name))
            noteIntegers(array)
        }
    }

    /// The most similar candidate.
    private func best(
        _ candidates: [Tap], _ expected: [String: FeatureMap<Double>]
    ) -> (similarity: Double, tap: Tap)? {
        var result: (similarity: Double, tap: Tap)?
        for tap in candidates {
            let similarity = expected[tap.name].map { Self.correlation(tap.map.values, $0.values) } ?? 0
            if let result, result.similarity >= similarity { continue }
            result = (similarity, tap)
        }
        return result
    }

    /// Refuses names that say nothing or contradict each other.
    /// - Parameter names: modules by the dump's names, where the user gave them.
    /// - Throws: ``PortError``
    package static func check(_ names: [String: String], _ dump: PortDump, _ network: BBCUNetwork) throws(PortError) {
        let modules = Set(network.layers.indices.compactMap { network.tapName(ofLayer: $0) })
        let arrays = Set(dump.arrays.map(\.name))
        for (array, module) in names.sorted(by: { $0.key < $1.key }) {
            guard modules.contains(module) else {
                throw PortError(
                    .names,
                    found:
                        "the map gives '\(array)' the name '\(module)', which no module of this network has, such as "
                        + network.someTapNames)
            }
            guard arrays.contains(array) else {
                let some = arrays.sorted().prefix(4).map { "'\($0)'" }.joined(separator: ", ")
                throw PortError(
                    .names, found: "the map names '\(array)', which the dump does not hold; it holds \(some)")
            }
        }
        var seen: [String: String] = [:]
        for array in dump.arrays {
            let module = names[array.name] ?? plain(array.name)
            guard modules.contains(module) else { continue }
            if let other = seen.updateValue(array.name, forKey: module) {
                let both = other == array.name ? "two arrays named '\(other)'" : "'\(other)' and '\(array.name)'"
                throw PortError(
                    .twice, found: "the dumps hold \(both), both for \(module)", advice: "give one of them")
            }
        }
    }

    private mutating func noteIntegers(_ array: PortDump.Array) {
        guard !array.storage.isFloatingPoint, array.pixels == nil else { return }
        notes.append(.integers(array: array.name, type: array.storage))
    }

    private mutating func noteLayouts() {
        let others = taps.filter { $0.layout == .nhwc && $0.map.channels > 1 }
        if !others.isEmpty { notes.append(.channelsLast(others.count, of: taps.count, isOfSums: false)) }
    }

    /// Without what frameworks put in front.
    package static func plain(_ name: String) -> String {
        name.without(prefix: "module.") ?? name.without(prefix: "model.module.") ?? name
    }

    private static func isInside(_ name: String, _ modules: some Sequence<String>) -> Bool {
        modules.contains { plain(name).begins(with: $0 + ".") }
    }

    /// The array as the module's output, in every layout that fits.
    private func taps(_ array: PortDump.Array, _ name: String, _ layer: Int) -> [Tap] {
        let channels = network.steps[layer].output.channels
        let expected = expectedSize(layer)
        var result: [Tap] = []
        for layout in FeatureLayout.allCases {
            guard let map = array.map(layout, channels: channels, size: expected), map.channels == channels else {
                continue
            }
            if let expected, (map.height, map.width) != expected { continue }
            result.append(
                Tap(
                    name: name, layer: layer, arrayName: array.name, layout: layout, map: map,
                    storageRadius: array.storageRadius(map), end: layer, pixels: array.pixels, colours: array.colours))
        }
        // A map of one channel is the same in both.
        if result.count == 2, channels == 1, result[0].map.values == result[1].map.values { result.removeLast() }
        return result
    }

    private func expectedSize(_ layer: Int) -> (height: Int, width: Int)? {
        let scale = network.steps[layer].output.scale
        return size.map { ($0.height * scale, $0.width * scale) }
    }

    private func misfit(_ array: PortDump.Array, _ layer: Int) -> LikelyCause {
        let (channels, size) = (network.steps[layer].output.channels, expectedSize(layer))
        return .wrongSize(
            found: array.shape, channels: channels, expected: size.map { [$0.height, $0.width] },
            size.flatMap { sizeHint(array, channels, $0) })
    }

    /// What a size that is not the expected one looks like; nil where it looks like nothing.
    private func sizeHint(_ array: PortDump.Array, _ channels: Int, _ expected: (height: Int, width: Int))
        -> LikelyCause.SizeHint?
    {
        for layout in FeatureLayout.allCases {
            guard let map = array.map(layout, channels: channels, size: nil), map.channels == channels else { continue }
            if (map.width, map.height) == expected { return .transposed }
            if let size, (map.height, map.width) == size { return .input }
            let more = map.width - expected.width
            if map.height == expected.height, (1...expected.width).contains(more) { return .padding(more) }
        }
        return nil
    }

    /// Pearson's correlation; 0 where one side is constant or not finite.
    package static func correlation(_ first: [Double], _ second: [Double]) -> Double {
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

extension BBCUNetwork {
    /// The names of the first, a middle and the last dumped module.
    var someTapNames: String {
        let names = layers.indices.compactMap { tapName(ofLayer: $0) }
        let some = [names.first, names.dropFirst(names.count / 2).first, names.last].compactMap { $0 }
        return some.map { "'\($0)'" }.joined(separator: ", ")
    }
}
