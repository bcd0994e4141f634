import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUVerification
import TestSupport
import Testing

/// Real files whose paths differ in signs, and what must not be excused.
@Suite struct PyTorchFlipTests {
    @Test(arguments: NetworkFixture.having("published32.npz"))
    func everyFixtureHolds(_ fixture: NetworkFixture) throws {
        for form in ReferenceForm.allCases {
            let verification = try Verification(fixture.model(), form: form, kernels: Kernels())
            let report = try verification.run(fixture.input())
            #expect(report.holds, "\(form): \(report.endToEnd.firstBeyond ?? "a unit")")
            #expect(report.endToEnd.modules.last?.name == "output")
        }
    }

    @Test func aMarginLargerThanDIsUnexplained() throws {
        // One bit of the image differs by far more than rounding: signs flip that nothing explains.
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 16, blocks: 2, upscale: 2)))
        let model = try BBCUModel.random(network)
        var faulty = model
        faulty.values["conv_first.bias"]?[3] += 0.5
        let kernels = try Kernels(threads: 1)
        let report = try Verification(
            model, candidate: BinarizedPath(faulty, kernels: kernels), kernels: kernels
        ).run(try .noise(channels: 3, height: 16, width: 16, seed: 1))
        #expect(!report.holds)
        #expect(report.units.allSatisfy { $0.holds }, "each unit is right on a right input")
        #expect(report.endToEnd.firstBeyond == "conv_first")
        #expect(report.endToEnd.unexplainedFlips > 0)
    }

    /// Weights so small that alpha is subnormal, or the whole sum is, still hold.
    @Test(arguments: [Float.leastNonzeroMagnitude, 0x1p-139, 0x1p-133, 0x1.5p-126, 1e-20, 1e20])
    func weightsOfAnySizeHold(_ size: Float) throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 8, blocks: 1, upscale: 2)))
        var model = try BBCUModel.random(network)
        for parameter in network.parameters where parameter.role == .latentWeight {
            model.values[parameter.key] = model.values[parameter.key]?.map { $0 > 0 ? size : -size }
        }
        for parameter in network.parameters where parameter.role == .slope || parameter.role == .shift {
            model.values[parameter.key] = model.values[parameter.key]?.map { $0 * 100 }
        }
        for parameter in network.parameters where [.firstBias, .secondBias].contains(parameter.role) {
            model.values[parameter.key] = model.values[parameter.key]?.map { _ in 0 }
        }
        let zero = FeatureMap<Float>(zeros: 3, height: 5, width: 4)
        for input in [zero, try .noise(channels: 3, height: 5, width: 4, seed: 1)] {
            let report = try Verification(model, form: .exact, kernels: Kernels(threads: 1)).run(input)
            #expect(report.holds, "\(report.units.map(\.binarized.share))")
        }
    }

    @Test func aBoundThatIsNotFiniteIsNoVerdict() throws {
        let network = try #require(
            Family.bbcuL.network(Hyperparameters(features: 8, blocks: 1, upscale: 2), amplification: 3e37))
        let model = try BBCUModel.random(network)
        #expect(throws: VerificationError.self) {
            try Verification(model, form: .exact, kernels: Kernels(threads: 1))
                .run(try .noise(channels: 3, height: 6, width: 6, seed: 1))
        }
    }

    @Test func aCandidateOfAnotherShapeIsRefused() throws {
        let kernels = try Kernels(threads: 1)
        let one = try BBCUModel.random(
            #require(Family.bbcuM.network(Hyperparameters(features: 8, blocks: 1, upscale: 2))))
        let two = try BBCUModel.random(
            #require(Family.bbcuM.network(Hyperparameters(features: 8, blocks: 2, upscale: 2))))
        #expect(throws: VerificationError.self) {
            try Verification(one, candidate: BinarizedPath(two, kernels: kernels), kernels: kernels)
        }
    }

    @Test(arguments: [
        (Float(1), Float(1), 0), (1, 1 + .ulpOfOne, 1), (0, -0.0, 0),
        (-.leastNonzeroMagnitude, .leastNonzeroMagnitude, 2),
        (1, 2, 1 << 23),
    ])
    func ulpDistances(_ first: Float, _ second: Float, _ distance: Int) {
        #expect(Measures.ulpDistance(first, second) == distance)
        #expect(Measures.ulpDistance(second, first) == distance)
        #expect(Measures.ulpDistance(first, .nan) == nil)
    }

    @Test func psnrAndBytes() {
        #expect(Measures.psnr([0, 1], [0, 1]) == nil)
        #expect(abs((Measures.psnr([0, 0], [0.1, 0.1]) ?? 0) - 20) < 1e-9)
        #expect([-1, 0, 0.5 / 255, 1.5 / 255, 1, 2].map { Measures.byte($0) } == [0, 0, 0, 2, 255, 255])
    }
}
