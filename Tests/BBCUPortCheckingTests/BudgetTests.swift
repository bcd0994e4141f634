import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes
import TestSupport
import Testing

/// A network in given formats computes what a port of integers and shifts does, to the last bit.
@Suite struct BudgetTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var subject = DiagnosisTests.Subject.general
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
        let model = try DiagnosisTests.model(subject.subject)
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

    static func pixels(_ network: BBCUNetwork) -> FixedPointPort.Map {
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
            let report = try budget.run(
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

    /// The dump of an integer port, as numbers or as the integers themselves.
    private func dump(_ port: FixedPointPort, only names: Set<String>? = nil, raw: Bool = false) -> PortDump {
        PortDump(
            port.run(Self.pixels(port.model.network)).filter { names?.contains($0.name) ?? true }.map { tap in
                let step = raw ? 1 : Double(1 << tap.fraction)
                return PortDump.Array(
                    name: tap.name, shape: [1, tap.map.channels, tap.map.height, tap.map.width],
                    values: tap.map.values.map { Double($0) / step }, storage: raw ? .int32 : .float32)
            })
    }

    private func check(_ port: FixedPointPort, _ dump: PortDump, formats: PortFormats?) throws -> PortReport {
        try PortCheck(port.model, formats: formats, kernels: Kernels(threads: 2)).run(
            dump, input: Self.image(Self.pixels(port.model.network)))
    }

    @Test(arguments: cases)
    func aRightDumpHoldsInItsFormatsAlone(_ subject: Case) throws {
        let port = try Self.port(subject)
        let formats = try Self.formats(port)
        for names in [nil, ["output"]] as [Set<String>?] {
            for raw in [false, true] {
                let report = try check(port, dump(port, only: names, raw: raw), formats: formats)
                #expect(report.holds, "\(report.firstWrong ?? "")")
                #expect(report.diagnoses.isEmpty)
            }
        }
        let dump = dump(port)
        #expect(try !check(port, dump, formats: nil).holds, "in float32 it would be a fault")
        var other = formats
        try other.set("residual", "fixed:12.7")
        #expect(try !check(port, dump, formats: other).holds, "nor in other formats")
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let module: String
        var id: FaultID?
        let make: @Sendable (inout FixedPointPort) -> Void
        var testDescription: String { name }
    }

    static let unit = "body.0.body.1"

    /// One thing wrong at the right precision.
    static let faults: [Fault] = [
        Fault(name: "cut off in place of rounded", module: "conv_first", id: "format-rounding") {
            $0.divide = { n, d in n >= 0 ? n / d : -((-n + d - 1) / d) }
        },
        Fault(name: "half away from zero", module: "body.0.body.0", id: "format-rounding") {
            $0.divide = { n, d in n >= 0 ? (2 * n + d) / (2 * d) : -((-2 * n + d) / (2 * d)) }
        },
        Fault(name: "half up", module: "body.0.body.0", id: "format-rounding") {
            $0.divide = { n, d in Int((Double(2 * n + d) / Double(2 * d)).rounded(.down)) }
        },
        Fault(name: "alphas off by one last place", module: unit) {
            $0.parameter = { name, channel, units in name == unit + ".alpha" && channel % 2 == 1 ? units + 1 : units }
        },
        Fault(name: "one value off by one last place", module: unit) {
            $0.damage = { name, map in if name == unit { map.values[77] += 1 } }
        },
        Fault(name: "a float weight off by one last place", module: "conv_last") {
            $0.parameter = { name, place, units in name == "conv_last.weight" && place == 40 ? units + 1 : units }
        },
        Fault(name: "no first bias", module: "body.0.body.0", id: "first-bias-missing") {
            $0.parameter = { name, _, units in name.hasSuffix("pr_bias0.bias") ? 0 : units }
        },
        Fault(name: "no shift", module: "body.0.body.0", id: "shift-missing") {
            $0.parameter = { name, _, units in name.hasSuffix("move0.bias") ? 0 : units }
        },
        Fault(name: "slopes of 1", module: "body.0.body.0", id: "slope-missing") {
            let one = 1 << base[.slope]!.fraction
            $0.parameter = { name, _, units in name.hasSuffix("pr_prelu.weight") ? one : units }
        },
    ]

    @Test(arguments: faults)
    func oneFaultAtTheRightPrecisionIsFound(_ fault: Fault) throws {
        var port = try Self.port(Case(name: ""))
        let formats = try Self.formats(port)
        fault.make(&port)
        let report = try check(port, dump(port), formats: formats)
        #expect(report.firstWrong == fault.module)
        #expect(report.diagnoses.map(\.id) == (fault.id.map { [$0] } ?? []))
    }

    /// A port that wraps round where its formats are said to saturate, and one that does the opposite.
    @Test(arguments: [true, false])
    func anOverflowThatGoesTheOtherWayIsNamed(_ wraps: Bool) throws {
        var port = try Self.port(Case(name: "", formats: [.residual: .init(5, 6)]))
        for tensor in port.formats.keys { port.formats[tensor]?.wraps = !wraps }
        let formats = try Self.formats(port)
        #expect(try check(port, dump(port), formats: formats).holds)
        for tensor in port.formats.keys { port.formats[tensor]?.wraps = wraps }
        let report = try check(port, dump(port), formats: formats)
        #expect(!report.holds && report.diagnoses.map(\.id) == ["format-overflow"])
    }

    /// Every format costs something, so the forecast and the count grow as fraction bits go.
    @Test func theForecastIsOfTheSizeOfTheCount() throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 24, blocks: 4, upscale: 2)))
        let model = try BBCUModel.random(network, seed: 8)
        let image = try FeatureMap<Float>.noise(channels: 3, height: 24, width: 24, seed: 3)
        let budget = try Budget(model, image: image, kernels: Kernels(threads: 2))
        for (tensor, format) in [
            ("residual", "fixed:9.6"), ("residual", "fixed:9.9"), ("residual", "bfloat16"), ("residual", "float16"),
            ("alpha", "fixed:1.10"), ("scaled-input", "fixed:9.4"), ("slope", "fixed:2.6"), ("bias", "fixed:3.7"),
            ("weight", "fixed:1.8"), ("shift", "fixed:3.5"), ("branch", "fixed:9.6"), ("product", "fixed:9.6"),
        ] {
            var formats = PortFormats()
            try formats.set(tensor, format)
            let report = try budget.run(formats)
            let ratio = report.forecastFlips / Double(max(1, report.flips))
            #expect((0.3...3).contains(ratio), "\(tensor) \(format): \(report.forecastFlips), \(report.flips)")
        }
        let none = try budget.run(PortFormats())
        #expect(none.flips == 0 && none.forecastFlips == 0 && none.psnr == nil && none.overflows == 0)
    }

    @Test func kTimesXDoesNotFitEightIntegerBits() throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 64, blocks: 1, upscale: 2)))
        let model = try BBCUModel.random(network)
        #expect(model.network.amplification == 130)
        var values = [Float](repeating: 0.5, count: 6 * 5 * 3)
        values[7] = 1
        let image = try #require(FeatureMap(channels: 3, height: 6, width: 5, values: values))
        let budget = try Budget(model, image: image, kernels: Kernels(threads: 1))
        for (format, overflows) in [("fixed:8.8", 1), ("fixed:9.8", 0), ("fixed:8.8:wrap", 1)] {
            var formats = PortFormats()
            try formats.set("scaled-input", format)
            let report = try budget.run(formats)
            let use = try #require(report.tensors.first { $0.name == "scaled-input" }?.use)
            #expect(use.overflows == overflows && use.integerBits == 9 && use.maximum == 130)
            #expect(report.modules.first?.overflows == overflows)
        }
    }

    @Test func theCheapestFormatsReachWhatIsWantedAndOneBitLessDoesNot() throws {
        let port = try Self.port(Case(name: ""))
        let image = try Self.image(Self.pixels(port.model.network))
        let budget = try Budget(port.model, image: image, kernels: Kernels(threads: 2))
        var given = PortFormats()
        try given.set("alpha", "fixed:1.16")
        let report = try budget.cheapest(given, want: 45)
        #expect(report.holds && (report.psnr ?? .infinity) >= 45)
        #expect(report.formats.tensors[.alpha]?.text == "fixed:1.16", "what is given stays")
        // What costs most was looked for first, with everything else at its finest.
        let first = try #require(report.search?.tensors.first.flatMap { StoredTensor(rawValue: $0) })
        let text = try #require(report.formats.tensors[first]?.text)
        let bits = try #require(text.split(separator: ".").last.flatMap { Int($0) })
        var coarser = report.formats
        try coarser.set(first.rawValue, text.split(separator: ".")[0] + ".\(bits - 1)")
        #expect(try (budget.run(coarser).psnr ?? .infinity) < 45)
        try given.set("residual", "fixed:9.0")
        #expect(try !budget.cheapest(given, want: 60).holds)
    }

    @Test(arguments: [
        "[]", "{}", #"{"formats": []}"#, #"{"formats": [{"tensor": "residual"}]}"#,
        #"{"formats": [{"tensor": "residual", "format": "fixed:9"}]}"#,
        #"{"formats": [{"tensor": "nosuch", "format": "float16"}]}"#,
        #"{"formats": [{"tensor": "accumulator", "format": "1"}]}"#,
        #"{"formats": [{"tensor": "alpha", "format": "float16"}, {"tensor": "alpha", "format": "float16"}]}"#,
    ])
    func whatIsNoFormatsIsRefused(_ text: String) {
        #expect(throws: PortError.self) { try PortFormats(json: Array(text.utf8)) }
    }
}
