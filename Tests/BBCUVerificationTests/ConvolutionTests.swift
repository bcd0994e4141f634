import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUVerification
import TestSupport
import Testing

/// The rows of the float convolutions that an image is restored with other than directly.
@Suite struct ConvolutionTests {
    private func report(
        _ model: BBCUModel, method: FloatMethod = .standard, streaming other: BBCUModel? = nil, height: Int = 11
    ) throws -> VerificationReport {
        let kernels = try Kernels(threads: 2)
        let streamed = StreamedNetwork(other ?? model, kernels: kernels, method: method)
        return try Verification(model, kernels: kernels, streamed: streamed).run(
            .noise(channels: 3, height: height, width: 13, seed: 7))
    }

    private func model(_ features: Int = 20, upscale: Int = 4) throws -> BBCUModel {
        let sizes = Hyperparameters(features: features, blocks: 1, upscale: upscale)
        return try .random(try #require(Family.bbcuL.network(sizes)))
    }

    /// The bound holds and is not far from what it bounds: 50 times as large at most.
    @Test(arguments: [FloatMethod.standard, .fast], [2, 3, 4])
    func aRightOneHolds(_ method: FloatMethod, _ upscale: Int) throws {
        let report = try report(model(upscale: upscale), method: method)
        #expect(report.holds)
        let names = upscale == 4 ? ["upconv1", "upconv2", "conv_hr"] : ["upconv1", "conv_hr"]
        #expect(report.convolutions.map(\.name) == names)
        #expect(report.convolutions.allSatisfy { $0.worst.share > 0.02 && $0.worst.share <= 1 })
        #expect(report.convolutions.allSatisfy { $0.shareOfRange > 1e-8 && $0.shareOfRange < 2e-5 })
        if method == .standard { #expect(report.convolutions.allSatisfy { $0.shareOfRange < 2e-6 }) }
    }

    @Test func whatIsDirectHasNoRow() throws {
        let direct = try report(model(), method: .exact)
        #expect(direct.convolutions.isEmpty && direct.holds)
        let sizes = Hyperparameters(features: 16, blocks: 1, upscale: 4)
        let medium = try BBCUModel.random(try #require(Family.bbcuM.network(sizes)))
        #expect(try report(medium).convolutions.isEmpty)
    }

    static let faults: [(String, @Sendable (inout BBCUModel) -> Void)] = [
        ("upconv1", { $0.values["upconv1.weight"]?[77] *= 1 + 0x1p-8 }),
        ("upconv2", { $0.values["upconv2.bias"]?.swapAt(3, 4) }),
        ("conv_hr", { $0.values["conv_hr.weight"]?.swapAt(9, 11) }),
        (
            "upconv2",
            { model in
                let index = model.network.layers.lastIndex {
                    if case .pixelShuffle = $0.operation { true } else { false }
                }
                guard let index else { return }
                model.network.layers[index].operation = .pixelShuffle(PixelShuffle(2, order: .transposed))
            }
        ),
    ]

    @Test(arguments: faults.indices, [FloatMethod.standard, .fast])
    func aWrongOneIsNamed(_ fault: Int, _ method: FloatMethod) throws {
        let (name, change) = Self.faults[fault]
        let model = try model()
        var faulty = model
        change(&faulty)
        let report = try report(model, method: method, streaming: faulty)
        #expect(!report.holds)
        #expect(report.convolutions.filter { !$0.holds }.map(\.name) == [name])
        #expect(report.units.allSatisfy(\.holds) && report.endToEnd.firstBeyond == nil)
    }

    /// Nothing of a report depends on the threads or the kernels.
    @Test func reportsAreTheSameEverywhere() throws {
        let model = try model(9)
        let input = try FeatureMap<Float>.noise(channels: 3, height: 5, width: 7, seed: 7)
        var checks: Set<[ConvolutionCheck]> = []
        for name in Kernels.available {
            for threads in [1, 3] {
                let kernels = try Kernels(named: name, threads: threads)
                checks.insert(try Verification(model, kernels: kernels).run(input).convolutions)
            }
        }
        #expect(checks.count == 1)
    }
}
