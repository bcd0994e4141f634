import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

extension HypothesisBuilder {
    /// What can be wrong with the order of weights, of bits and of pixels.
    package mutating func addWeightHypotheses() {
        addKernels()
        addBitOrders()
        addShuffles()
        addSwaps()
        addConvolutionBiases()
    }

    /// Reorders the weights of every convolution of the run, 1-bit or not.
    private mutating func addWeights(
        _ id: String, _ change: String,
        _ source: (_ output: Int, _ input: Int, _ row: Int, _ column: Int, WeightShape) -> Int
    ) {
        let indices = units + convolutions
        guard !indices.isEmpty else { return }
        func apply(_ evaluator: inout EnclosureEvaluator, _ index: Int) {
            guard let shape = WeightShape(evaluator.network.layers[index].operation) else { return }
            let key = evaluator.network.layers[index].prefix + "." + shape.key
            guard let weights = evaluator.model.values[key] else { return }
            evaluator.model.values[key] = shape.places.map { weights[source($0.0, $0.1, $0.2, $0.3, shape)] }
        }
        add(id, change) { evaluator in for index in indices { apply(&evaluator, index) } }
        if !units.isEmpty, !convolutions.isEmpty, indices.count > 2 {
            let (binary, float) = (units, convolutions)
            add(id, "\(change) (in the 1-bit ones)") { for index in binary { apply(&$0, index) } }
            add(id, "\(change) (in the float ones)") { for index in float { apply(&$0, index) } }
        }
        guard indices.count > 1, indices.count <= 4 else { return }
        for index in indices {
            add(id, "\(change) (in \(network.layers[index].prefix))") { apply(&$0, index) }
        }
    }

    private mutating func addKernels() {
        addWeights("kernel-rotated", "the kernel is not turned by 180 degrees: this is a cross-correlation") {
            $4.index($0, $1, $4.kernel - 1 - $2, $4.kernel - 1 - $3)
        }
        addWeights("kernel-transposed", "the kernel's rows and columns are swapped") { $4.index($0, $1, $3, $2) }
        addWeights("channels-transposed", "weights lie as (outputs, inputs, rows, columns); these two are swapped") {
            (($1 * $4.outputs + $0) * $4.kernel + $2) * $4.kernel + $3
        }
        addUnits(
            "channels-transposed",
            "signs lie as (outputs, inputs, rows, columns); these two are swapped, alpha is right"
        ) { evaluator, index, unit in
            let prefix = evaluator.network.layers[index].prefix
            let parameters = UnitParameters(unit, prefix: prefix, model: evaluator.model)
            let key = "\(prefix).\(UnitKey.weight)"
            guard let shape = WeightShape(.unit(unit)), let weights = evaluator.model.values[key] else { return }
            evaluator.model.values[key] = shape.places.map {
                weights[(($1 * shape.outputs + $0) * shape.kernel + $2) * shape.kernel + $3]
            }
            evaluator.model.values["\(prefix).\(UnitKey.alpha)"] = parameters.roundedAlpha
        }
    }

    private mutating func addBitOrders() {
        addParameter("bits-inverted", "bit 1 of a weight is +1, bit 0 is -1", UnitKey.weight) { $1.map { -$0 } }
        for word in [8, 16, 32, 64] {
            addChannelOrder("bits-reversed", "bit 0 of a word of \(word) is its first channel") { channel in
                channel / word * word + word - 1 - channel % word
            }
        }
        for word in [16, 32, 64] {
            addChannelOrder("word-order", "the bytes of a word of \(word) bits are in the other order") { channel in
                let bytes = word / 8
                let byte = channel % word / 8
                return channel / word * word + (bytes - 1 - byte) * 8 + channel % 8
            }
        }
        addChannelOrder("word-order", "the halves of a word of 64 bits are in the other order") { $0 ^ 32 }
        let widest = units.compactMap { network.layers[$0].operation.unit?.inputs }.max() ?? 0
        for word in [8, 16, 32, 64] where widest > word {
            let words = (widest + word - 1) / word
            addChannelOrder("word-order", "the first word of \(word) bits holds the first channels") { channel in
                (words - 1 - channel / word) * word + channel % word
            }
        }
    }

    /// The weights' bits are read at other channels than the activations'. Beyond the last channel lie zero bits: -1.
    private mutating func addChannelOrder(_ id: String, _ change: String, _ order: (Int) -> Int) {
        addUnits(id, change) { evaluator, index, unit in
            let prefix = evaluator.network.layers[index].prefix
            let parameters = UnitParameters(unit, prefix: prefix, model: evaluator.model)
            let shape = WeightShape(.unit(unit))
            let key = "\(prefix).\(UnitKey.weight)"
            guard let shape, let weights = evaluator.model.values[key] else { return }
            evaluator.model.values[key] = shape.places.map { output, input, row, column in
                let channel = order(input)
                guard (0..<unit.inputs).contains(channel) else { return -1 }
                return weights[shape.index(output, channel, row, column)]
            }
            evaluator.model.values["\(prefix).\(UnitKey.alpha)"] = parameters.roundedAlpha
        }
    }

