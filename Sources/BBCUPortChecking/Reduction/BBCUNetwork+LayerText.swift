import BBCUNetworks

extension BBCUNetwork {
    /// Layers in words, in their order: a module by its name, what has none by what it does.
    package func texts(ofLayers layers: Range<Int>) -> [String] { layers.map(text(ofLayer:)) }

    private func text(ofLayer index: Int) -> String {
        switch layers[index].operation {
        case .scaleByK: "times k = \(amplification.shortText)"
        case .divideByK: "divided by k = \(amplification.shortText)"
        case .convolution, .unit: layers[index].prefix
        case .activation(.relu): "ReLU"
        case .activation(.leakyReLU(let slope)): "leaky ReLU \(slope.shortText)"
        case .pixelShuffle(let shuffle): "pixel shuffle \(shuffle.factor)"
        case .addScaledInput(let upscale): "plus k times the image, bilinear x\(upscale)"
        case .subtractFromScaledInput: "k times the image minus that"
        }
    }

    /// The layers that lie between the module that values came from and the layer that is given them: what was done to
    /// the module's output already.
    /// - Parameter start: a module, or `input` for the network's own.
    func layers(from start: String, to layer: Int) -> Range<Int> {
        let first = layers.indices.first { tapName(ofLayer: $0) == start }.map { $0 + 1 } ?? 0
        return min(first, layer)..<layer
    }
}
