import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TestSupport
import Testing

/// Faults that show only on inputs with more rows than the small one on which every sign is certain.
@Suite struct SteppedBisectionTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let module: String
        /// Changes a module's output.
        let damage: @Sendable (inout ScalarPort.Map) -> Void
        var testDescription: String { "\(name) in \(module)" }
    }

    static let faults: [Fault] = ["conv_first", "body.0.body.1", "upconv1", "conv_last", "output"].flatMap { module in
        [
            Fault(name: "a row from 8 on is the one before", module: module) { map in
                for channel in 0..<map.channels where map.height > 8 {
                    for column in 0..<map.width { map[channel, 8, column] = map[channel, 7, column] }
                }
            },
            Fault(name: "columns from 16 on are zero", module: module) { map in
                for channel in 0..<map.channels {
                    for row in 0..<map.height where map.width > 16 { map[channel, row, 16] = 0 }
                }
            },
        ]
    }

    @Test(arguments: faults) func theModuleIsFoundOnTheLargerInput(_ fault: Fault) throws {
        let model = try DiagnosisTests.model(.general)
        var port = ScalarPort(model)
        port.damage = { name, map in if name == fault.module { fault.damage(&map) } }
        let small = try #require(
            DistinguishingInput.search(
                model, height: 4, width: 4, limits: .short(height: 4, width: 4), kernels: try Kernels(threads: 2)
            ).first)
        #expect(small.qualifies)
        let sure = try PortBisection(
            model, input: small.image, taps: Self.modules(model), port: .integer, kernels: Kernels(threads: 2)
        ).run { try Self.values(port, small.image, $0) }
        #expect(sure.verdict == .holds)
        let found = try Self.bisect(model, port, Self.noise)
        #expect(found.verdict == .fails && found.wrong?.tap.name == fault.module)
        #expect(found.suspects == [fault.module])
    }

    @Test func correctPortsHold() throws {
        let model = try DiagnosisTests.model(.general)
        for additions in ScalarPort.Additions.allCases {
            var port = ScalarPort(model)
            port.additions = additions
            #expect(try Self.bisect(model, port, Self.noise).verdict == .holds)
        }
        var taps: [String: FeatureMap<Float>] = [:]
        _ = try ReferencePath<Float>(model, form: .published, kernels: Kernels(threads: 2)).run(Self.noise) {
            index, _, result in
            if let name = model.network.tapName(ofLayer: index) { taps[name] = result.output }
        }
        let found = try SteppedBisection(
            PortCheck(model, kernels: Kernels(threads: 2)), input: Self.noise, taps: Self.modules(model)
        ).run { try #require(taps[$0.name]) }
        #expect(found.verdict == .holds)
    }

    /// A threshold that lies exactly at the port's own value: its sign is 0, that of the exact value is not. Nothing is wrong.
    @Test func signsThatACorrectPortFlipsAreNoFault() throws {
        var model = try DiagnosisTests.model(.general)
        let unit = "body.1.body.0"
        let before = try #require(
            ScalarPort(model).run(ScalarPort.Map(Self.noise)).first { $0.name == "body.0.body.1" }?.map)
        for channel in 0..<4 { model.values["\(unit).\(UnitKey.shift)"]?[channel] = -before[channel, 9, 5 + channel] }
        let port = ScalarPort(model)
        let found = try Self.bisect(model, port, Self.noise)
        #expect(found.verdict == .holds, "\(found.answers.map { "\($0.tap) \($0.verdict)" })")
    }

    @Test func numbersThatAreNoneAreFound() throws {
        let model = try DiagnosisTests.model(.general)
        var port = ScalarPort(model)
        port.damage = { name, map in
            if name == "body.1.body.1", map.height > 8 { map[2, 9, 3] = .nan }
        }
        let found = try Self.bisect(model, port, Self.noise)
        #expect(found.verdict == .fails && found.wrong?.tap.name == "body.1.body.1")
    }

    /// What a search does is bound by multiply-adds, so that it ends at the same place on any number of threads.
    @Test func aSearchForACertainInputIsBoundByItsWork() throws {
        let model = try DiagnosisTests.model(.general)
        for work in [1, 3e6, 3e7] as [Double] {
            let results = try [1, 3].map { threads in
                var limits = DistinguishingInput.Limits(tries: 4000, repairs: 2000)
                limits.work = work
                return try #require(
                    DistinguishingInput.search(
                        model, height: 16, width: 16, limits: limits, kernels: try Kernels(threads: threads)
                    ).first)
            }
            #expect(results[0].seed == results[1].seed && results[0].changes == results[1].changes)
            #expect(results[0].image.values == results[1].image.values && results[0].margins == results[1].margins)
            if work == 1 { #expect(results[0].changes == 0 && results[0].seed <= 8) }
        }
    }

    private static var noise: FeatureMap<Float> {
        get throws { try .noise(channels: 3, height: 10, width: 18, seed: 1) }
    }

    private static func modules(_ model: BBCUModel) -> VectorTaps {
        VectorTaps(model.network) { !VectorTaps.isInside($0) }
    }

    private static func bisect(_ model: BBCUModel, _ port: ScalarPort, _ image: FeatureMap<Float>) throws -> Bisection {
        let taps = port.run(ScalarPort.Map(image))
        return try SteppedBisection(
            PortCheck(model, kernels: Kernels(threads: 2)), input: image, taps: modules(model)
        ).run { tap in try map(try #require(taps.first { $0.name == tap.name }).map) }
    }

    private static func values(_ port: ScalarPort, _ image: FeatureMap<Float>, _ tap: PortTap) throws -> FeatureMap<
        Float
    > {
        try map(try #require(port.run(ScalarPort.Map(image)).first { $0.name == tap.name }).map)
    }

    private static func map(_ map: ScalarPort.Map) throws -> FeatureMap<Float> {
        try #require(
            FeatureMap(channels: map.channels, height: map.height, width: map.width, channelMajorValues: map.values))
    }
}
