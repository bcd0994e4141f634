import BBCUNetworks
import CBBCUKernels

/// A network as stages that are run by rows, with nothing between them but the rows that the next one still needs.
struct StreamPlan: Sendable {
    private(set) var stages: [StreamStage] = []

    /// Nil for a network that has a layer where no stage has one: it is run layer by layer.
    ///
    /// - Parameter method: how float convolutions behind the last sign are computed.
    init?(_ model: BBCUModel, _ method: FloatMethod) {
        let steps = model.network.steps
        var end = 0
        while end < steps.count {
            let first = end
            guard let work = Self.work(model, &end, method) else { return nil }
            let stage = StreamStage(work, steps[first], to: steps[end - 1])
            guard stage.margin * 2 < Int(BBCU_MAX_KERNEL) else { return nil }
            stages.append(stage)
            if case .output = work { return }
        }
        return nil
    }

    /// What the next stage computes: that of a layer and of those behind it that go along.
    ///
    /// - Parameter end: the layer; becomes the first that the stage does not have.
    private static func work(_ model: BBCUModel, _ end: inout Int, _ method: FloatMethod) -> StreamStage.Work? {
        let (layers, index) = (model.network.layers, end)
        end += 1
        func activation(_ end: inout Int) -> Activation? {
            guard end < layers.count, case .activation(let activation) = layers[end].operation else { return nil }
            end += 1
            return activation
        }
        let prefix = layers[index].prefix
        switch layers[index].operation {
        case .scaleByK: return index == 0 ? .scale(Float(model.network.amplification)) : nil
        case .convolution(let shape):
            if let tail = tail(model.network, after: index, shape) {
                end = layers.count
                return .output(
                    PlanarFilter(
                        shape, weights: model.values(prefix, "weight"), bias: model.values(prefix, "bias")), tail)
            }
            guard !isTail(layers, after: index) else { return nil }
            if let filter = model.winogradFilter(ofLayer: index, method) {
                if filter.factor > 1 { end += 1 }
                return .winograd(filter, activation: activation(&end))
            }
            var shuffle = PixelShuffle(1)
            if end < layers.count, case .pixelShuffle(let next) = layers[end].operation {
                shuffle = next
                end += 1
            }
            return model.filters(layers[index], shuffle).map { .convolution($0, activation: activation(&end)) }
        case .unit(let shape):
            return StreamUnit(UnitParameters(shape, prefix: prefix, model: model)).map {
                .unit($0, activation: activation(&end))
            }
        case .activation, .pixelShuffle, .addScaledInput, .subtractFromScaledInput, .divideByK: return nil
        }
    }

    /// Floats that a thread needs for what is in between in a stage.
    var scratchCount: Int {
        stages.reduce(0) { most, stage in
            switch stage.work {
            case .winograd(let filter, _): max(most, filter.scratchCount)
            case .output(let filter, _): max(most, bbcu_planar_scratch(filter.shape.inputs))
            default: most
            }
        }
    }

    /// Whether a convolution is followed by the skip and the division by k.
    private static func isTail(_ layers: [NetworkLayer], after index: Int) -> Bool {
        guard index + 2 < layers.count, layers[index + 2].operation == .divideByK else { return false }
        switch layers[index + 1].operation {
        case .addScaledInput, .subtractFromScaledInput: return true
        default: return false
        }
    }

    /// What follows the last convolution; nil for another one, and where no kernel has its sizes.
    private static func tail(_ network: BBCUNetwork, after index: Int, _ shape: FloatConvolution) -> StreamEnd? {
        guard isTail(network.layers, after: index), index + 3 == network.layers.count,
            shape.outputs <= PlanarFilter.mostOutputs,
            shape.kernel + PlanarFilter.rowsAtOnce - 1 <= Int(BBCU_MAX_KERNEL),
            shape.outputs == network.hyperparameters.inputChannels
        else { return nil }
        var end = StreamEnd(upscale: 1, subtracts: true, amplification: Float(network.amplification))
        if case .addScaledInput(let upscale) = network.layers[index + 1].operation {
            (end.upscale, end.subtracts) = (upscale, false)
        }
        return end.upscale == network.steps[index].input.scale ? end : nil
    }
}

extension BBCUModel {
    /// A convolution's filters for the rows that become of one, with the outputs in the order in which they are written.
    fileprivate func filters(_ layer: NetworkLayer, _ shuffle: PixelShuffle) -> [FloatFilter<Float>]? {
        guard let outputs = layer.operation.convolution?.outputs else { return nil }
        let order = shuffle.pixelOrder(of: outputs)
        let filters = (0..<shuffle.factor).compactMap { row in
            let part = order[outputs / shuffle.factor * row..<outputs / shuffle.factor * (row + 1)]
            return filter(layer, as: Float.self, order: Array(part))
        }
        return filters.count == shuffle.factor ? filters : nil
    }
}

extension PixelShuffle {
    /// The channels in the order in which they are written: for each pixel of the factor x factor its channels.
    func pixelOrder(of inputs: Int) -> [Int] {
        let channels = inputs / (factor * factor)
        return (0..<factor).flatMap { row in
            (0..<factor).flatMap { column in
                (0..<channels).map { source(channel: $0, of: channels, row: row, column: column) }
            }
        }
    }
}
