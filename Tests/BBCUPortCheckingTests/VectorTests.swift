import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUKit
import BBCUNetworks
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TestSupport
import Testing

/// On the inputs that a search finds, ports made independently have the expected signs and sums bit for bit; on others
/// nothing of the kind is claimed.
@Suite struct DistinguishingInputTests {
    @Test(arguments: [DiagnosisTests.Subject.general, .wide, .zeros, .deblock])
    func rightPortsHaveTheExpectedSignsAndSums(_ subject: DiagnosisTests.Subject) throws {
        let fixture = try VectorFixture(subject)
        #expect(fixture.inputs.count == 3)
        for input in fixture.inputs {
            let vector = PortVector(input, name: "image")
            let expected = fixture.search.items(vector, taps: fixture.taps)
            let exact = expected.filter { $0.kind == .signs || $0.kind == .sums }
            #expect(
                exact.allSatisfy { $0.tolerance == 0 } && exact.count == 2 * fixture.model.network.unitIndices.count)
            for additions in ScalarPort.Additions.allCases {
                for fuses in [false, true] {
                    var port = fixture.port
                    (port.additions, port.fusesScale) = (additions, fuses)
                    let (integers, dump) = port.recorded(input.image)
                    #expect(integers == exact.flatMap(\.integers), "\(additions), fused \(fuses)")
                    #expect(fixture.differing(dump, from: expected).isEmpty, "\(additions), fused \(fuses)")
                }
            }
        }
    }

    /// The same image, with the threshold of one channel moved to within the bound of a value, or not quite.
    @Test(arguments: [0, 0.5, 0.99, 1.01, 3])
    func aMarginWithinItsBoundDoesNotQualify(_ share: Double) throws {
        let fixture = try VectorFixture(.general)
        let input = try #require(fixture.inputs.first)
        let worst = try #require(input.margins.worst)
        let key = "\(worst.unit).\(UnitKey.shift)"
        var model = fixture.model
        // A right port's own value there.
        let port = ScalarPort(model)
        let layer = try #require(model.network.layers.firstIndex { $0.prefix == worst.unit })
        let values = try #require(fixture.inputs(ofLayer: layer, port, input.image))
        let value = values[worst.place.channel, worst.place.row, worst.place.column]
        model.values[key]?[worst.place.channel] = Float(share * worst.bound) - value
        let judged = DistinguishingInput.judging(input.image, model, kernels: try Kernels(threads: 2))
        // The port's value is itself only within a bound of ours, so that 1.01 may fail; 0.99 must.
        #expect(judged.qualifies == (share > 2) || share == 1.01)
        if share < 1 { #expect(judged.margins.violations >= 1 && judged.worstRatio <= 1) }
    }

    /// Sums in float on the trained network: at 2x2 one image in a hundred is sure, at this size none.
    @Test func whatDoesNotQualifyIsNotReturnedAsFound() throws {
        let model = try LoadedModel(fixture("bbcum_x2_trained.pth"), NetworkRequest()).model
        let kernels = try Kernels(threads: 2)
        let found = DistinguishingInput.search(
            model, height: 4, width: 4, port: .float, limits: .init(tries: 20, repairs: 8), kernels: kernels)
        #expect(found.count == 1 && !found[0].qualifies && found[0].worstRatio < 1)
        let judged = DistinguishingInput.judging(found[0].image, model, port: .float, kernels: kernels)
        #expect(judged.margins == found[0].margins)
        // The same image may be sure where sums are integers.
        let integer = DistinguishingInput.judging(found[0].image, model, kernels: kernels)
        #expect(integer.margins.violations < judged.margins.violations)
    }

    @Test func repairEndsWithAnInputThatQualifies() throws {
        let fixture = try VectorFixture(.general)
        let kernels = try Kernels(threads: 2)
        // An image that fails is what repair starts from.
        let failing = try #require(
            (1...400).lazy.map(UInt64.init).first { seed in
                !DistinguishingInput.search(
                    fixture.model, height: 10, width: 10, seed: seed, limits: .init(tries: 1, repairs: 0),
                    kernels: kernels)[0].qualifies
            })
        let repaired = DistinguishingInput.search(
            fixture.model, height: 10, width: 10, seed: failing, limits: .init(tries: 1, repairs: 400), kernels: kernels
        )[0]
        #expect(repaired.qualifies && repaired.changes > 0 && repaired.seed == failing)
        let (integers, _) = fixture.port.recorded(repaired.image)
        let expected = fixture.search.items(PortVector(repaired, name: "image"), taps: fixture.taps)
        #expect(integers == expected.filter { $0.kind == .signs || $0.kind == .sums }.flatMap(\.integers))
    }

    @Test func theSearchDoesNotDependOnThreads() throws {
        let fixture = try VectorFixture(.general)
        let results = try [1, 3].map { threads in
            DistinguishingInput.search(
                fixture.model, height: 5, width: 4, count: 5, limits: .init(tries: 60, repairs: 10),
                kernels: try Kernels(threads: threads))
        }
        #expect(results[0].map(\.seed) == results[1].map(\.seed))
        #expect(results[0].map(\.margins) == results[1].map(\.margins))
    }
}

