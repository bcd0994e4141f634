import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUReporting
import BBCUWeightPacking
import TensorBytes
import TestSupport
import Testing

/// A right port passes, however it sums, stores and lays out what it dumps.
@Suite struct RightPortTests {
    @Test(arguments: NetworkFixture.having("input.npy").filter { $0.name != "nan" })
    func pyTorchsOwnRunsHold(_ network: NetworkFixture) throws {
        for file in ["published32.npz", "exact32.npz", "exact64.npz"] {
            guard network.files.contains(where: { $0.path.hasSuffix(file) }) else { continue }
            let check = PortCheck(try network.model(), kernels: try Kernels(threads: 2))
            let report = try check.run(try PortDump.read([network.path(file)]), input: try network.input())
            #expect(report.holds, "\(file): \(report.firstWrong ?? "")")
            #expect(report.comparedCount == report.modules.count)
        }
    }

    @Test(arguments: [DType.float16, .bfloat16])
    func aDumpRoundedTo16BitsHolds(_ dtype: DType) throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        var dump = ScalarPort(fixture.model).dump(fixture.image)
        for index in dump.arrays.indices {
            dump.arrays[index].values = dump.arrays[index].values.map { dtype.rounded($0) ?? $0 }
            dump.arrays[index].storage = dtype
        }
        let report = try fixture.check(dump)
        #expect(report.holds, "\(report.firstWrong ?? "")")
        // The same values in float32 would be a fault.
        for index in dump.arrays.indices { dump.arrays[index].storage = .float32 }
        #expect(try !fixture.check(dump).holds)
    }

    @Test func channelsLastIsFoundAndSaid() throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        var dump = ScalarPort(fixture.model).dump(fixture.image)
        dump.arrays = dump.arrays.map(\.channelsLast)
        let report = try fixture.check(dump)
        #expect(report.holds, "\(report.firstWrong ?? "")")
        #expect(report.noteTexts.contains("the dump is NHWC"))
    }

    @Test func namesAreMappedOrFoundByContent() throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        var dump = ScalarPort(fixture.model).dump(fixture.image)
        var names: [String: String] = [:]
        for index in dump.arrays.indices {
            names["layer\(index)"] = dump.arrays[index].name
            dump.arrays[index].name = "layer\(index)"
        }
        let mapped = try fixture.check(dump, names: names)
        #expect(mapped.holds && mapped.comparedCount == mapped.modules.count)
        let guessed = try fixture.check(dump)
        #expect(guessed.holds && guessed.comparedCount == guessed.modules.count)
        #expect(guessed.noteTexts.contains { $0.contains("by its size and content") })
    }

    @Test(arguments: [Family.bbcuM, .bbcuL, .denoise])
    func recordingsOfModulesThatWorkInPlaceHold(_ family: Family) throws {
        let network = try #require(
            family.network(Hyperparameters(features: 8, blocks: 3, upscale: family.isSuperResolution ? 2 : 1)))
        let fixture = try PortFixture(try BBCUModel.random(network))
        var taps: [(name: String, map: FeatureMap<Float>)] = []
        _ = try ReferencePath<Float>(fixture.model, form: .published, kernels: Kernels()).run(fixture.input) {
            index, _, result in
            let name = network.tapName(ofLayer: index)
            switch network.layers[index].operation {
            case .activation, .addScaledInput:
                // A pixel shuffle between them makes a new tensor.
                if network.tapName(ofLayer: index - 1) != nil { taps[taps.count - 1].map = result.output }
            default: if let name { taps.append((name, result.output)) }
            }
        }
        let dump = PortDump(
            taps.map { name, map in
                PortDump.Array(
                    name: name, shape: [1, map.channels, map.height, map.width],
                    values: map.channelMajorValues.map { Double($0) }, storage: .float32)
            })
        let report = try fixture.check(dump)
        let wrong = report.modules.filter { $0.verdict != .holds }.map {
            "\($0.name) \($0.verdict) \($0.likelyCause?.description ?? "")"
        }
        #expect(wrong.isEmpty)
        #expect(report.noteTexts.contains { $0.contains("in place") })
    }

    @Test func fewTapsAreEnoughAndTheOutputAlone() throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        let port = ScalarPort(fixture.model)
        for names in [["output"], ["conv_first", "upconv1"], ["body.1.body.0", "output"]] {
            let report = try fixture.check(port, only: Set(names))
            #expect(report.holds, "\(report.firstWrong ?? "")")
            #expect(report.comparedCount == names.count)
        }
        var wrong = port
        wrong.border = { _, _, _, _ in -1 }
        let report = try fixture.check(wrong, only: ["output"])
        #expect(report.firstWrong == "output")
        #expect(report.diagnoses.map(\.id) == ["padding-minus-one"])
    }

    @Test func withoutAnInputTheComparisonStartsAfterTheFirstModule() throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        let dump = ScalarPort(fixture.model).dump(fixture.image)
        let report = try fixture.check(dump, withInput: false)
        #expect(report.holds)
        #expect(report.modules.first?.verdict == .notCompared)
        #expect(report.modules.last?.verdict == .notCompared, "the skip reads the input")
        #expect(report.comparedCount == report.modules.count - 2)
        #expect(report.noteTexts.contains { $0.contains("without \(Advice.input)") })
    }
}

