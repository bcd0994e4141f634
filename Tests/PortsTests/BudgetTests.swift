import Execution
import Networks
import Ports
import Tensors
import TestSupport
import Testing

/// A network in given formats computes what a port of integers and shifts does, to the last bit.
@Suite struct BudgetTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var subject = DoctorTests.Subject.general
        var formats: [StoredTensor: FixedPointPort.Format] = [:]
        var accumulator: (bits: Int, wraps: Bool)?
        var testDescription: String { name }
    }

    static let base: [StoredTensor: FixedPointPort.Format] = [
        .scaledInput: .init(9, 8), .weight: .init(1, 12), .bias: .init(3, 10), .activation: .init(9, 9),
        .residual: .init(9, 8), .shift: .init(9, 8), .alpha: .init(1, 16), .slope: .init(2, 14), .output: .init(3, 12),
    ]

    static let cases: [Case] = [
        Case(name: "super-resolution"),
        Case(name: "the residual saturates", formats: [.residual: .init(5, 6)]),
        Case(name: "the residual wraps", formats: [.residual: .init(5, 6, wraps: true)]),
        Case(name: "products and branches are stored", formats: [.product: .init(6, 7), .branch: .init(6, 5)]),
        Case(name: "sums saturate", subject: .wide, accumulator: (8, false)),
        Case(name: "sums wrap", subject: .wide, accumulator: (8, true)),
        Case(name: "denoising, with exact zeros", subject: .zeros, formats: [.residual: .init(9, 3)]),
        Case(name: "deblocking, with biases", subject: .deblock, accumulator: (9, false)),
    ]

    static func port(_ subject: Case) throws -> FixedPointPort {
        let model = try DoctorTests.model(subject.subject)
        // Every k of these networks is a multiple of 1/4.
        return FixedPointPort(
            model: model, formats: base.merging(subject.formats) { $1 }, accumulator: subject.accumulator,
            k: (Int(model.network.amplification * 4), 4))
    }

    static func formats(_ port: FixedPointPort) throws -> PortFormats {
        var result = PortFormats()
        for (tensor, format) in port.formats { try result.set(tensor.rawValue, format.text) }
        if let (bits, wraps) = port.accumulator {
            try result.set(PortFormats.accumulatorName, "\(bits)" + (wraps ? ":wrap" : ""))
        }
        return result
    }

    static func pixels(_ network: Network) -> FixedPointPort.Map {
        var pixels = FixedPointPort.Map(network.hyperparameters.inputChannels, 6, 7)
        var generator = SplitMix64(seed: 5)
        pixels.values = pixels.values.map { _ in Int(generator.next() >> 56) }
        return pixels
    }

    static func image(_ pixels: FixedPointPort.Map) throws -> FeatureMap<Float> {
        try #require(
            FeatureMap(
                channels: pixels.channels, height: pixels.height, width: pixels.width,
                channelMajorValues: pixels.values.map { Float($0) / 255 }))
    }

    @Test(arguments: cases)
    func everyModuleHasTheBitsOfIntegers(_ subject: Case) throws {
        let port = try Self.port(subject)
        let pixels = Self.pixels(port.model.network)
        var expected = port.run(pixels)[...]
        for threads in [1, 2] {
            expected = port.run(pixels)[...]
            let budget = try Budget(port.model, image: Self.image(pixels), kernels: Kernels(threads: threads))
            let report = budget.run(
                try Self.formats(port),
                observe: { name, map in
                    let right = expected.removeFirst()
                    #expect(name == right.name)
                    let values = map.channelMajorValues.map { $0 * Double(1 << right.fraction) }
                    #expect(values == right.map.values.map(Double.init), "\(name)")
                })
            #expect(expected.isEmpty)
            #expect(subject.name.contains("wrap") || subject.name.contains("saturate") ? report.overflows > 0 : true)
        }
    }
}
