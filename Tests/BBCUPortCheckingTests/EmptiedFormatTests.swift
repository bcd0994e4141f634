import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes
import TestSupport
import Testing

/// Formats that leave nothing of a tensor, or cannot hold it.
@Suite struct EmptiedFormatTests {
    /// Values of a kind of parameter as the checkpoint has them.
    private static func values(_ kind: StoredTensor, _ model: BBCUModel) -> [Double] {
        let roles: [StoredTensor: Set<Parameter.Role>] = [
            .weight: [.convolutionWeight], .shift: [.shift], .slope: [.slope],
            .bias: [.convolutionBias, .binaryConvolutionBias, .firstBias, .secondBias],
        ]
        let stored = model.network.parameters.filter { roles[kind]?.contains($0.role) ?? false }
            .flatMap { model.values[$0.key] ?? [] }.map(Double.init)
        guard kind == .slope else { return stored }
        return stored
            + model.network.layers.compactMap { layer in
                if case .activation(.leakyReLU(let slope)) = layer.operation { slope } else { nil }
            }
    }

    private static func model() throws -> BBCUModel {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 16, blocks: 1, upscale: 2)))
        return try BBCUModel.random(network, seed: 8)
    }

    private static func budget(_ model: BBCUModel) throws -> Budget {
        let image = try FeatureMap<Float>.noise(channels: 3, height: 9, width: 8, seed: 3)
        return try Budget(model, image: image, kernels: Kernels(threads: 2))
    }

    /// Values that are not 0 but closer to it than to the first step.
    private static func vanished(_ values: [Double], fractionBits: Int) -> Int {
        let half = 0.5 / Double(1 << fractionBits)
        return values.count { $0 != 0 && abs($0) <= half }
    }

    @Test(arguments: [("slope", 1), ("shift", 2), ("weight", 3), ("bias", 1)])
    func whatBecomesZeroIsCounted(_ tensor: String, _ fractionBits: Int) throws {
        let model = try Self.model()
        let kind = try #require(StoredTensor(rawValue: tensor))
        var formats = PortFormats()
        try formats.set(tensor, "fixed:4.\(fractionBits)")
        let report = try Self.budget(model).run(formats)
        let use = try #require(report.tensors.first { $0.name == tensor }?.use)
        let values = Self.values(kind, model)
        let expected = Self.vanished(values, fractionBits: fractionBits)
        #expect(expected > 0 && use.vanished == expected && use.numbers == values.count)
        #expect(use.isEmptied == (2 * expected > values.count { $0 != 0 }))
        #expect(use.overflows == 0)
    }

    /// Almost any image is 1 dB from any other: what is found has to be a network all the same.
    @Test func theSearchEmptiesNoParameter() throws {
        let model = try Self.model()
        let report = try Self.budget(model).cheapest(PortFormats(), want: 1)
        #expect(report.holds)
        for kind in [StoredTensor.weight, .bias, .shift, .slope] {
            let text = try #require(report.formats.tensors[kind]?.text)
            let bits = try #require(text.split(separator: ".").last.flatMap { Int($0) })
            let values = Self.values(kind, model)
            let nonzero = values.count { $0 != 0 }
            #expect(2 * Self.vanished(values, fractionBits: bits) <= nonzero, "\(kind) \(text)")
            // And no bit more than that takes.
            if bits > 0 { #expect(2 * Self.vanished(values, fractionBits: bits - 1) > nonzero, "\(kind) \(text)") }
        }
        #expect(report.tensors.allSatisfy { StoredTensor(rawValue: $0.name)?.isParameter != true || !$0.use.isEmptied })
        let margin = try #require(report.search?.margin)
        #expect(abs(margin - ((report.psnr ?? .infinity) - 1)) < 1e-12)
    }

    /// 0.99 rounded to few bits is 1, which takes another integer bit.
    @Test func aRangeIsHeldOnceItIsRounded() throws {
        var model = try Self.model()
        for parameter in model.network.parameters where parameter.role == .slope {
            model.values[parameter.key] = model.values[parameter.key]?.map { _ in 0.99 }
        }
        let budget = try Self.budget(model)
        let report = try budget.cheapest(PortFormats(), want: 1)
        let found = try #require(report.tensors.first { $0.name == "slope" })
        #expect(found.use.overflows == 0 && found.format?.hasPrefix("fixed:2.") == true, "\(found)")
        for (format, overflows, needed) in [("fixed:1.3", true, 2), ("fixed:1.0", true, 2), ("fixed:1.12", false, 1)] {
            var formats = PortFormats()
            try formats.set("slope", format)
            let slope = try #require(try budget.run(formats).tensors.first { $0.name == "slope" })
            #expect((slope.use.overflows > 0) == overflows && slope.neededIntegerBits == needed, "\(format)")
        }
    }

    /// A product with an alpha of 0 is -0 for negative sums; a range is told without that sign.
    @Test func noRangeHasANegativeZero() throws {
        var formats = PortFormats()
        try formats.set("alpha", "fixed:1.0")
        let report = try Self.budget(try Self.model()).run(formats)
        let product = try #require(report.tensors.first { $0.name == "product" }?.use)
        #expect(product.minimum == 0 && product.maximum == 0)
        for use in report.tensors.map(\.use) + report.modules.flatMap({ $0.uses.map(\.use) }) {
            #expect(use.minimum != 0 || use.minimum.sign == .plus)
            #expect(use.maximum != 0 || use.maximum.sign == .plus)
        }
    }
}
