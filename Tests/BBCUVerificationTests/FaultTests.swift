import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUVerification
import TestSupport
import Testing

/// Every fault a port can have must make the comparison fail, at the module that has it.
@Suite struct FaultTests {
    /// One thing changed in the path under test.
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        /// The unit that the unit-by-unit comparison must name; nil where all units are right.
        let unit: String?
        /// The module that the run end to end must name; nil where the fault only shows unit by unit.
        let module: String?
        let change: @Sendable (inout BBCUModel) -> Void
        var testDescription: String { name }
    }

    static let faults: [Fault] = [
        Fault(name: "one weight bit flipped", unit: "body.1.body.0", module: "body.1.body.0") { model in
            model.values["body.1.body.0.binary_conv.weight"]?[100].negate()
        },
        Fault(name: "padding -1 instead of 0", unit: "body.0.body.1", module: "body.0.body.1") { model in
            model.changeUnit("body.0.body.1") { $0.padding = .minusOne }
        },
        Fault(name: "pixel shuffle swapped", unit: "upconv1", module: "upconv1") { model in
            model.changeUnit("upconv1") {
                $0.shortcut = .upsampled(PixelShuffle(2, order: .pixelMajor))
            }
        },
        Fault(name: "k missing", unit: nil, module: "conv_first") { $0.network.amplification = 1 },
        Fault(name: "shift dropped", unit: "body.0.body.0", module: "body.0.body.0") { model in
            model.values["body.0.body.0.move0.bias"] = [Float](repeating: 0, count: 16)
        },
        Fault(name: "slope off by one channel", unit: "conv_hr", module: "conv_hr") { model in
            model.values["conv_hr.relu.pr_prelu.weight"]?.rotate()
        },
        // From the image on, 1e-5 of alpha drowns in what the published form's residue may have done.
        Fault(name: "alpha off by 1e-5", unit: "body.1.body.1", module: nil) { model in
            model.values["body.1.body.1.binary_conv.weight"]?.scale(by: 1 + 1e-5)
        },
        Fault(name: "first bias missing", unit: "upconv2", module: "upconv2") { model in
            model.values["upconv2.relu.pr_bias0.bias"] = [Float](repeating: 0, count: 64)
        },
        Fault(name: "activation after the last sign", unit: nil, module: "conv_last") { model in
            model.change { if case .activation = $0, $1 == "tail" { $0 = .activation(.leakyReLU(slope: 0.2)) } }
        },
        Fault(name: "last bias of another channel", unit: nil, module: "conv_last") { model in
            model.values["conv_last.bias"]?.rotate()
        },
        Fault(name: "skip missing", unit: nil, module: "output") { model in
            model.change { if case .addScaledInput = $0, $1 == "tail" { $0 = .activation(.leakyReLU(slope: 1)) } }
        },
    ]

    @Test(arguments: faults)
    func faultIsFoundAtItsModule(_ fault: Fault) throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 16, blocks: 2, upscale: 4)))
        let model = try BBCUModel.random(network)
        var faulty = model
        fault.change(&faulty)
        let kernels = try Kernels(threads: 2)
        let verification = try Verification(
            model, candidate: BinarizedPath(faulty, kernels: kernels), kernels: kernels)
        let report = try verification.run(.noise(channels: 3, height: 11, width: 13, seed: 7))
        #expect(!report.holds)
        #expect(report.units.first { !$0.holds }?.name == fault.unit)
        #expect(report.endToEnd.firstBeyond == fault.module)
        #expect(report.units.allSatisfy { $0.reference.holds })
    }

    @Test func aZeroThatCountsAsPlusOneIsFound() throws {
        // The untrained denoiser: the ReLU makes exact zeros, and no shift moves them.
        let network = try #require(Family.denoise.network(Hyperparameters(features: 16, blocks: 5)))
        var model = try BBCUModel.random(network)
        for index in 2...4 { model.values["model.\(index).move0.bias"] = [Float](repeating: 0, count: 16) }
        var faulty = model
        faulty.changeUnit("model.2") { $0.signOfZero = .plusOne }
        let kernels = try Kernels(threads: 1)
        let candidate = BinarizedPath(faulty, kernels: kernels)
        let input = try FeatureMap<Float>.noise(channels: 3, height: 9, width: 8, seed: 7)
        let report = try Verification(model, candidate: candidate, kernels: kernels).run(input)
        #expect(!report.holds)
        #expect(report.units.first { !$0.holds }?.name == "model.2")
        #expect(report.endToEnd.units[0].zeros > 0)
        let right = try Verification(model, kernels: kernels).run(input)
        #expect(right.holds)
        #expect(right.endToEnd.units[0].zeros > 0)
    }

    @Test(arguments: Family.allCases, [ReferenceForm.published, .exact])
    func aRightPathHolds(_ family: Family, _ form: ReferenceForm) throws {
        for upscale in family.isSuperResolution ? [2, 3, 4] : [1] {
            let network = try #require(
                family.network(
                    Hyperparameters(features: 16, blocks: 4, upscale: upscale, bias: family == .deblock)))
            let model = try BBCUModel.random(network, seed: UInt64(upscale))
            let report = try Verification(model, form: form, kernels: Kernels()).run(
                .noise(channels: 3, height: 12, width: 9, seed: 7))
            #expect(report.holds, "first beyond: \(report.endToEnd.firstBeyond ?? "none")")
            #expect(report.units.count == network.unitIndices.count)
            #expect(report.units.allSatisfy { $0.binarized.share > 0.01 && $0.binarized.share <= 1 })
        }
    }
}

extension BBCUModel {
    /// Changes the unit with a prefix.
    fileprivate mutating func changeUnit(_ prefix: String, _ change: (inout BinaryUnit) -> Void) {
        for index in network.layers.indices where network.layers[index].prefix == prefix {
            guard var unit = network.layers[index].operation.unit else { continue }
            change(&unit)
            network.layers[index].operation = .unit(unit)
        }
    }

    /// Changes operations, given each with the name of its part.
    fileprivate mutating func change(_ change: (inout LayerOperation, String) -> Void) {
        for index in network.layers.indices {
            change(&network.layers[index].operation, network.layers[index].part.rawValue)
        }
    }
}

extension [Float] {
    fileprivate mutating func rotate() {
        guard let first else { return }
        self = Array(dropFirst()) + [first]
    }

    fileprivate mutating func scale(by factor: Float) { self = map { $0 * factor } }
}
