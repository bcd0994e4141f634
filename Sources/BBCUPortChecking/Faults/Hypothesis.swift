import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// A fault put into a network, or two of them.
package struct Hypothesis: Sendable {
    /// The rows of the table.
    package var faults: [Fault]
    /// The changes that repair the port, one for each.
    package var changes: [FaultChange]
    /// What the wrong port runs.
    package var evaluator: EnclosureEvaluator
    /// What the wrong port makes of its image.
    package var changesInput: FaultWay.ImageChange?
    /// What the wrong port makes of the network's output.
    package var changesOutput: FaultWay.EnclosureChange?
    /// Whether both are changes of luma, where the images are in colour: of what the network itself is given and returns.
    package var changesLuma = false
    /// How the wrong port runs the whole network on its image, where that is not in one piece.
    package var runs: Pieces?
    /// Runs the network on pieces of an image.
    package typealias Pieces = @Sendable (_ image: Enclosure, _ run: (Enclosure) -> Enclosure?) -> Enclosure?
    /// Where the wrong port has each of its output's values from, if it does no more than that; nil for one from outside.
    package var movesOutput: FaultWay.PlaceChange?
    /// What the port would have dumped had it written its sums as they are; nil where it did.
    package var rereading: FaultWay.ImageChange?
    /// Whether that puts sums in other places and changes none.
    package var movesSums = false

    package init(_ fault: Fault, _ change: FaultChange, _ evaluator: EnclosureEvaluator) {
        (faults, changes, self.evaluator) = ([fault], [change], evaluator)
    }

    package var id: FaultID { faults[0].id }
    package var ids: [FaultID] { faults.map(\.id) }
    package var isGlobal: Bool { faults[0].isGlobal || changesInput != nil }
    package var onlyRounds: Bool { faults[0].onlyRounds }
    /// Whether the network runs as it should, and what it returns is changed.
    package var changesOnlyOutput: Bool { changesOutput != nil && changesInput == nil }
    /// Whether it is one unit's or convolution's fault that is tried in all of them too.
    package var isInOneLayer: Bool { if case .layer = changes[0].place { true } else { false } }
    /// What is done differently in a layer.
    package func injectedFault(inLayer index: Int) -> InjectedFault {
        evaluator.injectedFaults[index] ?? InjectedFault()
    }
}

