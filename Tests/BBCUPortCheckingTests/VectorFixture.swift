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

/// A small network with its vectors.
struct VectorFixture: Sendable {
    let model: BBCUModel
    let taps: VectorTaps
    let search: VectorSearch
    let inputs: [DistinguishingInput]
    var matrix = DetectionMatrix()
    /// The matrix's images and what is expected of them.
    var images: [(PortVector, [GoldenItem])] = []

    /// With three images and no matrix.
    init(_ subject: DiagnosisTests.Subject) throws {
        let kernels = try Kernels(threads: 2)
        model = try DiagnosisTests.model(subject)
        taps = VectorTaps(model.network)
        search = VectorSearch(
            model, alternatives: [(root: "params", model: try DiagnosisTests.model(subject, seed: 77))],
            kernels: kernels)
        inputs = search.inputs(height: 6, width: 5, count: 3, limits: .init(tries: 400, repairs: 0))
    }

    /// With a matrix too; made once for all tests.
    static func of(_ subject: DiagnosisTests.Subject) throws -> VectorFixture {
        try #require(cache[subject])
    }

    private static let cache: [DiagnosisTests.Subject: VectorFixture] = {
        var result: [DiagnosisTests.Subject: VectorFixture] = [:]
        for subject in [DiagnosisTests.Subject.general, .wide, .large, .zeros, .deblock] {
            guard var fixture = try? VectorFixture(subject) else { continue }
            fixture.matrix = fixture.search.matrix(fixture.inputs, taps: fixture.taps)
            fixture.images = fixture.matrix.vectors.filter { $0.layer == nil }.map { vector in
                (vector, fixture.search.items(vector, taps: fixture.taps))
            }
            result[subject] = fixture
        }
        return result
    }()

    /// A right port: alpha is summed in float64 and rounded once.
    var port: ScalarPort {
        var port = ScalarPort(model)
        port.alpha = { filter, _ in Float(filter.reduce(0) { $0 + abs(Double($1)) } / Double(filter.count)) }
        return port
    }

    /// Names of expected arrays of floats that a dump is not within the tolerance of.
    func differing(_ dump: PortDump, from expected: [GoldenItem]) -> [String] {
        expected.filter { item in
            guard case .floats(let values) = item.elements,
                let array = dump.arrays.first(where: { $0.name == item.name })
            else { return false }
            return zip(array.values, values).contains { !(abs($0 - Double($1)) <= item.tolerance) }
        }.map(\.name)
    }

    /// What a layer is given in a run of a port: the output of the module before it.
    func inputs(ofLayer layer: Int, _ port: ScalarPort, _ image: FeatureMap<Float>) -> ScalarPort.Map? {
        let before = model.network.layers[..<layer].indices.last { model.network.tapName(ofLayer: $0) != nil }
        guard before == layer - 1, let before, let name = model.network.tapName(ofLayer: before) else { return nil }
        return port.run(ScalarPort.Map(image)).first { $0.name == name }?.map
    }
}

extension ScalarPort.Map {
    init(_ map: FeatureMap<Float>) {
        self.init(map.channels, map.height, map.width)
        values = map.channelMajorValues
    }
}

extension ScalarPort {
    /// The signs and sums of every unit in the order in which the loops make them, channel by channel, and the dump.
    func recorded(_ image: FeatureMap<Float>) -> (integers: [Int], dump: PortDump) {
        final class Record { var integers: [Int] = [] }
        let record = Record()
        var port = self
        port.sign = { [sign] value, shift in
            let result = sign(value, shift)
            record.integers.append(result.isFinite ? Int(result) : 0)
            return result
        }
        port.sum = { [sum] counted in
            let result = sum(counted)
            record.integers.append(result)
            return result
        }
        let dump = port.dump(Map(image))
        return (record.integers, dump)
    }
}

extension GoldenItem {
    var integers: [Int] {
        if case .integers(let values, _) = elements { values.map { Int($0) } } else { [] }
    }
}