/// What the detection matrix says, held against ports in scalar loops.
@Suite struct KillMatrixTests {
    /// Every fault of the scalar port differs from the expected values on some image, as the matrix says.
    @Test(arguments: DiagnosisTests.faults)
    func aKilledFaultShows(_ fault: DiagnosisTests.Fault) throws {
        let fixture = try VectorFixture.of(fault.subject)
        let ids = Set(fixture.matrix.faults.filter { $0.status == .killed }.map(\.id))
        #expect(ids.contains(fault.id))
        let images = Set(fixture.matrix.vectors.filter { $0.layer == nil }.map(\.name))
        let names = Set(fixture.matrix.faults.filter { $0.id == fault.id }.map(\.name))
        let kills = fixture.matrix.kills.filter { names.contains($0.fault) && images.contains($0.vector) }
        var port = fixture.port
        fault.make(&port)
        let seen = fixture.images.filter { vector, expected in
            !fixture.differing(port.recorded(vector.map).dump, from: expected).isEmpty
        }
        #expect(seen.isEmpty == kills.isEmpty, "seen on \(seen.map(\.0.name))")
        // check-port sees it with the same vectors.
        let other = try DiagnosisTests.model(fault.subject, seed: 77)
        let check = PortCheck(
            fixture.model, alternatives: [(root: "params", model: other)], kernels: try Kernels(threads: 2))
        for (vector, _) in seen {
            let report = try check.run(port.recorded(vector.map).dump, input: vector.map, diagnoses: false)
            #expect(!report.holds, "\(vector.name)")
        }
    }

    @Test(arguments: [DiagnosisTests.Subject.general, .wide, .large, .zeros, .deblock])
    func everyIdHasAPlaceAndEveryPairAWord(_ subject: DiagnosisTests.Subject) throws {
        let fixture = try VectorFixture.of(subject)
        let matrix = fixture.matrix
        let ids = Set(matrix.faults.map(\.id))
        #expect(Set(DiagnosisTests.faults.map(\.id)).isSubset(of: ids))
        #expect(Set(matrix.faults.map(\.name)).count == matrix.faults.count)
        for fault in matrix.faults {
            let isShown = matrix.kills.contains { $0.fault == fault.name }
            #expect(isShown == (fault.status == .killed), "\(fault.name)")
            #expect((fault.reason != nil) == [.equivalent, .notApplicable].contains(fault.status), "\(fault.name)")
        }
        #expect(matrix.faults.filter { $0.status == .survived }.map(\.name) == [])
        #expect(matrix.inseparable.filter { !$0.isProved }.map(\.faults) == [])
    }

    @Test func whatCannotOccurIsSaidWithItsReason() throws {
        func statuses(_ subject: DiagnosisTests.Subject, _ id: FaultID) throws -> Set<PortFault.Status> {
            Set(try VectorFixture.of(subject).matrix.faults.filter { $0.id == id }.map(\.status))
        }
        #expect(try statuses(.wide, "tail-bits-unmasked") == [.notApplicable])
        #expect(try statuses(.general, "tail-bits-unmasked") == [.notApplicable, .killed])
        #expect(try statuses(.general, "alpha-after-clamp") == [.equivalent])
        #expect(try statuses(.large, "alpha-after-clamp") == [.killed])
        #expect(try statuses(.zeros, "shift-missing") == [.equivalent])
        #expect(try statuses(.zeros, "shift-after-sign") == [.equivalent])
        #expect(try statuses(.zeros, "skip-nearest") == [.notApplicable])
        #expect(try statuses(.general, "skip-added") == [.notApplicable])
        #expect(try statuses(.general, "sign-of-zero-plus-one") == [.killed])
    }

    /// What is said to change nothing changes nothing in the scalar port.
    @Test(arguments: [(DiagnosisTests.Subject.general, FaultID("alpha-after-clamp")), (.zeros, "shift-missing")])
    func anEquivalentFaultChangesNothing(_ subject: DiagnosisTests.Subject, _ id: FaultID) throws {
        let fixture = try VectorFixture.of(subject)
        let fault = try #require(DiagnosisTests.faults.first { $0.id == id })
        var (right, wrong) = (ScalarPort(fixture.model), ScalarPort(fixture.model))
        // The scalar port's own order of summation for both.
        right.alpha = { filter, _ in filter.reduce(0) { $0 + abs($1) } / Float(filter.count) }
        fault.make(&wrong)
        let image = DiagnosisTests.image(fixture.model.network)
        #expect(right.run(image).map(\.map.values) == wrong.run(image).map(\.map.values))
    }

