import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform

// What the rows of the table are made of.
extension FaultWay {
    /// Changes every unit of the run.
    static func units(
        _ sentence: String, _ change: @escaping @Sendable (inout EnclosureEvaluator, Int, BinaryUnit) -> Void
    ) -> FaultWay { FaultWay(sentence, .units(change)) }

    /// Changes what every unit is.
    static func unit(_ sentence: String, _ change: @escaping @Sendable (inout BinaryUnit) -> Void) -> FaultWay {
        .units(sentence) { evaluator, index, unit in
            var unit = unit
            change(&unit)
            evaluator.model.network.layers[index].operation = .unit(unit)
        }
    }

    /// Does something differently in every unit.
    static func inject(_ sentence: String, _ change: @escaping @Sendable (inout InjectedFault) -> Void) -> FaultWay {
        .units(sentence) { evaluator, index, _ in evaluator.inject([index], change) }
    }

    /// Changes a parameter of every unit.
    static func parameter(
        _ name: String, _ sentence: String, _ change: @escaping @Sendable ([Float]) -> [Float]
    ) -> FaultWay {
        .units(sentence) { evaluator, index, _ in
            let key = evaluator.key(name, ofLayer: index)
            evaluator.model.values[key] = evaluator.model.values[key].map(change)
        }
    }

    /// Makes another alpha of every filter's weights.
    static func alpha(_ sentence: String, _ scale: @escaping @Sendable ([Double]) -> Double) -> FaultWay {
        .units(sentence) { evaluator, index, unit in
            let latent = evaluator.model.values(evaluator.network.layers[index].prefix, UnitKey.weight)
            let size = latent.count / unit.outputs
            evaluator.model.values[evaluator.key(UnitKey.alpha, ofLayer: index)] = (0..<unit.outputs).map { output in
                Float(scale(latent[output * size..<(output + 1) * size].map { Double($0) }))
            }
        }
    }

    /// Reads the weights' bits at other channels than the activations'. Beyond the last channel lie zero bits: -1.
    static func channels(_ sentence: String, _ order: @escaping @Sendable (Int) -> Int) -> FaultWay {
        .units(sentence) { evaluator, index, unit in
            evaluator.reorderSigns(ofLayer: index) { shape, place in
                let channel = order(place.input)
                guard (0..<unit.inputs).contains(channel) else { return nil }
                return shape.index(place.output, channel, place.row, place.column)
            }
        }
    }

    /// Shuffles pixels in another order.
    static func shuffles(_ sentence: String, _ layers: Range<Int>, _ order: PixelShuffle.Order) -> FaultWay {
        FaultWay(
            sentence,
            .network { evaluator in
                for index in layers where evaluator.network.layers[index].operation.shuffleFactor > 1 {
                    evaluator.model.network.layers[index].operation.setOrder(order)
                }
            })
    }

    /// Takes another factor than k.
    static func factor(_ sentence: String, _ factor: Double, _ layers: [Int]) -> FaultWay {
        FaultWay(sentence, .network { $0.inject(layers) { $0.factor = factor } })
    }

    /// Takes something else for the skip.
    static func skip(_ sentence: String, _ kind: InjectedFault.Shortcut, _ context: FaultContext) -> FaultWay {
        let layers = context.skip.map { [$0] } ?? []
        return FaultWay(sentence, .network { $0.inject(layers) { $0.shortcut = kind } })
    }
}

extension FaultContext {
    /// The formats with one thing changed; nothing where that changes none.
    func changedFormats(_ sentence: String, _ change: (StoredTensor, inout NumberFormat) -> Void) -> [FaultWay] {
        guard let formats = evaluator.formats else { return [] }
        var changed = formats
        for (tensor, format) in formats.tensors {
            var format = format
            change(tensor, &format)
            changed.tensors[tensor] = format
        }
        let result = changed
        return result == formats ? [] : [FaultWay(sentence, .network { $0.formats = result })]
    }

    /// In a run of several units: the first and the second of every block are confused.
    var swappedPairs: [FaultWay] {
        let neighbours = zip(units, units.dropFirst()).map { (network.layers[$0], network.layers[$1]) }
        let pairs = neighbours.filter { one, other in
            one.operation == other.operation && one.prefix.ends(with: ".0") && other.prefix.ends(with: ".1")
                && one.prefix.dropLast() == other.prefix.dropLast()
        }
        guard !pairs.isEmpty else { return [] }
        let values = evaluator.model.values
        return [
            FaultWay(
                "the two units of a block have their own parameters, not each other's",
                .network { evaluator in
                    for (first, second) in pairs {
                        evaluator.model.take(first, from: second.prefix, values)
                        evaluator.model.take(second, from: first.prefix, values)
                    }
                })
        ]
    }
}

