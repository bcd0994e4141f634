import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import BBCUWeightPacking
import TensorBytes

/// Values at a tap, and how far a port that computes so can be from them.
struct TapValues: Sendable {
    let map: FeatureMap<Double>
    /// One a value; empty where they are exact.
    let radius: [Double]

    init(_ enclosure: Enclosure) {
        map = enclosure.map
        radius = enclosure.radius
    }

    init(_ integers: FeatureMap<Float>, radius: [Float]?) {
        map = integers.asDouble
        self.radius = radius?.map { Double($0) } ?? []
    }

    /// Whether no two ports, one of each kind, can have the same values here.
    func differs(from other: TapValues) -> Bool {
        let (values, others) = (map.values, other.map.values)
        guard values.count == others.count else { return true }
        for index in values.indices {
            let bound =
                ((radius.isEmpty ? 0 : radius[index]) + (other.radius.isEmpty ? 0 : other.radius[index]))
                * SignMargins.slack
            if abs(values[index] - others[index]) > bound { return true }
        }
        return false
    }
}

/// Which taps a porter has: the modules' outputs, and in each unit the signs (`U.signs`) and integer sums (`U.sums`).
public struct VectorTaps: Sendable, Hashable {
    /// The names in the order in which they are made.
    public let names: [String]

    /// Whether a tap is within a unit, not a module's output.
    public static func isInside(_ name: String) -> Bool { name.ends(with: ".signs") || name.ends(with: ".sums") }

    /// The tap that a name is of: golden data call a unit's sums `U.sums`, PyTorch's modules `U.binary_conv`.
    public static func plain(_ name: String) -> String {
        let other = ".binary_conv"
        return name.without(suffix: other).map { $0 + ".sums" } ?? name
    }

    /// All of a network, or those that a test accepts.
    public init(_ network: BBCUNetwork, includes: (String) -> Bool = { _ in true }) {
        names = network.layers.indices.flatMap { index -> [String] in
            let prefix = network.layers[index].prefix
            let inside = network.layers[index].operation.unit == nil ? [] : [prefix + ".signs", prefix + ".sums"]
            return inside + (network.tapName(ofLayer: index).map { [$0] } ?? [])
        }.filter(includes)
    }
}
