import TensorBytes

/// The size of a feature map, whatever the network's input.
public struct MapSize: Sendable, Hashable {
    /// Values a pixel.
    public let channels: Int
    /// How many times as high and wide as the network's input.
    public let scale: Int
}

/// A layer with the sizes of what it reads and makes.
public struct LayerStep: Sendable, Hashable {
    /// The layer.
    public let layer: NetworkLayer
    /// What it reads.
    public let input: MapSize
    /// What it makes.
    public let output: MapSize
}

extension BBCUNetwork {
    /// The layers in order: the one walk over them on which every count of channels, pixels, products and bytes rests.
    public var steps: [LayerStep] {
        var size = MapSize(channels: hyperparameters.inputChannels, scale: 1)
        return layers.map { layer in
            let input = size
            size = layer.operation.output(of: input)
            return LayerStep(layer: layer, input: input, output: size)
        }
    }

    /// How many pixels of the input to either side a pixel of the output depends on.
    package var receptiveRadius: Int {
        let radius = steps.reduce(0.0) { radius, step in
            if case .addScaledInput = step.layer.operation { return max(radius, 1) }
            return radius + Double((step.layer.operation.weights?.kernel ?? 1) / 2) / Double(step.input.scale)
        }
        return Int(radius.rounded(.up))
    }

    /// Values of the largest feature map for an input of the given size, the convolutions' own outputs included; nil
    /// where the number does not fit an `Int`.
    public func largestFeatureMap(height: Int, width: Int) -> Int? {
        var largest = 0
        for step in steps {
            let channels = step.layer.operation.weights.map { max($0.inputs, $0.outputs) }
            let factors = [
                channels ?? hyperparameters.inputChannels, height, width, step.input.scale, step.input.scale,
            ]
            guard let count = product(factors) else { return nil }
            largest = max(largest, count)
        }
        return largest
    }

    /// nil where the product does not fit an `Int`.
    func product(_ factors: [Int]) -> Int? { factors.reduce(1 as Int?) { $0?.times($1) } }
}

extension LayerOperation {
    /// The size of what the layer makes.
    func output(of input: MapSize) -> MapSize {
        let channels = weights?.outputs ?? input.channels
        return MapSize(channels: channels / (shuffleFactor * shuffleFactor), scale: input.scale * shuffleFactor)
    }

    /// How many times wider and higher the layer makes its map by a pixel shuffle.
    package var shuffleFactor: Int {
        if case .pixelShuffle(let shuffle) = self { return shuffle.factor }
        return unit?.shuffleFactor ?? 1
    }
}
