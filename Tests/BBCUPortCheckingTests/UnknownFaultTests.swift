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

/// Faults of no known kind are found and placed, and nothing is claimed of them.
@Suite struct UnknownFaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let module: String
        let make: @Sendable (inout ScalarPort) -> Void
        var testDescription: String { name }
    }

    static let faults: [Fault] = [
        Fault(name: "a float weight off by 1 %", module: "conv_first") {
            $0.values["conv_first.weight"]?[100] *= 1.01
        },
        Fault(name: "a sign flipped", module: "body.1.body.0") {
            $0.values["body.1.body.0.binary_conv.weight"]?[77].negate()
        },
        Fault(name: "two channels swapped in one layer", module: "body.0.body.1") {
            $0.damage = { name, map in
                guard name == "body.0.body.1" else { return }
                let size = map.height * map.width
                for index in 0..<size { map.values.swapAt(5 * size + index, 6 * size + index) }
            }
        },
        Fault(name: "a dropped row", module: "upconv1") {
            $0.damage = { name, map in
                guard name == "upconv1" else { return }
                for channel in 0..<map.channels {
                    for column in 0..<map.width { map[channel, 5, column] = 0 }
                }
            }
        },
        Fault(name: "a slope off in one channel", module: "body.1.body.1") {
            $0.values["body.1.body.1.relu.pr_prelu.weight"]?[9] += 0.05
        },
        Fault(name: "one value stuck", module: "conv_hr") {
            $0.damage = { name, map in if name == "conv_hr" { map[3, 4, 5] += 0.01 } }
        },
        Fault(name: "a bias of another channel in the last layer", module: "conv_last") {
            $0.values["conv_last.bias"]?.swapAt(0, 2)
        },
        Fault(name: "columns moved by one", module: "body.0.body.0") {
            $0.damage = { name, map in
                guard name == "body.0.body.0" else { return }
                let before = map
                for channel in 0..<map.channels {
                    for row in 0..<map.height {
                        for column in 1..<map.width { map[channel, row, column] = before[channel, row, column - 1] }
                    }
                }
            }
        },
    ]

    @Test(arguments: faults)
    func faultIsPlacedAndLeftUndiagnosed(_ fault: Fault) throws {
        let model = try DiagnosisTests.model(.general)
        var port = ScalarPort(model)
        fault.make(&port)
        let report = try PortFixture(model).check(port)
        #expect(report.firstWrong == fault.module)
        #expect(report.diagnoses.isEmpty, "\(report.diagnoses.map(\.id))")
        #expect(
            report.modules.filter { $0.verdict == .fails }.map(\.name) == [fault.module], "the later ones are right")
    }

    @Test func theFirstOfTwoFaultsIsNamed() throws {
        let model = try DiagnosisTests.model(.general)
        var port = ScalarPort(model)
        port.values["body.0.body.1.move0.bias"] = [Float](repeating: 0, count: 24)
        port.skip = { ScalarPort.nearest($0, $1) }
        let report = try PortFixture(model).check(port)
        #expect(report.firstWrong == "body.0.body.1")
        #expect(report.diagnoses.map(\.id) == ["shift-missing"])
        #expect(report.modules.filter { $0.verdict == .fails }.map(\.name) == ["body.0.body.1", "output"])
        #expect(
            report.diagnoses.first?.others.map { [$0.holding, $0.compared] } == [0, 1], "the other has its own fault")
    }
}

/// What a diagnosis says of the other wrong modules.
@Suite struct OtherModulesTests {
    @Test func oneMistakeInEveryUnitIsSaidToBeOne() throws {
        let model = try DiagnosisTests.model(.general)
        var port = ScalarPort(model)
        port.border = { _, _, _, _ in -1 }
        let report = try PortFixture(model).check(port)
        let wrong = report.modules.count { $0.verdict == .fails }
        #expect(wrong == model.network.unitIndices.count)
        #expect(report.diagnoses.map { $0.others?.holding } == [wrong - 1])
    }

    @Test func aWrongFirstModuleDoesNotBlameTheNext() throws {
        let model = try DiagnosisTests.model(.general)
        var port = ScalarPort(model)
        (port.factorIn, port.factorOut) = (1, 1)
        let report = try PortFixture(model).check(port)
        #expect(report.modules.filter { $0.verdict == .fails }.map(\.name) == ["conv_first", "output"])
    }
}

/// An input and a check of ports on it.
struct PortFixture {
    let model: BBCUModel
    let image: ScalarPort.Map
    let input: FeatureMap<Float>

    init(_ model: BBCUModel) throws {
        self.model = model
        image = DiagnosisTests.image(model.network)
        input = try #require(
            FeatureMap(
                channels: image.channels, height: image.height, width: image.width, channelMajorValues: image.values))
    }

    func check(_ port: ScalarPort, only names: Set<String>? = nil) throws -> PortReport {
        try check(port.dump(image, only: names))
    }

    func check(
        _ dump: PortDump, names: [String: String] = [:], withInput: Bool = true, arithmetic: Arithmetic = .float32
    ) throws -> PortReport {
        try PortCheck(model, arithmetic: arithmetic, kernels: Kernels(threads: 2)).run(
            dump, input: withInput ? input : nil, names: names)
    }
}
