import BBCUExecution
import BBCUKit
import BBCUNetworks
import BBCUPortChecking
import BBCUPortTestData
import TestSupport
import Testing

/// Crops against what PyTorch made of the whole map.
@Suite struct ReductionTests {
    /// Networks of every family with every kind of unit and skip.
    static let networks = ["bbcum_x3", "bbcum_x4", "bbcul_x3", "deblock", "denoise"]

    /// A pixel of a module is spoilt; the crop that is left of it has to hold again with PyTorch's values there, which it
    /// does only if all is in the crop that the core depends on.
    @Test(arguments: networks) func aCropComesOutAsTheWhole(_ name: String) throws {
        let network = try #require(NetworkFixture.all.first { $0.name == name })
        let model = try network.model()
        let check = PortCheck(model, kernels: try Kernels())
        let taps = try network.taps("published32.npz")
        let names = VectorTaps(model.network).names.filter { taps[$0] != nil }
        for module in [names[0], names[1]] + names.suffix(4) {
            let map = try #require(taps[module])
            // Near a corner, where two sides are borders, and in the middle.
            for (row, column) in [(1, map.width - 1), (map.height / 2, map.width / 2)] {
                var values = map.values
                values[map.index(channel: 0, row: row, column: column)] += 1000
                let spoilt = try #require(
                    FeatureMap(channels: map.channels, height: map.height, width: map.width, values: values))
                let dump = PortDump(names.map { array($0, $0 == module ? spoilt : taps[$0]) })
                let outcome = try PortReduction(check).run(dump, input: try network.input())
                let reduced = try #require(outcome.reduced)
                #expect(reduced.module == module)
                #expect(reduced.values.values.contains { $0 > 500 })
                let factor = map.height / reduced.crop.height
                let right = cut(
                    map, rows: reduced.coreRows, columns: reduced.coreColumns,
                    top: reduced.crop.rows.lowerBound * factor, left: reduced.crop.columns.lowerBound * factor)
                let report = try check.run(reduced, values: right)
                #expect(report.holds, "\(name) \(module) \(report.modules)")
                #expect(try !check.run(reduced).holds)
            }
        }
    }

    private func array(_ name: String, _ map: FeatureMap<Double>?) -> PortDump.Array {
        PortDump.Array(
            name: name, shape: [1, map?.channels ?? 0, map?.height ?? 0, map?.width ?? 0],
            values: map?.channelMajorValues ?? [], storage: .float32)
    }

    private func cut(
        _ map: FeatureMap<Double>, rows: Range<Int>, columns: Range<Int>, top: Int, left: Int
    ) -> FeatureMap<Double>? {
        let values = rows.flatMap { row in
            columns.flatMap { column in
                (0..<map.channels).map { map.values[map.index(channel: $0, row: top + row, column: left + column)] }
            }
        }
        return FeatureMap(channels: map.channels, height: rows.count, width: columns.count, values: values)
    }
}
