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

/// Sums that are all zero are those of a network whose signs all are, and of no other.
@Suite struct ConstantSumsTests {
    @Test(arguments: [false, true]) func zerosAreRightWhereTheInputMakesThem(_ isKnown: Bool) throws {
        var model = try DiagnosisTests.model(.general)
        for name in model.values.keys where name.hasSuffix(".\(UnitKey.shift)") || name == "conv_first.bias" {
            model.values[name] = model.values[name]?.map { _ in 0 }
        }
        let index = try #require(model.network.unitIndices.first)
        let unit = try #require(model.network.layers[index].operation.unit)
        let image = FeatureMap<Float>(zeros: 3, height: 3, width: 3)
        let dump = PortDump([
            PortDump.Array(
                name: "\(model.network.layers[index].prefix).binary_conv", shape: [1, unit.outputs, 3, 3],
                values: [Double](repeating: 0, count: unit.outputs * 9), storage: .int16)
        ])
        let report = try AccumulatorCheck(model, kernels: Kernels(threads: 1)).run(dump, input: isKnown ? image : nil)
        let module = try #require(report.modules.first { $0.accumulators != nil })
        #expect(module.verdict == (isKnown ? .holds : .notCaptured))
        #expect(report.holds == isKnown)
    }
}
