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

/// The final image alone, of an input on which no sign can flip: the bound is that of rounding, and faults that the bound of
/// flipped signs would hide fail.
@Suite struct CertainSignsTests {
    /// The trained network with such an input.
    struct Subject: Sendable {
        let model: BBCUModel
        let input: DistinguishingInput

        init() throws {
            model = try LoadedModel(fixture("bbcum_x2_trained.pth"), NetworkRequest()).model
            input = try #require(
                DistinguishingInput.search(
                    model, height: 3, width: 4, seed: 1, limits: .init(tries: 200, repairs: 0),
                    kernels: try Kernels(threads: 2)
                ).first)
        }

        func check(_ output: FeatureMap<Float>) throws -> PortReport {
            let array = PortDump.Array(
                name: "output", shape: [1, output.channels, output.height, output.width],
                values: output.channelMajorValues.map(Double.init), storage: .float32)
            return try PortCheck(model, kernels: Kernels(threads: 2)).run(
                PortDump([array]), input: input.image, diagnoses: false)
        }

        /// The output of the 1-bit path on another model.
        func output(_ change: (inout BBCUModel) -> Void) throws -> FeatureMap<Float> {
            var wrong = model
            change(&wrong)
            return try BinarizedPath(wrong, kernels: Kernels(threads: 2)).run(input.image)
        }
    }

    static let subject = Result { try Subject() }

    @Test func theInputIsCertainForIntegerSumsAlone() throws {
        let subject = try Self.subject.get()
        #expect(subject.input.qualifies)
        let float = DistinguishingInput.judging(
            subject.input.image, subject.model, port: .float, kernels: try Kernels(threads: 2))
        #expect(float.margins.violations > 0, "else the wide bound would be narrow too")
    }

    @Test func correctPortsHold() throws {
        let subject = try Self.subject.get()
        for additions in ScalarPort.Additions.allCases {
            for fuses in [false, true] {
                var port = ScalarPort(subject.model)
                (port.additions, port.fusesScale) = (additions, fuses)
                let made = try #require(port.run(ScalarPort.Map(subject.input.image)).last).map
                let map = try #require(
                    FeatureMap<Float>(
                        channels: made.channels, height: made.height, width: made.width, channelMajorValues: made.values
                    ))
                let report = try subject.check(map)
                #expect(report.holds && report.isConclusive, "\(additions), fused \(fuses)")
            }
        }
        for form in [ReferenceForm.published, .exact] {
            let path = try ReferencePath<Float>(subject.model, form: form, kernels: Kernels(threads: 2))
            let report = try subject.check(try path.run(subject.input.image))
            #expect(report.holds && report.isConclusive, "\(form)")
        }
        #expect(try subject.check(try subject.output { _ in }).isConclusive)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        /// The end of the keys that it changes.
        let key: String
        /// The unit that it is in; all where it is nil.
        var unit: String?
        let change: @Sendable ([Float]) -> [Float]
        var testDescription: String { "\(name) in \(unit ?? "all")" }
    }

    private static let unit = "body.6.body.1"
    private static let channels = 64

    static let faults: [Fault] = [
        Fault(name: "shifts doubled", key: UnitKey.shift) { $0.map { 2 * $0 } },
        Fault(name: "a constant slope", key: UnitKey.slope) { $0.map { _ in 0.25 } },
        Fault(name: "the last bias twice", key: "conv_last.bias") { $0.map { 2 * $0 } },
        Fault(name: "the last bias missing", key: "conv_last.bias") { $0.map { _ in 0 } },
        Fault(name: "shifts doubled", key: UnitKey.shift, unit: unit) { $0.map { 2 * $0 } },
        Fault(name: "shifts missing", key: UnitKey.shift, unit: unit) { $0.map { _ in 0 } },
        Fault(name: "shifts negated", key: UnitKey.shift, unit: unit) { $0.map { -$0 } },
        Fault(name: "a constant slope", key: UnitKey.slope, unit: unit) { $0.map { _ in 0.25 } },
        Fault(name: "the first slope", key: UnitKey.slope, unit: unit) { slopes in slopes.map { _ in slopes[0] } },
        Fault(name: "the slope before", key: UnitKey.slope, unit: unit) { Array($0.suffix(1) + $0.dropLast()) },
        Fault(name: "no first bias", key: UnitKey.firstBias, unit: unit) { $0.map { _ in 0 } },
        Fault(name: "no second bias", key: UnitKey.secondBias, unit: unit) { $0.map { _ in 0 } },
        Fault(name: "bits inverted", key: UnitKey.weight, unit: unit) { $0.map { -$0 } },
        Fault(name: "alpha twice", key: UnitKey.weight, unit: unit) { $0.map { 2 * $0 } },
        Fault(name: "kernels turned round", key: UnitKey.weight, unit: unit) { weights in
            weights.indices.map { weights[$0 / 9 * 9 + 8 - $0 % 9] }
        },
        Fault(name: "channels reversed", key: UnitKey.weight, unit: unit) { weights in
            weights.indices.map { index in
                let (filter, place) = (index / (9 * channels), index % (9 * channels))
                return weights[filter * 9 * channels + (channels - 1 - place / 9) * 9 + place % 9]
            }
        },
        Fault(name: "a filter turned over", key: UnitKey.weight, unit: unit) { weights in
            weights.enumerated().map { $0 < 9 * channels ? -$1 : $1 }
        },
    ]

    @Test(arguments: faults) func theOutputAloneShowsIt(_ fault: Fault) throws {
        let subject = try Self.subject.get()
        let output = try subject.output { model in
            let keys = model.values.keys.filter { key in
                fault.unit.map { key == "\($0).\(fault.key)" } ?? key.hasSuffix(fault.key)
            }
            #expect(!keys.isEmpty)
            for key in keys { model.values[key] = model.values[key].map(fault.change) }
        }
        let report = try subject.check(output)
        #expect(!report.holds && report.firstWrong == "output")
        #expect(report.modules.last?.local?.isLoose == false)
    }

    /// An image whose signs are in doubt is judged as before.
    @Test func doubtfulSignsKeepTheWideBound() throws {
        let subject = try Self.subject.get()
        let image = try FeatureMap<Float>.noise(channels: 3, height: 12, width: 12, seed: 3)
        let output = try BinarizedPath(subject.model, kernels: Kernels(threads: 2)).run(image)
        let array = PortDump.Array(
            name: "output", shape: [1, output.channels, output.height, output.width],
            values: output.channelMajorValues.map(Double.init), storage: .float32)
        let report = try PortCheck(subject.model, kernels: Kernels(threads: 2)).run(
            PortDump([array]), input: image, diagnoses: false)
        #expect(report.holds && !report.isConclusive && report.loose.map(\.name) == ["output"])
    }
}

/// What cannot be run in the port's arithmetic is not taken as an error of 0.
@Suite struct UnknownErrorTests {
    /// The layers make 1e30 of their input in float64 and squares of it in the published form; values beyond float32 have no
    /// reference, and the bound alone judges.
    @Test func whatCannotBeRunIsSaid() throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        var dump = ScalarPort(fixture.model).dump(fixture.image, only: ["conv_first", "body.0.body.0"])
        let start = try #require(dump.arrays.firstIndex { $0.name == "conv_first" })
        dump.arrays[start].values[0] = 1e39
        dump.arrays[start].storage = .float64
        let report = try fixture.check(dump)
        #expect(
            report.noteTexts.contains { $0.contains("body.0.body.0: only the bound judges it") }, "\(report.noteTexts)")
        let module = try #require(report.modules.first { $0.name == "body.0.body.0" })
        #expect(module.local?.commonError == nil)
    }
}
