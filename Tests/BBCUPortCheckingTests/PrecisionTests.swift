import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUNetworks
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUReporting
import BBCUWeightPacking
import TensorBytes
import Testing

/// Ports that compute in another arithmetic hold where it is stated, and their faults are found.
@Suite struct PrecisionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let precision: String
        let round: @Sendable (Double) -> Double
        var testDescription: String { precision }
    }

    static let cases = [
        Case(precision: "float16") { Double(Float16($0)) },
        Case(precision: "bfloat16") { value in
            let bits = Float(value).bitPattern
            return Double(Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000))
        },
        Case(precision: "fixed:10.10") { ($0 * 1024).rounded() / 1024 },
        // Cut off, as hardware does.
        Case(precision: "fixed:10.12") { ($0 * 4096).rounded(.down) / 4096 },
    ]

    /// A port that keeps parameters and what layers return in an arithmetic.
    private func port(_ model: BBCUModel, _ round: @escaping (Double) -> Double) -> ScalarPort {
        var port = ScalarPort(model)
        func rounded(_ value: Float) -> Float { Float(round(Double(value))) }
        for parameter in model.network.parameters where parameter.role != .latentWeight {
            port.values[parameter.key] = port.values[parameter.key]?.map(rounded)
        }
        port.alpha = { filter, _ in rounded(filter.reduce(0) { $0 + abs($1) } / Float(filter.count)) }
        port.store = rounded
        return port
    }

    @Test(arguments: cases)
    func aRightPortHoldsWhereItsArithmeticIsStated(_ subject: Case) throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        let arithmetic = try #require(Arithmetic(subject.precision))
        let right = port(fixture.model, subject.round)
        for names in [nil, ["output"], ["conv_first", "body.1.body.1", "output"]] as [Set<String>?] {
            let dump = right.dump(fixture.image, only: names)
            let report = try fixture.check(dump, arithmetic: arithmetic)
            let wrong = report.modules.filter { $0.verdict == .fails }.compactMap { module in
                module.local.map {
                    "\(module.name) \($0.share) \($0.rootMeanSquare) \($0.typicalDeviation ?? 0) \($0.range)"
                }
            }
            #expect(wrong.isEmpty, "\(names ?? [])")
            #expect(report.diagnoses.isEmpty)
            #expect(try !fixture.check(dump).holds, "in float32 it would be a fault")
        }
    }

    @Test(arguments: cases)
    func aFaultIsStillNamed(_ subject: Case) throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        let arithmetic = try #require(Arithmetic(subject.precision))
        var wrong = port(fixture.model, subject.round)
        wrong.alpha = { _, _ in 1 }
        let report = try fixture.check(wrong.dump(fixture.image), arithmetic: arithmetic)
        #expect(report.firstWrong == DiagnosisTests.unit)
        #expect(report.diagnoses.map(\.id) == ["alpha-missing"])
    }

    @Test func valuesThatDoNotFitAreSaid() throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        let dump = ScalarPort(fixture.model).dump(fixture.image)
        let report = try fixture.check(dump, arithmetic: .fixedPoint(integerBits: 2, fractionBits: 40))
        #expect(report.noteTexts.contains { $0.contains("beyond the largest fixed:2.40 number, 2.0") })
        let roomy = try fixture.check(dump, arithmetic: .fixedPoint(integerBits: 16, fractionBits: 4))
        #expect(!roomy.noteTexts.contains { $0.contains("beyond the largest") })
    }
}

/// Dumps that were stored in 16 bits.
@Suite struct HalfDumpTests {
    private func stored(_ dump: PortDump, _ dtype: DType = .float16) -> PortDump {
        var dump = dump
        for index in dump.arrays.indices {
            dump.arrays[index].values = dump.arrays[index].values.map { dtype.rounded($0) ?? $0 }
            dump.arrays[index].storage = dtype
        }
        return dump
    }

    @Test(arguments: [
        ["output"], ["conv_first", "body.1.body.0", "upconv1", "output"], ["body.0.body.1", "conv_last"],
    ])
    func aFewTapsOfARightPortHold(_ names: [String]) throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        let report = try fixture.check(stored(ScalarPort(fixture.model).dump(fixture.image, only: Set(names))))
        #expect(report.holds, "\(report.firstWrong ?? "")")
    }

    @Test(
        arguments: DiagnosisTests.faults.filter {
            $0.subject == .general && $0.id != "float16-activations" && $0.id != "wrong-root"
        })
    func aFaultIsNamed(_ fault: DiagnosisTests.Fault) throws {
        let fixture = try PortFixture(try DiagnosisTests.model(.general))
        var port = ScalarPort(fixture.model)
        fault.make(&port)
        let report = try fixture.check(stored(port.dump(fixture.image)))
        #expect(report.firstWrong == fault.module)
        let found = report.diagnoses.map(\.id)
        #expect(found.first == fault.id || fault.equivalents.contains(found.first ?? ""), "found \(found)")
    }
}
