import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking
import BBCUWeightPacking

/// One port, right or wrong, that is run a layer at a time beside the right one.
struct VectorRun: Sendable {
    private(set) var current: Enclosure
    private var scaledInput: Enclosure
    /// Whether it still has the right port's values.
    private(set) var isRight = true
    /// Whether a value was not finite.
    private(set) var hasEnded = false
    /// What was made at the taps of the last layer.
    private(set) var taps: [String: TapValues] = [:]

    /// A run of the right port.
    init(_ vector: PortVector) {
        current = Enclosure(exactly: vector.map.asDouble)
        scaledInput = vector.scaledInput.map { Enclosure(exactly: $0.asDouble) } ?? current
    }

    /// A run of a port with a fault.
    init(_ vector: PortVector, _ port: FaultyPort) {
        self.init(vector)
        guard vector.layer == nil, let change = port.hypothesis.changesInput else { return }
        func changed(_ enclosure: Enclosure) -> Enclosure {
            Enclosure(change(enclosure.map), radius: change(enclosure.radiusMap).values).rounded(.float32)
        }
        (current, scaledInput) = (changed(current), changed(scaledInput))
        isRight = false
    }

    /// Runs the next layer of the right port.
    mutating func advance(_ index: Int, _ right: EnclosureEvaluator, names: Set<String>) {
        step(index, right, names) { $0 }
    }

    /// Runs the next layer of a port with a fault.
    mutating func advance(_ index: Int, _ port: FaultyPort, beside right: VectorRun, names: Set<String>) {
        taps = [:]
        guard !hasEnded else { return }
        let isLast = index == port.evaluator.network.layers.count - 1
        let changesOutput = isLast ? port.hypothesis.changesOutput : nil
        let isChanged = port.changedLayers.contains(index) || port.storage != nil || changesOutput != nil
        guard !isRight || isChanged else {
            (current, scaledInput) = (right.current, right.scaledInput)
            return
        }
        step(index, port.evaluator, names) { enclosure in
            let stored = port.stored(enclosure)
            return changesOutput.map { $0(stored) } ?? stored
        }
        isRight =
            !hasEnded && current.map.values == right.current.map.values && current.radius == right.current.radius
            && scaledInput.map.values == right.scaledInput.map.values
    }

    private mutating func step(
        _ index: Int, _ evaluator: EnclosureEvaluator, _ names: Set<String>, _ finish: (Enclosure) -> Enclosure
    ) {
        taps = [:]
        let layer = evaluator.network.layers[index]
        var inside: UnitSums?
        guard let next = evaluator.run(index, current, scaledInput, inside: { inside = $0 }),
            next.map.values.allSatisfy(\.isFinite)
        else {
            hasEnded = true
            return
        }
        let made = finish(next)
        current = made
        if layer.operation == .scaleByK { scaledInput = current }
        if let inside {
            add(TapKind.signs.name(of: layer.prefix), names) {
                TapValues(inside.signs, radius: inside.signRadius?.values)
            }
            add(TapKind.sums.name(of: layer.prefix), names) { TapValues(inside.sums, radius: inside.radius) }
        }
        if let name = evaluator.network.tapName(ofLayer: index) { add(name, names) { TapValues(made) } }
    }

    private mutating func add(_ name: String, _ names: Set<String>, _ values: () -> TapValues) {
        if names.contains(name) { taps[name] = values() }
    }
}