    /// Eight bits hold -128 as well as -127: only a sum of -128 or less tells how a port saturates.
    @Test func unitVectorsReachTheEndsOfEightBits() throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 24, blocks: 1, upscale: 2)))
        let search = VectorSearch(try BBCUModel.random(network, seed: 5), kernels: try Kernels(threads: 2))
        let matrix = search.matrix([], taps: VectorTaps(network))
        let kills = matrix.kills.filter { $0.fault == "accumulator-saturates:2" }
        #expect(kills.map(\.vector).contains { $0.hasPrefix("smallest-") })
        #expect(!matrix.inseparable.contains { $0.faults.contains("accumulator-saturates:2") })
    }

    /// Slopes of an activation that nobody dumps show at the next module.
    @Test func slopesOfAnActivationWithoutATapAreToldApart() throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 24, blocks: 1, upscale: 2)))
        let search = VectorSearch(try BBCUModel.random(network, seed: 5), kernels: try Kernels(threads: 2))
        let matrix = search.matrix([], taps: VectorTaps(network))
        let last = matrix.kills.filter { $0.vector == "negative-conv_hr" && $0.fault.hasPrefix("leaky-slope") }
        // Those of all activations, and of the last one alone.
        #expect(last.count >= 14 && last.allSatisfy { $0.taps == ["conv_last"] }, "\(last.map(\.fault))")
    }

    /// Exactly at its threshold a value has no sign; the sums are those of a naive loop.
    @Test func unitVectorsHoldExactZeros() throws {
        let fixture = try VectorFixture.of(.general)
        let vector = try #require(fixture.matrix.vectors.first { $0.name == "zeros-body.0.body.0" })
        let items = fixture.search.items(vector, taps: fixture.taps)
        let prefix = "body.0.body.0"
        let signs = try #require(items.first { $0.name == prefix + ".signs" }).integers
        let sums = try #require(items.first { $0.name == prefix + ".sums" }).integers
        let shift = fixture.model.values["\(prefix).\(UnitKey.shift)"]!
        let weights = fixture.model.values["\(prefix).\(UnitKey.weight)"]!
        let (size, channels) = (vector.map.height * vector.map.width, vector.map.channels)
        let values = vector.map.channelMajorValues
        let expected = values.indices.map { index in
            let sum = values[index] + shift[index / size]
            return sum > 0 ? 1 : sum < 0 ? -1 : 0
        }
        #expect(signs == expected)
        #expect(expected.count { $0 == 0 } >= values.count / 4)
        for (index, sum) in sums.enumerated() {
            let (output, row, column) = (index / size, index % size / vector.map.width, index % vector.map.width)
            var total = 0
            for channel in 0..<channels {
                for (y, x) in (0..<9).map({ (row + $0 / 3 - 1, column + $0 % 3 - 1) }) {
                    guard (0..<vector.map.height).contains(y), (0..<vector.map.width).contains(x) else { continue }
                    let tap = (y - row + 1) * 3 + x - column + 1
                    let weight = weights[(output * channels + channel) * 9 + tap]
                    total +=
                        expected[channel * size + y * vector.map.width + x] * (weight > 0 ? 1 : weight < 0 ? -1 : 0)
                }
            }
            #expect(total == sum)
        }
    }
}

/// The check of a check.
@Suite struct SelfTestTests {
    @Test func whatItSaysIsSeenIsSeenInTheScalarPort() throws {
        let fixture = try VectorFixture.of(.general)
        let image = try #require(fixture.images.first?.0.map)
        let other = try DiagnosisTests.model(.general, seed: 77)
        let check = PortCheck(
            fixture.model, alternatives: [(root: "params", model: other)], kernels: try Kernels(threads: 2))
        for taps in [["output"], ["conv_first", "body.1.body.1"]] {
            let result = try SelfTest(check, input: image, taps: taps)
            #expect(result.rightPortHolds)
            let unseen = Set(result.outcomes.filter(\.isUnseen).map(\.fault.id))
            #expect(
                unseen.isSuperset(of: ["sign-of-zero-plus-one", "sign-of-zero-minus-one"]), "no image reaches them")
            #expect(!result.holds)
            for fault in DiagnosisTests.faults where fault.subject == .general && !unseen.contains(fault.id) {
                var port = fixture.port
                fault.make(&port)
                let dump = PortDump(port.recorded(image).dump.arrays.filter { taps.contains($0.name) })
                let isOutcome = result.outcomes.contains { $0.fault.id == fault.id && $0.module != nil }
                let report = try check.run(dump, input: image, diagnoses: false)
                #expect(isOutcome == !report.holds, "\(fault.id)")
            }
        }
    }

    /// What follows the last tap cannot be seen, and is not claimed to be.
    @Test func faultsAfterTheLastTapAreUnseen() throws {
        let fixture = try VectorFixture.of(.general)
        let image = try #require(fixture.images.first?.0.map)
        let check = PortCheck(fixture.model, kernels: try Kernels(threads: 2))
        let result = try SelfTest(check, input: image, taps: ["conv_first"])
        let seen = Set(result.outcomes.filter { $0.module != nil }.map(\.fault.id))
        #expect(
            seen.isDisjoint(with: ["output-bgr", "padding-minus-one", "pixel-shuffle-dcr", "skip-missing", "alpha-rms"])
        )
        #expect(seen.isSuperset(of: ["input-bgr", "k-missing", "kernel-rotated", "input-0-255"]))
    }
}
