import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUReporting
import BBCUWeightPacking
import TestSupport
import Testing

/// A port with a fault, made in scalar loops, is found at its module and the fault is named: it, and nothing that can
/// be told apart from it.
@Suite struct DiagnosisTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let id: FaultID
        let module: String
        var subject = Subject.general
        /// Faults that compute the same here.
        var equivalents: Set<FaultID> = []
        var name = ""
        let make: @Sendable (inout ScalarPort) -> Void
        var testDescription: String { name.isEmpty ? "\(id)" : "\(id), \(name)" }
    }

    /// The networks in which faults show.
    enum Subject: Sendable, Hashable {
        /// BBCU-M x2 with 24 features: three words of 8, unused bits in words of 32 and 64.
        case general
        /// 64 features, one block, sums up to the largest possible.
        case wide
        /// Weights beyond [-1, 1].
        case large
        /// The denoiser without shifts, whose ReLU makes exact zeros.
        case zeros
        /// The deblocker, whose 1-bit convolutions have a bias.
        case deblock
    }

    static let unit = "body.0.body.0"

    @Test(arguments: faults)
    func faultIsNamed(_ fault: Fault) throws {
        let model = try Self.model(fault.subject)
        let image = Self.image(model.network)
        var port = ScalarPort(model)
        let other = try Self.model(fault.subject, seed: 77)
        let check = PortCheck(
            model, alternatives: [(root: "params", model: other)],
            kernels: try Kernels(threads: 2))
        let input = try #require(
            FeatureMap(
                channels: image.channels, height: image.height, width: image.width, channelMajorValues: image.values))
        let right = try check.run(port.dump(image), input: input)
        #expect(right.holds, "the port without a fault: \(right.firstWrong ?? "")")
        fault.make(&port)
        let report = try check.run(port.dump(image), input: input)
        #expect(report.firstWrong == fault.module)
        let found = Set(report.diagnoses.map(\.id))
        #expect(found.contains(fault.id), "found \(found)")
        #expect(found.subtracting([fault.id]).subtracting(fault.equivalents).isEmpty, "found \(found)")
        #expect(report.diagnoses.allSatisfy { $0.module == fault.module && !$0.evidence.isEmpty })
    }

    static func model(_ subject: Subject, seed: UInt64 = 3) throws -> BBCUModel {
        let network: BBCUNetwork?
        switch subject {
        case .general, .large: network = Family.bbcuM.network(Hyperparameters(features: 24, blocks: 2, upscale: 2))
        case .wide: network = Family.bbcuM.network(Hyperparameters(features: 64, blocks: 1, upscale: 2))
        case .zeros: network = Family.denoise.network(Hyperparameters(features: 24, blocks: 4))
        case .deblock:
            network = Family.deblock.network(
                Hyperparameters(inputChannels: 1, outputChannels: 1, features: 24, blocks: 4, bias: true))
        }
        var model = try BBCUModel.random(try #require(network), seed: seed)
        for parameter in model.network.parameters {
            switch (subject, parameter.role) {
            case (.large, .latentWeight):
                model.values[parameter.key] = model.values[parameter.key]?.map { $0 * 15 }
            case (.zeros, .shift): model.values[parameter.key] = model.values[parameter.key]?.map { _ in 0 }
            case (.wide, .shift):
                // Most signs agree, so that sums go beyond 8 bits where a filter's weights do too.
                model.values[parameter.key] = model.values[parameter.key]?.enumerated().map {
                    $0.offset % 4 == 0 ? $0.element : 400
                }
            case (.wide, .latentWeight):
                let size = parameter.shape.dropFirst().reduce(1, *)
                model.values[parameter.key] = model.values[parameter.key]?.enumerated().map {
                    $0.offset / size % 3 == 0
                        ? abs($0.element) : $0.offset / size % 3 == 1 ? -abs($0.element) : $0.element
                }
            default: break
            }
        }
        return model
    }

    static func image(_ network: BBCUNetwork) -> ScalarPort.Map {
        var image = ScalarPort.Map(network.hyperparameters.inputChannels, 6, 7)
        var generator = SplitMix64(seed: 11)
        image.values = generator.floats(image.values.count, in: 0...1)
        return image
    }
}
