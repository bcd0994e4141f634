import Execution
import Networks
import Ports
import TestSupport
import Testing

/// Small faults behind a sign that the float32 reference itself flips: its error is that of the flip, and says nothing of rounding.
@Suite struct FlippedReferenceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var subject = DoctorTests.Subject.general
        var seed: UInt64 = 1
        /// The place among the units of the one whose thresholds lie at the reference's own values.
        var flips: Int
        /// The place among the units of the one that is wrong.
        var fault: Int
        var key = UnitKey.secondBias
        var change: Float = 1e-4
        var channel = 3
        var testDescription: String { "\(subject) \(seed): unit \(flips) flips, \(key) of unit \(fault)" }
    }

    static let cases = [
        Case(flips: 0, fault: 1), Case(flips: 1, fault: 2), Case(flips: 1, fault: 3), Case(seed: 2, flips: 2, fault: 3),
        Case(flips: 2, fault: 2, channel: 5), Case(seed: 3, flips: 0, fault: 3, key: UnitKey.firstBias),
        Case(flips: 1, fault: 2, key: UnitKey.slope, change: 1e-4),
        Case(seed: 2, flips: 0, fault: 2, key: UnitKey.weight, change: 1e-3),
        Case(flips: 2, fault: 1), Case(subject: .wide, flips: 0, fault: 1),
        Case(subject: .deblock, flips: 1, fault: 2), Case(subject: .deblock, seed: 2, flips: 0, fault: 3, key: UnitKey.slope),
        Case(subject: .zeros, flips: 2, fault: 3), Case(subject: .zeros, seed: 4, flips: 1, fault: 2, key: UnitKey.weight),
    ]

    @Test(arguments: cases) func aSmallFaultIsFound(_ fault: Case) throws {
        let image = try Self.image(fault)
        let model = try Self.model(fault, image)
        let right = try Self.bisect(model, ScalarPort(model), image)
        #expect(right.verdict == .holds, "\(right.answers.map { "\($0.tap) \($0.verdict)" })")
        #expect(right.answers.count > 1, "else the reference flips no sign")
        var port = ScalarPort(model)
        let unit = Self.units(model)[fault.fault]
        let size = fault.key == UnitKey.weight ? (port.values["\(unit).\(fault.key)"]?.count ?? 0) / 24 : 1
        for place in fault.channel * size..<(fault.channel + 1) * size {
            guard let value = port.values["\(unit).\(fault.key)"]?[place] else { continue }
            port.values["\(unit).\(fault.key)"]?[place] =
                fault.key == UnitKey.weight ? value * (1 + fault.change) : value + fault.change
        }
        let found = try Self.bisect(model, port, image)
        #expect(
            found.verdict == .fails && found.wrong?.tap.name == unit,
            "\(found.verdict) \(found.answers.map { "\($0.tap) \($0.verdict)" })")
    }

    /// One tap alone shows no fault that its bound hides, and is not taken as right.
    @Test func withoutTheTapsBetweenNothingIsSaid() throws {
        let fault = Case(flips: 1, fault: 2)
        let image = try Self.image(fault)
        let model = try Self.model(fault, image)
        let found = try Self.bisect(model, ScalarPort(model), image) { $0 == "output" }
        #expect(found.verdict == .undecided && found.undecided == ["output"] && found.good == nil)
    }

    /// A port that sums in float32 is judged by that bound if it is said to be one.
    @Test func floatSumsHold() throws {
        for fault in [Case(flips: 1, fault: 2), Case(subject: .deblock, flips: 1, fault: 2)] {
            let image = try Self.image(fault)
            let model = try Self.model(fault, image)
            for form in [ReferenceForm.published, .exact] {
                let taps = try Self.reference(model, image, form)
                for kind in [SummationKind.float, .integer] {
                    let found = try SteppedBisection(
                        PortCheck(model, kernels: Kernels(threads: 2)), input: image, taps: VectorTaps(model.network) { _ in true },
                        port: kind
                    ).run { try #require(taps[$0.name]) }
                    #expect(found.verdict == .holds, "\(form), \(kind): \(found.answers.map { "\($0.tap) \($0.verdict)" })")
                }
            }
        }
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

    private static func reference(
        _ model: Model, _ image: FeatureMap<Float>, _ form: ReferenceForm
    ) throws -> [String: FeatureMap<Float>] {
        var taps: [String: FeatureMap<Float>] = [:]
        _ = try ReferencePath<Float>(model, form: form, kernels: Kernels(threads: 2)).run(image) { index, _, result in
            if let name = model.network.tapName(ofLayer: index) { taps[name] = result.output }
        }
        return taps
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
