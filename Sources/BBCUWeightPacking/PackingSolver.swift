import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import OrderedCollections

/// Finds the layout in which a port has a network's 1-bit weights.
public struct PackingSolver: Sendable {
    private let units: [PackingWeights]
    private let sought: [PackingWeights]

    /// - Parameter layer: the unit whose weights the blob holds; nil where it may be any, or several.
    /// - Throws: ``PackingError`` where the network has no such unit.
    public init(_ model: BBCUModel, layer: String? = nil) throws(PackingError) {
        let network = model.network
        let units = network.unitIndices.compactMap { index -> PackingWeights? in
            guard let unit = network.layers[index].operation.unit else { return nil }
            let prefix = network.layers[index].prefix
            let signs = UnitParameters(unit, prefix: prefix, model: model).weightSigns
            return PackingWeights(
                name: prefix, sizes: .init(outputs: unit.outputs, inputs: unit.inputs, kernel: unit.kernel),
                signs: signs.map { Int8($0) })
        }
        self.units = units
        guard let layer else {
            sought = units
            return
        }
        let names = [layer, layer.without(suffix: ".binary_conv") ?? layer]
        sought = units.filter { names.contains($0.name) }
        guard !sought.isEmpty else {
            throw PackingError(
                .noUnit,
                found: "the network has no 1-bit unit '\(layer)'; its units are such as "
                    + units.prefix(3).map { "'\($0.name)'" }.joined(separator: ", "))
        }
    }

    /// Looks for the layouts of a blob.
    /// - Parameters:
    ///   - threads: how many share the search for the closest layout where none gives the blob.
    ///   - progress: called with the units that were tried, and how many there are.
    /// - Throws: ``PackingError`` where the blob begins like the weights at so many places that the search has no end.
    public func solve(
        _ blob: PackedBlob, threads: Int = 1, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(PackingError) -> PackingReport {
        var report = PackingReport()
        report.sought = sought.map(\.name)
        report.smallest = sought.min { $0.sizes.count < $1.sizes.count }
            .map { .init(layer: $0.name, bits: $0.sizes.count) }
        (report.blobBits, report.wordBits, report.kind) = (blob.run.count, blob.wordBits, blob.kind)
        for (index, weights) in sought.enumerated() {
            progress(index, sought.count)
            let matches = Self.distinct(try PackingSearch(weights).matches(blob), weights.sizes)
            guard !matches.isEmpty else { continue }
            report.layouts = found(matches, weights, blob)
            report.agreement = 1
            return report
        }
        let closest = sought.prefix(Self.mostClose).compactMap { ClosestPacking($0).best(in: blob, threads: threads) }
            .max { $0.agreement < $1.agreement }
        report.agreement = closest?.agreement ?? 0
        if let closest, closest.agreement >= PackingReport.close { report.closest = closest.found }
        return report
    }

    /// So many units are looked at closely where nothing fits; one that is named always is.
    private static let mostClose = 4

    /// Of layouts that put every weight in the same place the simplest, and all in order of simplicity.
    private static func distinct(
        _ matches: [PackingSearch.Match], _ sizes: PackingSizes
    ) -> [PackingSearch.Match] {
        struct Mapping: Hashable {
            var start: Int
            var isInverted: Bool
            var places: [Int32]
        }
        var seen: Set<Mapping> = []
        return matches.sorted { ($0.layout.complexity, $0.start) < ($1.layout.complexity, $1.start) }.filter { match in
            let mapping = Mapping(
                start: match.start, isInverted: match.layout.isInverted, places: match.layout.weightPlaces(sizes))
            return seen.insert(mapping).inserted
        }
    }

    private func found(
        _ matches: [PackingSearch.Match], _ weights: PackingWeights, _ blob: PackedBlob
    ) -> [PackingReport.Found] {
        let others = sought.filter { $0.name != weights.name }
        let locator = others.isEmpty ? nil : PackingLocator(blob)
        let placed = matches.map { match in
            let own = PackingReport.Placement(
                layer: weights.name, start: match.start, count: match.layout.bitCount(weights.sizes))
            let rest = others.compactMap { locator?.place($0, match.layout) }
            return (match, ([own] + rest).sorted { $0.start < $1.start })
        }
        // A layout of the whole blob fits every unit that is in it.
        let most = placed.map(\.1.count).max() ?? 0
        let fills = placed.map { $0.0.layout.fill(weights, blob, $0.0.start, PackingWeights.Bit.fill) }
        // What would fill up is now 0 and now 1: that is something else.
        let hasPlainFill = zip(placed, fills).contains { $0.1.count == most && $1 != .mixed }
        var classes: [[PackedBits]] = []
        var result: [PackingReport.Found] = []
        for ((match, placements), fill) in zip(placed, fills)
        where placements.count == most && !(hasPlainFill && fill == .mixed) {
            let packed = units.map { PackedBits(match.layout.pack($0)) }
            let number = classes.firstIndex(of: packed) ?? classes.count
            if number == classes.count { classes.append(packed) }
            let names = placements.map(\.layer)
            let filled = units.filter { names.contains($0.name) }.flatMap { match.layout.filled($0.sizes) }
            for (word, order) in match.layout.words(weights.sizes) {
                result.append(
                    .init(
                        layout: match.layout, word: word, order: order, classNumber: number, placements: placements,
                        filled: Array(OrderedSet(filled)), fill: fill,
                        zeros: match.layout.fill(weights, blob, match.start, PackingWeights.Bit.any)))
            }
        }
        return result
    }

    /// What a layout makes of a unit's weights.
    private struct PackedBits: Hashable {
        var bits: [UInt8]
        var counts: [Bool]

        init(_ packed: (bits: [UInt8], counts: [Bool])) { (bits, counts) = packed }
    }
}

/// Finds the other units of a blob, once their layout is known.
private struct PackingLocator {
    private let blob: PackedBlob

    init(_ blob: PackedBlob) { self.blob = blob }

    /// Where a unit's weights first lie; nil where they do not.
    func place(_ weights: PackingWeights, _ layout: PackingLayout) -> PackingReport.Placement? {
        let (bits, counts) = layout.pack(weights)
        guard bits.count >= 64 else { return nil }
        var (head, mask): (UInt64, UInt64) = (0, 0)
        for index in 0..<64 where counts[index] {
            mask |= 1 << UInt64(index)
            head |= UInt64(bits[index]) << UInt64(index)
        }
        for start in stride(from: 0, through: blob.run.count - bits.count, by: blob.step) {
            guard blob.run.window(start) & mask == head else { continue }
            if bits.indices.allSatisfy({ !counts[$0] || blob.run[start + $0] == bits[$0] }) {
                return .init(layer: weights.name, start: start, count: layout.bitCount(weights.sizes))
            }
        }
        return nil
    }
}
