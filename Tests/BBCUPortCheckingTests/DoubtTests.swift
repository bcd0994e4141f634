import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUKit
import BBCUNetworks
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUReporting
import BBCUWeightPacking
import TestSupport
import Testing

/// The final image of the trained network alone: so many signs may flip that its bound tells nothing. A known fault is found
/// all the same, and what no known fault explains is not said to be proved.
@Suite struct DoubtTests {
    static let side = 16

    /// A port of the trained network, wrong in its weights.
    private func report(side: Int = side, _ change: (inout BBCUModel) -> Void) throws -> PortReport {
        let model = try LoadedModel(fixture("bbcum_x2_trained.pth"), NetworkRequest()).model
        let image = try OutputSubject(.init(width: side, height: side)).image
        var wrong = model
        change(&wrong)
        let output = ScalarPort(wrong).output(image)
        let pixels = output.values.map { (Double(min(max($0, 0), 1)) * 255).rounded() / 255 }
        let array = PortDump.Array(
            name: "output", shape: [1, 3, output.height, output.width], values: pixels, storage: .float32,
            pixels: PixelCoding(levels: 255))
        let input = try #require(
            FeatureMap(channels: 3, height: side, width: side, channelMajorValues: image.values))
        return try PortCheck(model, kernels: Kernels(threads: 2)).run(PortDump([array]), input: input)
    }

    @Test func aRightImageHoldsWithoutDoubtButProvesNothing() throws {
        let report = try report { _ in }
        #expect(report.holds && report.loose.count == 1)
        #expect(report.modules.allSatisfy { !$0.isDoubted })
    }

    @Test func shiftsThatAreMissingAreFoundWithinALooseBound() throws {
        let report = try report { model in
            for key in model.values.keys where key.hasSuffix(UnitKey.shift) {
                model.values[key] = model.values[key]?.map { _ in 0 }
            }
        }
        #expect(!report.holds && report.diagnoses.map(\.id) == ["shift-missing"])
        #expect(report.modules.last?.local?.beyond == 0, "the bound alone does not see it")
    }

    /// The latent weights of every filter made larger or smaller: it gets the alpha of the one before.
    @Test func alphasOfTheFilterBeforeAreFound() throws {
        let report = try report { model in
            for key in model.values.keys where key.hasSuffix(UnitKey.weight) {
                guard let weights = model.values[key], let unit = model.network.unit(ofWeight: key) else { continue }
                let size = weights.count / unit.outputs
                let means = (0..<unit.outputs).map { filter in
                    weights[filter * size..<(filter + 1) * size].reduce(0) { $0 + abs($1) } / Float(size)
                }
                model.values[key] = weights.indices.map { index in
                    let filter = index / size
                    return weights[index] * means[(filter + unit.outputs - 1) % unit.outputs] / means[filter]
                }
            }
        }
        #expect(!report.holds && report.diagnoses.map(\.id) == ["alpha-off-by-one"])
        #expect(report.diagnoses.first?.change.contains("previous") == true)
    }

    /// No known fault; the bound allows for it. It is not called right.
    @Test func aFilterTurnedRoundIsDoubted() throws {
        let report = try report { model in
            let key = "body.3.body.0.binary_conv.weight"
            model.values[key] = model.values[key]?.enumerated().map { $0 < 2 * 432 ? -$1 : $1 }
        }
        #expect(report.holds && report.faultsOfDoubted == .noneFits)
        #expect(report.modules.last?.isDoubted == true && report.loose.count == 1)
    }
}

extension BBCUNetwork {
    fileprivate func unit(ofWeight key: String) -> BinaryUnit? {
        layers.first { "\($0.prefix).\(UnitKey.weight)" == key }?.operation.unit
    }
}
