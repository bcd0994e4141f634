import BBCUExecution
import BBCUNetworks
import TensorBytes

/// How far the signs of a run are from those that a right port may have instead.
public struct SignMargins: Sendable, Hashable {
    /// A sign's margin |x + b| as a share of the bound on what a right port's x can be off.
    public struct Worst: Encodable, Sendable, Hashable {
        /// The unit whose input it is.
        public var unit: String
        /// Where in that input.
        public var place: FeatureIndex
        /// |x + b|.
        public var margin: Double
        /// How far a right port's x can be off there.
        public var bound: Double
        /// margin / bound.
        public var ratio: Double { bound > 0 ? margin / bound : .infinity }

        public func encode(to encoder: any Encoder) throws {
            try encoder.encode(["unit": unit, "at": place, "margin": margin, "bound": bound, "ratio": ratio])
        }
    }

    /// The sign with the smallest ratio; nil for a network without units, or where every value is known exactly.
    public internal(set) var worst: Worst?
    /// Signs whose margin is within the bound.
    public internal(set) var violations = 0
    /// All signs.
    public internal(set) var count = 0
    /// Whether the run went on to the last unit.
    public internal(set) var isComplete = true

    /// Whether every right port has the same signs, and so the same sums.
    public var qualifies: Bool { isComplete && violations == 0 && count > 0 }

    /// Covers what first-order bounds leave out: the products of roundings, at most 600 for one sum of float32 products
    /// and a few hundred one after the other, 2^-24 each.
    package static let slack = 1 + 0x1p-12

    /// Adds the signs of a unit's input.
    mutating func include(_ input: Enclosure, shift: [Float], unit: String) {
        let channels = shift.count
        count += input.map.values.count
        for index in input.map.values.indices where input.radius[index] > 0 {
            // The sign of a float32 sum of two numbers is that of the exact sum: only x itself can be off.
            let margin = abs(input.map.values[index] + Double(shift[index % channels]))
            let bound = input.radius[index] * Self.slack
            if margin <= bound { violations += 1 }
            if let worst, worst.ratio <= margin / bound { continue }
            worst = Worst(unit: unit, place: input.map.place(of: index), margin: margin, bound: bound)
        }
    }
}

extension EnclosureEvaluator {
    /// The margins of all signs in the run of an image, with the bound that a right port keeps as long as it has the
    /// same signs. A sign within its bound is a violation; the run goes on as though the port had the expected one, so
    /// that each counts for itself.
    ///
    /// - Parameter stops: whether the run ends with the unit that has the first violation.
    package func signMargins(_ image: FeatureMap<Float>, stopsAtViolation stops: Bool) -> SignMargins {
        var result = SignMargins()
        var current = Enclosure(exactly: image.asDouble)
        var scaled = current
        let last = network.unitIndices.last ?? -1
        for index in network.layers.indices where index <= last {
            let layer = network.layers[index]
            if layer.operation.unit != nil {
                let shift = model.values(layer.prefix, UnitKey.shift)
                result.include(current, shift: shift, unit: layer.prefix)
                if index == last { return result }
                if result.violations > 0 {
                    guard !stops else { break }
                    current = current.settled(shift)
                }
            }
            guard let next = run(index, current, scaled), next.map.values.allSatisfy(\.isFinite) else { break }
            current = next
            if layer.operation == .scaleByK { scaled = current }
        }
        result.isComplete = false
        return result
    }
}

extension Enclosure {
    /// With every sign sure: bounds that reach beyond the threshold end before it, with the slack that is allowed to them.
    fileprivate func settled(_ shift: [Float]) -> Enclosure {
        let values = map.values
        return Enclosure(
            map,
            radius: radius.indices.map {
                min(radius[$0], abs(values[$0] + Double(shift[$0 % shift.count])) * (1 - 0x1p-11))
            })
    }
}
