import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUVerification
import TensorBytes
import TestSupport
import Testing

/// A report depends neither on the tiles that a layer is cut into nor on the threads that run them.
@Suite struct TileTests {
    @Test(arguments: Family.allCases)
    func noTileAndNoThreadChangesAReport(_ family: Family) throws {
        let upscale = family.isSuperResolution ? 2 : 1
        let network = try #require(
            family.network(Hyperparameters(features: 16, blocks: 5, upscale: upscale, bias: family == .deblock)))
        let model = try BBCUModel.random(network)
        // Signs flip, so that there is something to count.
        var other = model
        for parameter in network.parameters where parameter.role == .shift {
            other.values[parameter.key] = other.values[parameter.key]?.map { $0 + 0.05 }
        }
        var reports: Set<String> = []
        for (threads, width) in [(1, nil), (1, 1), (2, 3), (3, 7), (4, 1000)] as [(Int, Int?)] {
            let kernels = try Kernels(threads: threads)
            var verification = try Verification(
                model, candidate: BinarizedPath(other, kernels: kernels), kernels: kernels)
            verification.tileWidth = width
            let report = try verification.run(.noise(channels: 3, height: 13, width: 17, seed: 7))
            #expect(report.endToEnd.flips > 0)
            reports.insert("\(report.units) \(report.endToEnd) \(report.truth)")
        }
        #expect(reports.count == 1)
    }

    /// The sums of changed signs, against the convolution of the whole.
    @Test(arguments: [1, 3])
    func changedSignsAddUp(_ kernel: Int) throws {
        var generator = SplitMix64(seed: 3)
        let unit = BinaryUnit(inputs: 5, outputs: 18, kernel: kernel, shortcut: .repeatedChannels)
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 16, blocks: 1, upscale: 2)))
        var model = try BBCUModel.random(network)
        let weights = (0..<5 * 18 * kernel * kernel).map { _ in Float(Int.random(in: -1...1, using: &generator)) }
        model.values["u.binary_conv.weight"] = weights
        let parameters = UnitParameters(unit, prefix: "u", model: model)
        #expect(parameters.latent == weights)
        func signs() -> FeatureMap<Float> {
            let values = (0..<5 * 6 * 7).map { _ in Float(Int.random(in: -1...1, using: &generator)) }
            return FeatureMap(height: 6, width: 7, channels: 5, filled: values)
        }
        let (first, second) = (signs(), signs())
        let filter = FloatFilter<Float>(inputs: 5, outputs: 18, kernel: kernel, weights: parameters.weightSigns)
        let kernels = try Kernels(threads: 1)
        let whole = PixelRectangle(rows: 0..<6, columns: 0..<7)
        let changes = (0..<6).map { row in
            let tile = PixelRectangle(rows: row..<row + 1, columns: 0..<7)
            return SignChange.changes(from: first.cropped(to: tile), to: second.cropped(to: tile))
        }
        var sums = filter.apply(to: first, kernels: kernels).output
        SignEffect(parameters).add(changes, tile: whole, to: &sums)
        #expect(sums.values == filter.apply(to: second, kernels: kernels).output.values)
    }

    /// What is passed over changes nothing: values in order, one at a time, give the same.
    @Test(arguments: [0.0, 1.0, 3.0])
    func theWorstValueIsTheOneFoundOneByOne(_ size: Double) throws {
        let kernels = try Kernels(threads: 1)
        var generator = SplitMix64(seed: 9)
        let tile = PixelRectangle(rows: 0..<1, columns: 0..<300)
        for round in 0..<20 {
            let expected = (0..<900).map { _ in Double.random(in: -1...1, using: &generator) }
            let bounds = (0..<900).map { index in
                round > 10 && index % 7 == 0 ? 0 : Double.random(in: 0...1e-6, using: &generator)
            }
            var values = expected.map { Float($0 + size * Double.random(in: -1e-6...1e-6, using: &generator)) }
            if round == 19 { values[500] = .nan }
            let map = FeatureMap<Float>(height: 1, width: 300, channels: 3, filled: values)
            var found = WorstValue()
            found.include(map, expected: expected, bounds: bounds, row: 0, of: tile, kernels: kernels)
            var one = WorstValue()
            for index in values.indices {
                one.include(
                    Double(values[index]), expected: expected[index], bound: bounds[index],
                    at: map.place(of: index))
                if let distance = Measures.ulpDistance(values[index], Float(expected[index])) {
                    one.largestULPDistance = max(one.largestULPDistance, distance)
                }
            }
            #expect("\(found)" == "\(one)")
            // In parts as well.
            var parts = WorstValue()
            for columns in [0..<1, 1..<120, 120..<300] {
                let part = PixelRectangle(rows: 0..<1, columns: columns)
                let range = columns.lowerBound * 3..<columns.upperBound * 3
                var worst = WorstValue()
                worst.include(
                    map.cropped(to: part), expected: Array(expected[range]), bounds: Array(bounds[range]), row: 0,
                    of: part,
                    kernels: kernels)
                parts.append(worst)
            }
            #expect("\(parts)" == "\(one)")
        }
    }
}
