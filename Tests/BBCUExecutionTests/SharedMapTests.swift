import BBCUExecution
import BBCUPlatform
import TensorBytes
import Testing

/// Parts of maps that several threads share.
@Suite struct SharedMapTests {
    @Test func aConvolutionOfTilesIsThatOfTheWhole() throws {
        let kernels = try Kernels(threads: 1)
        let map = try FeatureMap<Float>.noise(channels: 3, height: 9, width: 31, seed: 4)
        let weights = (0..<5 * 3 * 9).map { Float($0 % 7) - 3 }
        let filter = FloatFilter<Float>(inputs: 3, outputs: 5, kernel: 3, weights: weights)
        let whole = filter.apply(to: map, padding: 1, kernels: kernels, bounded: true)
        let shared = SharedMap(map)
        let result = SharedMap<Float>(channels: 5, height: 9, width: 31)
        let magnitudes = SharedMap<Float>(channels: 5, height: 9, width: 31)
        for rows in [0..<1, 1..<8, 8..<9] {
            for columns in [0..<1, 1..<17, 17..<31] {
                let tile = PixelRectangle(rows: rows, columns: columns)
                let made = filter.apply(to: shared, tile: tile, padding: 1, kernels: kernels, bounded: true)
                result.write(made.output.values, to: tile)
                magnitudes.write(made.magnitudes, to: tile)
            }
        }
        #expect(result.map.values == whole.output.values)
        #expect(magnitudes.map.values == whole.magnitudes)
    }

    @Test(arguments: [1, 2, 5])
    func valuesAreInOrderAndTheFirstErrorIsThrown(_ threads: Int) throws {
        #expect(concurrentMap(100, threads: threads) { $0 * $0 } == (0..<100).map { $0 * $0 })
        #expect(throws: ExecutionError.notAUnit(layer: 7)) {
            try concurrentMap(100, threads: threads) { index in
                if index % 10 == 7 { throw ExecutionError.notAUnit(layer: index) }
            }
        }
    }
}
