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

/// Integer sums of a port in fixed point, judged as made in its formats.
@Suite struct FormattedSumsTests {
    /// The port's sums, of 16 bits each.
    private func sums(_ port: FixedPointPort) -> PortDump {
        var port = port
        var arrays: [PortDump.Array] = []
        port.observeSums = { prefix, map in
            arrays.append(
                PortDump.Array(
                    name: prefix + ".binary_conv", shape: [1, map.channels, map.height, map.width],
                    values: map.values.map(Double.init), storage: .int16))
        }
        _ = port.run(BudgetTests.pixels(port.model.network))
        return PortDump(arrays)
    }

    private func check(
        _ port: FixedPointPort, formats: PortFormats?, withInput: Bool = true
    ) throws -> PortReport {
        let input = try BudgetTests.image(BudgetTests.pixels(port.model.network))
        return try AccumulatorCheck(port.model, formats: formats, kernels: Kernels(threads: 2))
            .run(sums(port), input: withInput ? input : nil)
    }

    @Test(arguments: BudgetTests.cases) func rightSumsHold(_ subject: BudgetTests.Case) throws {
        let port = try BudgetTests.port(subject)
        let formats = try BudgetTests.formats(port)
        let report = try check(port, formats: formats)
        #expect(report.holds && report.diagnoses.isEmpty, "\(report.firstWrong ?? ""): \(report.modules)")
        #expect(report.formats == formats)
        #expect(try check(port, formats: formats, withInput: false).holds, "of an unknown input")
    }

    /// In float32 the same sums are a fault: that separates right in its formats from wrong.
    @Test func theFormatsAreWhatMakesThemRight() throws {
        let port = try BudgetTests.port(.init(name: "", formats: [.residual: .init(9, 3)]))
        #expect(try !check(port, formats: nil).holds)
        #expect(try check(port, formats: BudgetTests.formats(port)).holds)
    }

    /// Faults of a port whose accumulator holds every sum, and of one that loses some.
    @Test(arguments: [
        (FaultID("shift-missing"), nil), ("shift-missing", 8), ("slope-missing", nil), ("first-bias-missing", nil),
    ])
    func faultsAreFound(id: FaultID, bits: Int?) throws {
        var port = try BudgetTests.port(
            .init(name: "", subject: bits == nil ? .general : .wide, accumulator: bits.map { ($0, false) }))
        let formats = try BudgetTests.formats(port)
        try #require(BudgetTests.faults.first { $0.id == id }).make(&port)
        let report = try check(port, formats: formats)
        #expect(!report.holds)
        #expect(report.diagnoses.map(\.id) == [id])
    }

    /// An accumulator that is narrower than it is said to be.
    @Test func oneBitLessIsFound() throws {
        var port = try BudgetTests.port(.init(name: "", subject: .wide, accumulator: (9, false)))
        let formats = try BudgetTests.formats(port)
        #expect(try check(port, formats: formats).holds)
        port.accumulator = (7, false)
        #expect(try !check(port, formats: formats).holds)
    }
}