/// Where faults are put: a run of layers, with what is known of what a port made of them.
package struct FaultContext: Sendable {
    package var evaluator: EnclosureEvaluator
    package var layers: Range<Int>
    /// The dump of what the layers make; nil where none is held against them.
    package var tap: Tap?
    /// What the right network makes of the layers, where that is known.
    package var right: FeatureMap<Double>?
    /// The image that the port was given, in the colours of the dump.
    package var image: FeatureMap<Double>?
    /// The network's outputs for the frame before.
    package var frames: [Enclosure] = []
    package var tilings: [Tiling] = []
    package var fit = Fit()
    /// The models under the file's other roots.
    package var alternatives: [(root: String, model: BBCUModel)] = []
    /// A unit's dumped sums, and those of the others, by layer.
    package var sums: (tap: AccumulatorTap, all: [Int: AccumulatorTap], isKnown: Bool)?

    package init(_ evaluator: EnclosureEvaluator, layers: Range<Int>, tap: Tap? = nil) {
        (self.evaluator, self.layers, self.tap) = (evaluator, layers, tap)
    }

    package var network: BBCUNetwork { evaluator.network }
    /// Whether the port's images are in colour, though the network restores luma alone.
    var isInColour: Bool { tap?.colouredInput != nil }
    /// Channels of the images that the port is given and writes.
    var imageChannels: (input: Int, output: Int) {
        isInColour ? (3, 3) : (network.hyperparameters.inputChannels, network.hyperparameters.outputChannels)
    }

    private func first(_ includes: (LayerOperation) -> Bool) -> Int? {
        layers.first { includes(network.layers[$0].operation) }
    }

    /// The layers of the run that are units.
    var units: [Int] { layers.filter { network.layers[$0].operation.unit != nil } }
    /// The layers of the run that are float convolutions.
    var convolutions: [Int] { layers.filter { network.layers[$0].operation.convolution != nil } }
    /// The layers that multiply and divide by k, if the run has one of them.
    var factors: [Int] {
        let all = [LayerOperation.scaleByK, .divideByK].compactMap { wanted in
            network.layers.lastIndex { $0.operation == wanted }
        }
        return all.count == 2 && all.contains(where: layers.contains) ? all : []
    }
    /// The layer that adds the network's own input, or subtracts from it.
    var skip: Int? {
        first { if case .addScaledInput = $0 { true } else { $0 == .subtractFromScaledInput } }
    }
    private var skipUpscale: Int {
        if let skip, case .addScaledInput(let upscale) = network.layers[skip].operation { upscale } else { 0 }
    }
    var leakyReLUs: [Int] {
        layers.filter { if case .activation(.leakyReLU) = network.layers[$0].operation { true } else { false } }
    }
    /// How many times wider the units make their maps at most.
    var residualFactor: Int { units.compactMap { network.layers[$0].operation.unit?.shuffleFactor }.max() ?? 1 }

    private func has(_ need: Fault.Need) -> Bool {
        switch need {
        case .latentWeights: evaluator.model.hasLatentWeights
        case .colourInput: imageChannels.input == 3
        case .colourOutput: imageChannels.output == 3
        case .factor: !factors.isEmpty
        case .pixelShuffle: first { $0.shuffleFactor > 1 } != nil
        case .upsampledResidual: residualFactor > 1
        case .skip: skip != nil
        case .subtractedSkip: skip != nil && skipUpscale == 0
        case .upsampledSkip, .bilinearSkip: skipUpscale > 1
        case .leakyReLU, .convolutionBias, .pairOfUnits, .otherWeights, .wideUnits: true
        }
    }

    private func has(_ scope: Fault.Scope) -> Bool {
        let endsNetwork = layers.upperBound == network.layers.count
        return switch scope {
        case .format: evaluator.formats != nil
        case .unit, .order, .network: true
        case .input: layers.contains(0)
        case .image: layers.contains(0) && image != nil
        case .output: endsNetwork
        case .outputValues, .outputPlaces, .missingNetwork, .staleFrame: endsNetwork && tap != nil
        case .chroma: endsNetwork && isInColour
        case .lumaRange:
            layers == network.layers.indices && (isInColour || tap?.pixels.map { $0.range != 0...1 } ?? false)
        case .tiles: tap != nil
        case .sums: true
        case .sumPlaces, .sumNames: sums != nil
        }
    }

    /// The faults of some scopes, in this order.
    /// - Parameter ids: the only faults that are asked for; nil for all.
    package func hypotheses(_ scopes: [Fault.Scope], ids: Set<FaultID>? = nil) -> [Hypothesis] {
        scopes.filter(has).flatMap { FaultTable.rows[$0] ?? [] }.filter { fault in
            (ids?.contains(fault.id) ?? true) && (fault.need.map(has) ?? true)
        }.flatMap { fault in fault.ways(self).flatMap { hypotheses(fault, $0) } }
    }

    private func hypotheses(_ fault: Fault, _ way: FaultWay) -> [Hypothesis] {
        func hypothesis(_ place: FaultChange.Place? = nil, _ finish: (inout Hypothesis) -> Void) -> Hypothesis {
            var result = Hypothesis(
                fault, FaultChange(sentence: way.sentence, place: place ?? way.place), evaluator)
            finish(&result)
            return result
        }
        /// All layers of a kind, and each of a few.
        func spread(_ groups: [(FaultChange.Place?, [Int])], _ change: (inout EnclosureEvaluator, Int) -> Void)
            -> [Hypothesis]
        {
            let all = groups[0].1
            guard !all.isEmpty else { return [] }
            let few = 2...Self.fewLayers ~= all.count ? all : []
            let single = few.map { (FaultChange.Place.layer(network.layers[$0].prefix) as FaultChange.Place?, [$0]) }
            return (groups + single).map { place, indices in
                hypothesis(place) { for index in indices { change(&$0.evaluator, index) } }
            }
        }
        switch way.effect {
        case .units(let change):
            return spread([(nil, units)]) { evaluator, index in
                if let unit = network.layers[index].operation.unit { change(&evaluator, index, unit) }
            }
        case .weights(let source):
            let (binary, float) = (units, convolutions)
            let isMixed = !binary.isEmpty && !float.isEmpty && binary.count + float.count > 2
            let parts: [(FaultChange.Place?, [Int])] = [(.binaryConvolutions, binary), (.floatConvolutions, float)]
            return spread([(nil, binary + float)] + (isMixed ? parts : [])) { $0.reorderWeights(ofLayer: $1, source) }
        case .network(let change): return [hypothesis { change(&$0.evaluator) }]
        case .input(let change, let output, let isLuma):
            return [hypothesis { ($0.changesInput, $0.changesOutput, $0.changesLuma) = (change, output, isLuma) }]
        case .output(let change): return [hypothesis { $0.changesOutput = change }]
        case .outputPlaces(let source):
            guard let dump = tap?.map else { return [] }
            return [
                hypothesis { wrong in
                    wrong.movesOutput = source
                    wrong.changesOutput = { $0.taken(source, on: dump) }
                }
            ]
        // Units are made ready once for all pieces.
        case .pieces(let runs): return [hypothesis { ($0.evaluator, $0.runs) = (evaluator.withPreparedUnits(), runs) }]
        case .sums(let rereading): return [hypothesis { $0.rereading = rereading }]
        case .sumPlaces(let source):
            return [
                hypothesis { wrong in
                    wrong.rereading = { $0.taken(source) }
                    wrong.movesSums = true
                }
            ]
        }
    }

    /// So many layers are also tried one by one.
    private static let fewLayers = 4
}
