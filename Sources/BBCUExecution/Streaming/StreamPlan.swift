import BBCUNetworks
import CBBCUKernels

/// A network as stages that are run by rows, with nothing between them but the rows that the next one still needs.
struct StreamPlan: Sendable {
    private(set) var stages: [StreamStage] = []

    /// Nil for a network that has a layer where no stage has one: it is run layer by layer.
    ///
    /// - Parameter method: how float convolutions behind the last sign are computed.
    init?(_ model: BBCUModel, _ method: FloatMethod) {
        let layers = model.network.layers
        var index = 0
        var scale = 1
        var channels = model.network.hyperparameters.inputChannels
        func activation(after index: Int) -> Activation? {
            guard index + 1 < layers.count, case .activation(let activation) = layers[index + 1].operation else {
                return nil
            }
            return activation
        }
        while index < layers.count {
            let layer = layers[index]
            var stage = StreamStage(
                work: .scale(1), name: layer.prefix, inputs: channels, outputs: channels, margin: 0, scale: scale)
            switch layer.operation {
            case .scaleByK:
                guard index == 0 else { return nil }
                stage.work = .scale(Float(model.network.amplification))
                stage.name = "k"
            case .convolution(let shape):
                stage.outputs = shape.outputs
                stage.margin = shape.kernel / 2
                stage.floatProducts = shape.inputs * shape.outputs * shape.kernel * shape.kernel
                if let end = Self.end(layers, after: index, model.network) {
                    guard shape.outputs <= PlanarFilter.mostOutputs,
                        shape.kernel + PlanarFilter.rowsAtOnce - 1 <= Int(BBCU_MAX_KERNEL), index + 3 == layers.count,
                        shape.outputs == model.network.hyperparameters.inputChannels, end.upscale == scale
                    else { return nil }
                    stage.grid = PlanarFilter.rowsAtOnce
                    stage.method = "direct"
                    stage.work = .output(
                        PlanarFilter(
                            shape, weights: model.values(layer.prefix, "weight"),
                            bias: model.values(layer.prefix, "bias")), end)
                    stages.append(stage)
                    return
                }
                stage.method = "direct"
                if let filter = model.winogradFilter(ofLayer: index, method) {
                    if filter.factor > 1 { index += 1 }
                    let activation = activation(after: index)
                    if activation != nil { index += 1 }
                    stage.use(filter, activation)
                    break
                }
                var shuffle = PixelShuffle(1)
                if index + 1 < layers.count, case .pixelShuffle(let next) = layers[index + 1].operation {
                    (shuffle, index) = (next, index + 1)
                }
                guard let filters = model.filters(layer, shuffle) else { return nil }
                stage.factor = shuffle.factor
                stage.outputs = shape.outputs / (shuffle.factor * shuffle.factor)
                let activation = activation(after: index)
                stage.work = .convolution(filters, activation: activation)
                if activation != nil { index += 1 }
            case .unit(let shape):
                guard let unit = StreamUnit(UnitParameters(shape, prefix: layer.prefix, model: model)) else {
                    return nil
                }
                let activation = activation(after: index)
                stage.work = .unit(unit, activation: activation)
                stage.outputs = unit.channels
                stage.margin = shape.kernel / 2
                stage.factor = unit.factor
                stage.binaryProducts = shape.inputs * shape.outputs * shape.kernel * shape.kernel
                if activation != nil { index += 1 }
            case .activation, .pixelShuffle, .addScaledInput, .subtractFromScaledInput, .divideByK: return nil
            }
            guard stage.margin * 2 < Int(BBCU_MAX_KERNEL) else { return nil }
            stages.append(stage)
            channels = stage.outputs
            scale *= stage.factor
            index += 1
        }
        return nil
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

    /// What follows the last convolution.
    private static func end(_ layers: [NetworkLayer], after index: Int, _ network: BBCUNetwork) -> StreamEnd? {
        guard index + 2 < layers.count, layers[index + 2].operation == .divideByK else { return nil }
        let amplification = Float(network.amplification)
        switch layers[index + 1].operation {
        case .addScaledInput(let upscale):
            return StreamEnd(upscale: upscale, subtracts: false, amplification: amplification)
        case .subtractFromScaledInput: return StreamEnd(upscale: 1, subtracts: true, amplification: amplification)
        default: return nil
        }
    }
}

extension StreamStage {
    /// Makes the stage Winograd's, with the shuffle and the activation that follow.
    fileprivate mutating func use(_ filter: WinogradFilter, _ activation: Activation?) {
        work = .winograd(filter, activation: activation)
        method = WinogradFilter.method
        outputs = filter.channels
        factor = filter.factor
        grid = WinogradFilter.tile
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
