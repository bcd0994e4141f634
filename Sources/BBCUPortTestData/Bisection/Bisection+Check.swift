import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import BBCUWeightPacking
import TensorBytes

extension Bisection {
    /// With the last good and the first wrong tap checked as a dump, which names the fault where it is a known one.
    ///
    /// - Parameters:
    ///   - check: the check of the same network.
    ///   - sums: the check of its integer sums.
    ///   - input: what the port was given.
    /// - Throws: what the checks throw.
    public func checked(_ check: PortCheck, sums: AccumulatorCheck, input: FeatureMap<Float>) throws -> Bisection {
        guard let wrong, wrong.values.values.allSatisfy(\.isFinite) else { return self }
        var result = self
        let dump = PortDump([good, wrong].compactMap { $0.flatMap(Self.array) })
        if !wrong.tap.isInside {
            let report = try check.run(dump, input: input)
            result.check = report
            if report.holds, !isStepped {
                result.notes.append(
                    "\(wrong.tap.name) is within the bound of a port that sums alpha times signs in float32: is it one? "
                        + "Then \(Advice.floatPort)")
            }
        } else if wrong.tap.name.ends(with: ".sums") {
            // Sums of small inputs are solved for their signs, which is sharper than what follows from the image.
            result.check = try sums.run(dump, input: nil)
        }
        return result
    }

    /// A tap as a dump has it; nil for signs, which no dump has.
    private static func array(_ dumped: Dumped) -> PortDump.Array? {
        guard !dumped.tap.name.ends(with: ".signs") else { return nil }
        let unit = dumped.tap.name.without(suffix: ".sums")
        let name = unit.map { $0 + ".binary_conv" } ?? dumped.tap.name
        let map = dumped.values
        return PortDump.Array(
            name: name, shape: [1, map.channels, map.height, map.width],
            values: map.channelMajorValues.map(Double.init), storage: .float32)
    }
}
