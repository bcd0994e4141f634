import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// A way in which a port can be wrong: the network with one thing changed.
package struct Hypothesis: Sendable {
    /// The id that scripts rely on.
    package var id: String
    /// The change that mends the port, in plain words.
    package var change: String
    /// Whether the fault is one of the whole network, and so has to fit every module.
    package var isGlobal = false
    /// Whether the port only rounds more coarsely: values are as they should be, and bounds wider.
    package var onlyRounds = false
    /// What the wrong port runs.
    package var evaluator: EnclosureEvaluator
    /// What the wrong port makes of its image.
    package var changesInput: (@Sendable (FeatureMap<Double>) -> FeatureMap<Double>)?
    /// What the wrong port makes of the network's output.
    package var changesOutput: (@Sendable (Enclosure) -> Enclosure)?
    /// Whether both are changes of luma, where the images are in colour: of what the network itself is given and returns.
    package var changesLuma = false
    /// How the wrong port runs the whole network on its image, where that is not in one piece.
    package var runs: Pieces?
    /// Runs the network on pieces of an image.
    package typealias Pieces = @Sendable (_ image: Enclosure, _ run: (Enclosure) -> Enclosure?) -> Enclosure?
    /// Whether the network runs as it should, and what it returns is changed.
    package var changesOnlyOutput = false
    /// Where the wrong port has each of its output's values from, if it does no more than that; nil for one from outside.
    package var movesOutput: (@Sendable (FeatureIndex) -> FeatureIndex?)?

    package init(
        id: String, change: String, isGlobal: Bool = false, onlyRounds: Bool = false, evaluator: EnclosureEvaluator,
        changesInput: (@Sendable (FeatureMap<Double>) -> FeatureMap<Double>)? = nil,
        changesOutput: (@Sendable (Enclosure) -> Enclosure)? = nil, changesLuma: Bool = false, runs: Pieces? = nil,
        changesOnlyOutput: Bool = false, movesOutput: (@Sendable (FeatureIndex) -> FeatureIndex?)? = nil
    ) {
        self.id = id
        self.change = change
        self.isGlobal = isGlobal
        self.onlyRounds = onlyRounds
        self.evaluator = evaluator
        self.changesInput = changesInput
        self.changesOutput = changesOutput
        self.changesLuma = changesLuma
        self.runs = runs
        self.changesOnlyOutput = changesOnlyOutput
        self.movesOutput = movesOutput
    }
}

/// Makes hypotheses for a run of layers.
package struct HypothesisBuilder {
    package let evaluator: EnclosureEvaluator
    package let layers: Range<Int>
    /// The only faults that are asked for; nil for all.
    private let ids: Set<String>?
    /// Whether the port's images are in colour, though the network restores luma alone.
    package let isInColour: Bool
    package private(set) var hypotheses: [Hypothesis] = []

    package init(_ evaluator: EnclosureEvaluator, layers: Range<Int>, ids: Set<String>? = nil, isInColour: Bool = false)
    {
        self.evaluator = evaluator
        self.layers = layers
        self.ids = ids
        self.isInColour = isInColour
    }

    /// Channels of the images that the port is given and writes.
    package var imageChannels: (input: Int, output: Int) {
        isInColour ? (3, 3) : (network.hyperparameters.inputChannels, network.hyperparameters.outputChannels)
    }

    package var network: BBCUNetwork { evaluator.network }

    private func isAskedFor(_ id: String) -> Bool { ids?.contains(id) ?? true }

    /// The layers of the run that are units.
    package var units: [Int] { layers.filter { network.layers[$0].operation.unit != nil } }

    /// The layers of the run that are float convolutions.
    package var convolutions: [Int] { layers.filter { network.layers[$0].operation.convolution != nil } }

    package mutating func add(
        _ id: String, _ change: String, isGlobal: Bool = false, onlyRounds: Bool = false,
        _ body: (inout EnclosureEvaluator) -> Void
    ) {
        guard isAskedFor(id) else { return }
        var changed = evaluator
        body(&changed)
        hypotheses.append(
            Hypothesis(id: id, change: change, isGlobal: isGlobal, onlyRounds: onlyRounds, evaluator: changed))
    }

    package mutating func addInput(
        _ id: String, _ change: String, _ body: @escaping @Sendable (FeatureMap<Double>) -> FeatureMap<Double>,
        changesLuma: Bool = false, output: (@Sendable (Enclosure) -> Enclosure)? = nil
    ) {
        guard isAskedFor(id) else { return }
        hypotheses.append(
            Hypothesis(
                id: id, change: change, isGlobal: true, evaluator: evaluator, changesInput: body,
                changesOutput: output, changesLuma: changesLuma))
    }

    package mutating func addOutput(
        _ id: String, _ change: String, moves: (@Sendable (FeatureIndex) -> FeatureIndex?)? = nil,
        _ body: @escaping @Sendable (Enclosure) -> Enclosure
    ) {
        guard isAskedFor(id) else { return }
        hypotheses.append(
            Hypothesis(
                id: id, change: change, evaluator: evaluator, changesOutput: body, changesOnlyOutput: true,
                movesOutput: moves))
    }

    /// Adds a hypothesis that runs the whole network in pieces, with units made ready once for all of them.
    package mutating func addRuns(_ id: String, _ change: String, _ body: @escaping Hypothesis.Pieces) {
        guard isAskedFor(id) else { return }
        hypotheses.append(
            Hypothesis(id: id, change: change, evaluator: evaluator.withPreparedUnits(), runs: body))
    }

    /// Adds a hypothesis that changes every unit of the run: a port's mistake is usually in all of them.
    package mutating func addUnits(
        _ id: String, _ change: String, _ body: (inout EnclosureEvaluator, Int, BinaryUnit) -> Void
    ) {
        let indices = units
        guard !indices.isEmpty else { return }
        let right = network.layers
        add(id, change) { changed in
            for index in indices {
                if let unit = right[index].operation.unit { body(&changed, index, unit) }
            }
        }
        guard indices.count > 1, indices.count <= 4 else { return }
        for index in indices {
            guard let unit = network.layers[index].operation.unit else { continue }
            add(id, "\(change) (in \(network.layers[index].prefix))") { body(&$0, index, unit) }
        }
    }

    /// Adds a hypothesis that changes what every unit of the run is.
    package mutating func addUnitValue(_ id: String, _ change: String, _ body: (inout BinaryUnit) -> Void) {
        addUnits(id, change) { evaluator, index, unit in
            var unit = unit
            body(&unit)
            evaluator.model.network.layers[index].operation = .unit(unit)
        }
    }

    /// Adds a hypothesis that does something differently in every unit of the run.
    package mutating func addUnitDeviation(_ id: String, _ change: String, _ body: (inout InjectedFault) -> Void) {
        addUnits(id, change) { evaluator, index, _ in
            body(&evaluator.injectedFaults[index, default: InjectedFault()])
        }
    }

    /// Adds a hypothesis that changes a parameter of every unit of the run.
    package mutating func addParameter(
        _ id: String, _ change: String, _ key: String, _ body: (BinaryUnit, [Float]) -> [Float]
    ) {
        addUnits(id, change) { evaluator, index, unit in
            let name = "\(evaluator.network.layers[index].prefix).\(key)"
            guard let values = evaluator.model.values[name] else { return }
            evaluator.model.values[name] = body(unit, values)
        }
    }
}
