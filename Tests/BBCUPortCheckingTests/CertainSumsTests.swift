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

/// Integer sums and outputs of an input on which no sign of a port with integer sums can flip: the bound is that of rounding.
@Suite struct CertainSumsTests {
    /// The units' sums and outputs of a port.
    private static func dump(_ port: ScalarPort, _ image: FeatureMap<Float>, withOutputs: Bool) throws -> PortDump {
        var port = port
        var all: [Int] = []
        let sum = port.sum
        port.sum = {
            let value = sum($0)
            all.append(value)
            return value
        }
        let taps = port.run(ScalarPort.Map(image))
        var arrays: [PortDump.Array] = []
        var next = 0
        for layer in port.network.layers {
            guard let unit = layer.operation.unit else { continue }
            let output = try #require(taps.first { $0.name == layer.prefix }?.map)
            let (height, width) = (output.height / unit.shuffleFactor, output.width / unit.shuffleFactor)
            let count = unit.outputs * height * width
            arrays.append(
                PortDump.Array(
                    name: layer.prefix + ".binary_conv", shape: [1, unit.outputs, height, width],
                    values: all[next..<next + count].map(Double.init), storage: .int16))
            next += count
            guard withOutputs else { continue }
            arrays.append(
                PortDump.Array(
                    name: layer.prefix, shape: [1, output.channels, output.height, output.width],
                    values: output.values.map(Double.init), storage: .float32))
        }
        #expect(next == all.count)
        return PortDump(arrays)
    }

    private static func check(_ model: BBCUModel, _ dump: PortDump, _ image: FeatureMap<Float>?) throws -> PortReport {
        try AccumulatorCheck(model, kernels: Kernels(threads: 2)).run(dump, input: image)
    }

    @Test(arguments: [false, true]) func correctPortsHold(_ withOutputs: Bool) throws {
        let subject = try CertainSignsTests.subject.get()
        for additions in ScalarPort.Additions.allCases {
            var port = ScalarPort(subject.model)
            (port.additions, port.fusesScale) = (additions, additions == .shortcutFirst)
            let dump = try Self.dump(port, subject.input.image, withOutputs: withOutputs)
            let report = try Self.check(subject.model, dump, subject.input.image)
            #expect(report.holds && report.isConclusive, "\(report.firstWrong ?? "")")
            #expect(report.modules.allSatisfy { ($0.accumulators?.expected?.doubtful ?? 0) == 0 })
        }
    }

    /// The signs closest to their thresholds, which the bound of sums in float32 leaves open.
    @Test(arguments: [1, 2, 3]) func anotherSignIsAFault(_ rank: Int) throws {
        let subject = try CertainSignsTests.subject.get()
        var port = ScalarPort(subject.model)
        var margins: [Float] = []
        let sign = port.sign
        port.sign = {
            margins.append(abs($0 + $1))
            return sign($0, $1)
        }
        _ = port.run(ScalarPort.Map(subject.input.image))
        let place = margins.indices.sorted { margins[$0] < margins[$1] }[rank - 1]
        var calls = 0
        port.sign = {
            calls += 1
            return calls == place + 1 ? -sign($0, $1) : sign($0, $1)
        }
        let dump = try Self.dump(port, subject.input.image, withOutputs: false)
        let report = try Self.check(subject.model, dump, subject.input.image)
        #expect(!report.holds && report.firstWrong != nil)
    }

    @Test(arguments: [UnitKey.firstBias, UnitKey.secondBias, UnitKey.slope], [false, true])
    func aSmallFaultOfAnOutputIsOne(_ key: String, _ withInput: Bool) throws {
        let subject = try CertainSignsTests.subject.get()
        let unit = "body.6.body.1"
        var port = ScalarPort(subject.model)
        for channel in 0..<8 { port.values["\(unit).\(key)"]?[channel] += 1e-3 }
        let dump = try Self.dump(port, subject.input.image, withOutputs: true)
        let report = try Self.check(subject.model, dump, withInput ? subject.input.image : nil)
        #expect(!report.holds && report.firstWrong == unit, "\(report.firstWrong ?? "holds")")
    }

    /// An input on which signs are in doubt is judged as before.
    @Test func doubtfulSignsKeepTheWideBound() throws {
        let subject = try CertainSignsTests.subject.get()
        let image = try FeatureMap<Float>.noise(channels: 3, height: 12, width: 12, seed: 3)
        let dump = try Self.dump(ScalarPort(subject.model), image, withOutputs: false)
        let report = try Self.check(subject.model, dump, image)
        #expect(report.holds)
        #expect(report.modules.contains { ($0.accumulators?.expected?.doubtful ?? 0) > 0 })
    }
}