extension EnclosureEvaluator {
    /// The key of a unit's parameter.
    func key(_ name: String, ofLayer index: Int) -> String { "\(network.layers[index].prefix).\(name)" }

    func parameters(ofLayer index: Int, _ unit: BinaryUnit) -> UnitParameters {
        UnitParameters(unit, prefix: network.layers[index].prefix, model: model)
    }

    /// Does something differently in layers.
    mutating func inject(_ layers: some Sequence<Int>, _ change: (inout InjectedFault) -> Void) {
        for index in layers { change(&injectedFaults[index, default: InjectedFault()]) }
    }

    /// Takes a layer's weights from other places; -1 for nil.
    mutating func reorderWeights(ofLayer index: Int, _ source: (WeightShape, WeightShape.Place) -> Int?) {
        guard let shape = WeightShape(network.layers[index].operation),
            let weights = model.values[key(shape.key, ofLayer: index)]
        else { return }
        model.values[key(shape.key, ofLayer: index)] = shape.places.map { source(shape, $0).map { weights[$0] } ?? -1 }
    }

    /// Takes the signs of a unit's weights from other places, with the alpha that it had.
    mutating func reorderSigns(ofLayer index: Int, _ source: (WeightShape, WeightShape.Place) -> Int?) {
        guard let unit = network.layers[index].operation.unit else { return }
        let alpha = parameters(ofLayer: index, unit).roundedAlpha
        reorderWeights(ofLayer: index, source)
        model.values[key(UnitKey.alpha, ofLayer: index)] = alpha
    }
}

extension BBCUModel {
    /// Gives a layer the parameters that stand under another prefix.
    mutating func take(_ layer: NetworkLayer, from prefix: String, _ source: [String: [Float]]) {
        for key in layer.parameters.map(\.key) + ["\(layer.prefix).\(UnitKey.alpha)"] {
            values[key] = source[prefix + (key.without(prefix: layer.prefix) ?? key)]
        }
    }
}

extension BBCUNetwork {
    /// Where a layer without a name of its own stands.
    func place(ofLayer index: Int) -> FaultChange.Place {
        layers[..<index].last { !$0.prefix.isEmpty }.map { .after($0.prefix) } ?? .layerIndex(index)
    }
}

/// The sizes of a convolution's weights.
package struct WeightShape: Sendable {
    var outputs: Int
    var inputs: Int
    var kernel: Int
    /// The weights' key below the prefix.
    var key: String

    /// A weight.
    package struct Place: Sendable { var output, input, row, column: Int }

    init?(_ operation: LayerOperation) {
        if let unit = operation.unit {
            (outputs, inputs, kernel, key) = (unit.outputs, unit.inputs, unit.kernel, UnitKey.weight)
        } else if let convolution = operation.convolution {
            (outputs, inputs, kernel, key) = (convolution.outputs, convolution.inputs, convolution.kernel, "weight")
        } else {
            return nil
        }
    }

    /// With the inputs first.
    var transposed: WeightShape {
        var result = self
        (result.outputs, result.inputs) = (inputs, outputs)
        return result
    }

    func index(_ output: Int, _ input: Int, _ row: Int, _ column: Int) -> Int {
        ((output * inputs + input) * kernel + row) * kernel + column
    }

    /// Every place in order.
    var places: [Place] {
        (0..<outputs * inputs * kernel * kernel).map { index in
            let (filter, tap) = (index / (kernel * kernel), index % (kernel * kernel))
            return Place(output: filter / inputs, input: filter % inputs, row: tap / kernel, column: tap % kernel)
        }
    }
}

extension LayerOperation {
    /// How many times wider the layer makes its map by a pixel shuffle.
    var shuffleFactor: Int {
        if case .pixelShuffle(let shuffle) = self { return shuffle.factor }
        return unit?.shuffleFactor ?? 1
    }

    mutating func setOrder(_ order: PixelShuffle.Order) {
        switch self {
        case .pixelShuffle(var shuffle):
            shuffle.order = order
            self = .pixelShuffle(shuffle)
        case .unit(var unit):
            if case .upsampled(var shuffle) = unit.shortcut {
                shuffle.order = order
                unit.shortcut = .upsampled(shuffle)
            }
            self = .unit(unit)
        default: break
        }
    }
}

extension [Float] {
    /// Each place with the value of the one so many further, the first after the last.
    func rotated(by step: Int) -> [Float] { indices.map { self[($0 + step + count) % count] } }
}
