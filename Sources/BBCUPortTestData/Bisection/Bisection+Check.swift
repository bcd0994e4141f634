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
                result.notes.append(.floatSums(tap: wrong.tap.name))
            }
        } else if wrong.tap.kind == .sums {
            // Sums of small inputs are solved for their signs, which is sharper than what follows from the image.
            result.check = try sums.run(dump, input: nil)
        }
        return result
    }

    /// A tap as a dump has it; nil for signs, which no dump has.
    private static func array(_ dumped: Dumped) -> PortDump.Array? {
        let (kind, module) = TapKind.of(dumped.tap.name)
        guard kind != .signs else { return nil }
        let name = kind == .sums ? AccumulatorTap.name(module) : module
        let map = dumped.values
        return PortDump.Array(
            name: name, shape: [1, map.channels, map.height, map.width],
            values: map.channelMajorValues.map(Double.init), storage: .float32)
    }
}