    private mutating func addShuffles() {
        for (id, order, change) in [
            (
                "pixel-shuffle-dcr", PixelShuffle.Order.pixelMajor,
                "pixel shuffle in PyTorch's order (ONNX's CRD): channel c r r + i r + j, not (i r + j) C + c"
            ),
            ("pixel-shuffle-transposed", .transposed, "pixel shuffle: rows and columns within a pixel are swapped"),
        ] {
            let shuffles = layers.filter { network.layers[$0].operation.shuffleFactor > 1 }
            guard !shuffles.isEmpty else { continue }
            add(id, change) { evaluator in
                for index in shuffles { evaluator.model.network.layers[index].operation.setOrder(order) }
            }
        }
    }

    private mutating func addSwaps() {
        guard units.count == 1, let index = units.first else { return addPairSwaps() }
        let layer = network.layers[index]
        let all = network.unitIndices.filter { network.layers[$0].operation == layer.operation && $0 != index }
        // Swapping is a matter of neighbours: a loop that is off by one, or two names confused.
        for other in all.sorted(by: { abs($0 - index) < abs($1 - index) }).prefix(3) {
            let prefix = network.layers[other].prefix
            let values = evaluator.model.values
            add("units-swapped", "use the parameters of \(layer.prefix), not those of \(prefix)") { evaluator in
                evaluator.model.take(layer, from: prefix, values)
            }
        }
    }

    /// In a run of several units: the first and the second of every block are confused.
    private mutating func addPairSwaps() {
        let pairs = zip(units, units.dropFirst()).filter { first, second in
            let (one, other) = (network.layers[first], network.layers[second])
            return one.operation == other.operation && one.prefix.ends(with: ".0") && other.prefix.ends(with: ".1")
                && one.prefix.dropLast() == other.prefix.dropLast()
        }
        guard !pairs.isEmpty else { return }
        let (layers, values) = (network.layers, evaluator.model.values)
        add("units-swapped", "the two units of a block have their own parameters, not each other's") { evaluator in
            for (first, second) in pairs {
                evaluator.model.take(layers[first], from: layers[second].prefix, values)
                evaluator.model.take(layers[second], from: layers[first].prefix, values)
            }
        }
    }

    private mutating func addConvolutionBiases() {
        let biased = convolutions.filter { network.layers[$0].operation.convolution?.bias == true }
        for index in biased {
            let key = "\(network.layers[index].prefix).bias"
            add("convolution-bias-missing", "add \(key)") { evaluator in
                evaluator.model.values[key] = evaluator.model.values[key]?.map { _ in 0 }
            }
        }
        guard biased.count > 1 else { return }
        let keys = biased.map { "\(network.layers[$0].prefix).bias" }
        add("convolution-bias-missing", "add the biases of the float convolutions") { evaluator in
            for key in keys { evaluator.model.values[key] = evaluator.model.values[key]?.map { _ in 0 } }
        }
    }
}

extension BBCUModel {
    /// Gives a layer the parameters that stand under another prefix.
    fileprivate mutating func take(_ layer: NetworkLayer, from prefix: String, _ source: [String: [Float]]) {
        for key in layer.parameters.map(\.key) + ["\(layer.prefix).\(UnitKey.alpha)"] {
            values[key] = source[prefix + (key.without(prefix: layer.prefix) ?? key)]
        }
    }
}

/// The sizes of a convolution's weights.
struct WeightShape {
    var outputs: Int
    var inputs: Int
    var kernel: Int
    /// The weights' key below the prefix.
    var key: String

    init?(_ operation: BBCUNetworks.LayerOperation) {
        if let unit = operation.unit {
            (outputs, inputs, kernel, key) = (unit.outputs, unit.inputs, unit.kernel, UnitKey.weight)
        } else if let convolution = operation.convolution {
            (outputs, inputs, kernel, key) = (convolution.outputs, convolution.inputs, convolution.kernel, "weight")
        } else {
            return nil
        }
    }

    func index(_ output: Int, _ input: Int, _ row: Int, _ column: Int) -> Int {
        ((output * inputs + input) * kernel + row) * kernel + column
    }

    /// Every place in order.
    var places: [(Int, Int, Int, Int)] {
        (0..<outputs).flatMap { output in
            (0..<inputs).flatMap { input in
                (0..<kernel * kernel).map { (output, input, $0 / kernel, $0 % kernel) }
            }
        }
    }
}

extension BBCUNetworks.LayerOperation {
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