/// Arrays whose sizes are no module's.
@Suite struct WrongSizeTests {
    @Test(arguments: ["output", "body.0.body.1"])
    func aWrongSizeFails(_ name: String) throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        var dump = ScalarPort(fixture.model).dump(fixture.image)
        let index = try #require(dump.arrays.firstIndex { $0.name == name })
        let (height, width) = (dump.arrays[index].shape[2], dump.arrays[index].shape[3])
        dump.arrays[index].shape = [1, dump.arrays[index].shape[1], height - 1, width]
        dump.arrays[index].values.removeLast(dump.arrays[index].shape[1] * width)
        let report = try fixture.check(dump)
        #expect(!report.holds && report.firstWrong == name)
        #expect(report.modules.first { $0.name == name }?.verdict == .wrongSize)
        #expect(report.modules.allSatisfy { $0.name == name || $0.verdict == .holds })
    }

    @Test func flatArraysAndFurtherAxesOfOneHold() throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        var dump = ScalarPort(fixture.model).dump(fixture.image)
        for index in dump.arrays.indices {
            let shape = dump.arrays[index].shape
            dump.arrays[index].shape = index % 2 == 0 ? [shape.reduce(1, *)] : [1] + shape
        }
        let report = try fixture.check(dump)
        #expect(report.holds && report.comparedCount == report.modules.count, "\(report.firstWrong ?? "")")
    }

    @Test func arraysForOneModuleAndNamesOfNoneAreRefused() throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        let dump = ScalarPort(fixture.model).dump(fixture.image)
        for names in [["output": "nosuch"], ["absent": "output"], ["conv_first": "output"]] {
            #expect(throws: PortError.self) { try fixture.check(dump, names: names) }
        }
        #expect(throws: PortError.self) { try fixture.check(PortDump(dump.arrays + dump.arrays)) }
    }
}

/// Arrays that no run makes.
@Suite struct SuspicionTests {
    @Test(arguments: ["zero", "constant", "reused", "nan", "infinite"])
    func itIsSaid(_ kind: String) throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        var dump = ScalarPort(fixture.model).dump(fixture.image)
        let index = try #require(dump.arrays.firstIndex { $0.name == "body.1.body.0" })
        switch kind {
        case "zero": dump.arrays[index].values = dump.arrays[index].values.map { _ in 0 }
        case "constant": dump.arrays[index].values = dump.arrays[index].values.map { _ in 0.25 }
        case "reused": dump.arrays[index].values = dump.arrays[index - 1].values
        case "nan": dump.arrays[index].values[17] = .nan
        default: dump.arrays[index].values[17] = .infinity
        }
        let report = try fixture.check(dump)
        #expect(!report.holds)
        #expect(report.firstWrong == "body.1.body.0")
        let module = try #require(report.modules.first { $0.name == "body.1.body.0" })
        #expect(module.verdict == .notCaptured && module.likelyCause != nil)
        #expect(report.modules.allSatisfy { $0.name == module.name || $0.verdict == .holds }, "run from the one before")
    }
}

extension PortDump.Array {
    /// The same array as (1, H, W, C).
    var channelsLast: PortDump.Array {
        let (channels, height, width) = (shape[1], shape[2], shape[3])
        var result = self
        result.shape = [1, height, width, channels]
        for pixel in 0..<height * width {
            for channel in 0..<channels {
                result.values[pixel * channels + channel] = values[channel * height * width + pixel]
            }
        }
        return result
    }
}
