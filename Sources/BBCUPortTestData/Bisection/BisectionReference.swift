import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking
import BBCUWeightPacking

/// The run of a right port up to one tap; what was run before it is not kept.
struct BisectionReference: Sendable {
    private var run: VectorRun
    /// The run before the last layer.
    private var previous: VectorRun
    private var nextLayer = 0
    /// Whether no sign so far may be another in a right port.
    private(set) var isSure = true
    private var wasSure = true
    private var values: TapValues?

    init(_ image: FeatureMap<Float>) {
        run = VectorRun(PortVector(name: "input", text: "", map: image))
        previous = run
    }

    /// The run to the end of a tap's layer, with the tap's values.
    func advanced(to tap: PortTap, _ right: EnclosureEvaluator) -> BisectionReference {
        var result = self
        while result.nextLayer <= tap.layer { result.advance(right, tap.name) }
        return result
    }

    /// What a later tap is run from: after the tap's layer, or before it where the tap is inside of a unit.
    func before(_ tap: PortTap) -> BisectionReference {
        guard tap.isInside else { return self }
        var result = self
        (result.run, result.isSure, result.nextLayer) = (previous, wasSure, tap.layer)
        return result
    }

    /// With the work of the layer behind it, which works in place.
    func afterNextLayer(_ right: EnclosureEvaluator) -> BisectionReference {
        var result = self
        result.advance(right, "")
        result.values = TapValues(result.run.current)
        return result
    }

    /// Holds values of a port against these; nil where the sizes differ.
    func compare(_ map: FeatureMap<Double>) -> PortComparison? {
        guard let values else { return nil }
        let radius =
            values.radius.isEmpty
            ? [Double](repeating: 0, count: values.map.values.count) : values.radius.map { $0 * SignMargins.slack }
        return PortComparison(map, Enclosure(values.map, radius: radius), storageRadius: nil)
    }

    private mutating func advance(_ right: EnclosureEvaluator, _ name: String) {
        (previous, wasSure) = (run, isSure)
        let signs = TapKind.signs.name(of: right.network.layers[nextLayer].prefix)
        run.advance(nextLayer, right, names: [name, signs])
        if let taken = run.taps[signs], taken.radius.contains(where: { $0 > 0 }) { isSure = false }
        values = run.taps[name]
        nextLayer += 1
    }
}
