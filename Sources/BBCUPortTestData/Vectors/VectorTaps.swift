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

/// What a tap is of.
public enum TapKind: String, Sendable, Hashable {
    /// A module's output.
    case module
    /// The signs that a unit makes of its input, and their integer sums.
    case signs, sums

    /// The tap of a module or unit.
    func name(of module: String) -> String { self == .module ? module : "\(module).\(rawValue)" }

    /// A tap's kind, and its module or unit.
    static func of(_ name: String) -> (kind: TapKind, module: String) {
        for kind in [signs, sums] {
            if let module = name.without(suffix: ".\(kind.rawValue)") { return (kind, module) }
        }
        return (.module, name)
    }
}

/// Which taps a porter has: the modules' outputs, and in each unit the signs (`U.signs`) and integer sums (`U.sums`).
public struct VectorTaps: Sendable, Hashable {
    /// The names in the order in which they are made.
    public let names: [String]

    /// Whether a tap is within a unit, not a module's output.
    public static func isInside(_ name: String) -> Bool { TapKind.of(name).kind != .module }

    /// The tap that a name is of: golden data call a unit's sums `U.sums`, PyTorch's modules `U.binary_conv`.
    public static func plain(_ name: String) -> String {
        name.without(suffix: ".binary_conv").map(TapKind.sums.name(of:)) ?? name
    }

    /// All of a network, or those that a test accepts.
    public init(_ network: BBCUNetwork, includes: (String) -> Bool = { _ in true }) {
        names = network.layers.indices.flatMap { index -> [String] in
            let prefix = network.layers[index].prefix
            let inside =
                network.layers[index].operation.unit == nil ? [] : [TapKind.signs, .sums].map { $0.name(of: prefix) }
            return inside + (network.tapName(ofLayer: index).map { [$0] } ?? [])
        }.filter(includes)
    }
}
