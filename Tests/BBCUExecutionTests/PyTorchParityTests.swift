import BBCUExecution
import BBCUNetworks
import TestSupport
import Testing

/// The reference path against PyTorch's own outputs.
@Suite struct PyTorchParityTests {
    /// The largest difference, relative to the module's largest output, that float32 is allowed.
    static let float32Tolerance = 2e-6
    /// The same for float64, with room for 130 * 9 additions in another order.
    static let float64Tolerance = 1e-13

    @Test(arguments: NetworkFixture.having("published32.npz"))
    func publishedForm(_ fixture: NetworkFixture) throws {
        let path = try ReferencePath<Float>(fixture.model(), form: .published, kernels: Kernels())
        try compareModules(path, fixture, "published32.npz", Self.float32Tolerance) { $0 }
    }

    @Test(arguments: NetworkFixture.having("exact32.npz"))
    func exactForm(_ fixture: NetworkFixture) throws {
        let path = try ReferencePath<Float>(fixture.model(), form: .exact, kernels: Kernels())
        try compareModules(path, fixture, "exact32.npz", Self.float32Tolerance) { $0 }
    }

    @Test(arguments: NetworkFixture.having("exact64.npz"))
    func float64(_ fixture: NetworkFixture) throws {
        let path = try ReferencePath<Double>(fixture.model(), kernels: Kernels())
        try compareModules(path, fixture, "exact64.npz", Self.float64Tolerance) { $0.asDouble }
    }

    @Test(arguments: NetworkFixture.having("published32.npz"))
    func freeRunningOutput(_ fixture: NetworkFixture) throws {
        let path = try ReferencePath<Float>(fixture.model(), form: .published, kernels: Kernels())
        let taps = try fixture.taps("published32.npz")
        let exact = try fixture.taps("exact64.npz")
        var flips = 0
        var theirFlips = 0
        let output = try path.run(try fixture.input()) { index, _, result in
            let name = path.network.layers[index].prefix + ".binary_activation"
            guard let unit = result.unit, let theirs = taps[name], let truth = exact[name] else { return }
            flips += zip(unit.signs.values, theirs.values).count { Double($0) != $1 }
            theirFlips += zip(truth.values, theirs.values).count { $0 != $1 }
        }
        let theirs = try #require(taps["output"])
        // A sign that differs changes whole sums, so closeness is asked for only where none does; and we may differ
        // from PyTorch in about as many signs as PyTorch's own float32 and float64 runs do.
        if flips == 0 { #expect(relativeDifference(output, theirs) <= Self.float32Tolerance) }
        #expect(flips <= 2 * theirFlips, "\(flips) signs differ, PyTorch's own runs in \(theirFlips)")
    }

    /// Runs every module on PyTorch's own output of the module before.
    private func compareModules<Path: ExecutionPath>(
        _ path: Path, _ fixture: NetworkFixture, _ file: String, _ tolerance: Double,
        _ convert: (FeatureMap<Float>) -> FeatureMap<Path.Scalar>
    ) throws {
        let taps = try fixture.taps(file)
        var current = convert(try fixture.input())
        var scaledInput = current
        var compared = 0
        for index in path.network.layers.indices {
            let layer = path.network.layers[index]
            let result = try path.runLayer(index, input: current, scaledInput: scaledInput)
            if layer.operation == .scaleByK { scaledInput = result.output }
            if let unit = result.unit {
                for (name, map) in path.insideTaps(ofUnitAt: index, input: current, unit) {
                    guard let theirs = taps["\(layer.prefix).\(name)"] else { continue }
                    let limit = name == "binary_activation" || name == "move0" ? 0 : tolerance
                    #expect(relativeDifference(map, theirs) <= limit, "\(layer.prefix).\(name)")
                    compared += 1
                }
            }
            current = result.output
            guard let name = path.network.tapName(ofLayer: index) else { continue }
            let theirs = try #require(taps[name], "\(file) has no \(name)")
            #expect(relativeDifference(result.output, theirs) <= tolerance, "\(name)")
            compared += 1
            current = current.replaced(by: theirs)
        }
        #expect(compared == taps.count, "every module that PyTorch recorded is compared")
    }

    /// The largest difference relative to the largest magnitude of `theirs`.
    private func relativeDifference<Scalar>(_ ours: FeatureMap<Scalar>, _ theirs: FeatureMap<Double>) -> Double {
        guard ours.values.count == theirs.values.count, ours.channels == theirs.channels else { return .infinity }
        let largest = theirs.values.reduce(0) { max($0, abs($1)) }
        let difference = zip(ours.values, theirs.values).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
        return difference == 0 ? 0 : difference / largest
    }
}

extension FeatureMap {
    /// The same sizes with other values.
    fileprivate func replaced(by other: FeatureMap<Double>) -> FeatureMap {
        with(other.values.map { Scalar($0) })
    }
}
