import Execution
import Networks
import Ports
import TestSupport
import Testing

/// A sign that the float32 reference itself flips: its error is that of the flip, and says nothing of rounding.
@Suite struct FlippedReferenceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var subject = DoctorTests.Subject.general
        var seed: UInt64 = 1
        /// The place among the units of the one whose thresholds lie at the reference's own values.
        var flips: Int
        var testDescription: String { "\(subject) \(seed): unit \(flips) flips" }
    }

    static let cases = [Case(flips: 1), Case(seed: 2, flips: 2)]

    /// The output is not taken as right by an error that a flip of the reference allows: the search goes on to other taps.
    @Test(arguments: cases) func correctPortsHoldByMoreTaps(_ fault: Case) throws {
        let image = try Self.image(fault)
        let model = try Self.model(fault, image)
        let right = try Self.bisect(model, ScalarPort(model), image)
        #expect(right.verdict == .holds, "\(right.answers.map { "\($0.tap) \($0.verdict)" })")
        #expect(right.answers.count > 1, "else the reference flips no sign")
    }

    private static func units(_ model: Model) -> [String] {
        model.network.layers.filter { $0.operation.unit != nil }.map(\.prefix)
    }

    private static func image(_ fault: Case) throws -> FeatureMap<Float> {
        let channels = try DoctorTests.model(fault.subject).network.hyperparameters.inputChannels
        return try .noise(channels: channels, height: 9, width: 11, seed: fault.seed)
    }

    /// With thresholds at the values that the reference has: its signs are 0 there, those of the exact values are not.
    private static func model(_ fault: Case, _ image: FeatureMap<Float>) throws -> Model {
        var model = try DoctorTests.model(fault.subject)
        let unit = units(model)[fault.flips]
        var previous = image
        var before: FeatureMap<Float>?
        _ = try ReferencePath<Float>(model, form: .exact, kernels: Kernels(threads: 2)).run(image) { index, _, result in
            if model.network.layers[index].prefix == unit, before == nil { before = previous }
            previous = result.output
        }
        let map = ScalarPort.Map(try #require(before))
        for channel in 0..<4 { model.values["\(unit).\(UnitKey.shift)"]?[channel] = -map[channel, 4, 3 + channel] }
        return model
    }

    private static func bisect(
        _ model: Model, _ port: ScalarPort, _ image: FeatureMap<Float>, asks: (String) -> Bool = { _ in true }
    ) throws -> Bisection {
        let taps = port.run(ScalarPort.Map(image))
        return try SteppedBisection(
            PortCheck(model, kernels: Kernels(threads: 2)), input: image,
            taps: VectorTaps(model.network) { asks($0) && !VectorTaps.isInside($0) }
        ).run { tap in
            let map = try #require(taps.first { $0.name == tap.name }).map
            return try #require(
                FeatureMap(channels: map.channels, height: map.height, width: map.width, channelMajorValues: map.values))
        }
    }
}
