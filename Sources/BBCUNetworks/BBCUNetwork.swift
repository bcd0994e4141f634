/// A network as plain data: what every interpreter reads (mapping, validation, cost, both execution paths), so that
/// a new binary network is a new value and never a new engine.
///
/// The layers run in sequence on one feature map. One other map is kept beside it: the network's input after
/// ``LayerOperation/scaleByK``, which skip connections read.
public struct BBCUNetwork: Sendable, Hashable {
    /// The family that made the value. A network of one's own names the one it is nearest to: reports show the name, and an
    /// image is read for it as for that family. No interpreter looks at it.
    public var family: Family
    /// What the family was given. Of a network of one's own, the interpreters need the channels and the upscale.
    public var hyperparameters: Hyperparameters
    /// The factor k that the input is multiplied by first and the output divided by last. Not stored in checkpoints.
    public var amplification: Double
    /// The layers in the order they run.
    public var layers: [NetworkLayer]

    /// A network of the given layers. The first is ``LayerOperation/scaleByK``, which every skip connection reads, the last
    /// ``LayerOperation/divideByK``.
    public init(family: Family, hyperparameters: Hyperparameters, amplification: Double, layers: [NetworkLayer]) {
        self.family = family
        self.hyperparameters = hyperparameters
        self.amplification = amplification
        self.layers = layers
    }

    /// The indices of the layers that are BBCU units.
    public var unitIndices: [Int] {
        layers.indices.filter { layers[$0].operation.unit != nil }
    }

    /// The name under which a layer's output is tapped: the name PyTorch's `named_modules()` gives it, `output` for
    /// the last layer, nil for what has none (activations, shuffles, sums).
    public func tapName(ofLayer index: Int) -> String? {
        guard layers.indices.contains(index) else { return nil }
        if index == layers.count - 1 { return "output" }
        switch layers[index].operation {
        case .convolution, .unit: return layers[index].prefix
        default: return nil
        }
    }

    /// The first tapped module at or after a layer: what a fault in that layer is counted to. Nil if there is no such
    /// layer.
    public func nextTapName(fromLayer index: Int) -> String? {
        guard layers.indices.contains(index) else { return nil }
        return layers.indices[index...].lazy.compactMap { tapName(ofLayer: $0) }.first ?? "output"
    }
}

/// The sizes a family of networks is made for.
public struct Hyperparameters: Sendable, Hashable {
    /// Channels of the input image.
    public var inputChannels: Int
    /// Channels of the output image.
    public var outputChannels: Int
    /// Channels of the feature maps (`num_feat`, `nc`).
    public var features: Int
    /// The number of blocks (`num_block`), or of convolution layers (`nb`) for the denoisers.
    public var blocks: Int
    /// How many times wider and higher the output is; 1 for the denoisers.
    public var upscale: Int
    /// Whether the 1-bit convolutions have a bias (`binary_conv.bias`).
    public var bias: Bool

    /// The most channels, features and blocks of a network. The published ones have 64 features and at most 20 blocks;
    /// sizes come from files, and a network is made of as many values as they say.
    public static let largest = 4096

    /// Whether every size can be that of a network.
    var isPlausible: Bool {
        let counts = 1...Self.largest
        return counts.contains(inputChannels) && counts.contains(outputChannels) && counts.contains(features)
            && (0...Self.largest).contains(blocks)
    }

    /// Collects the sizes.
    public init(
        inputChannels: Int = 3, outputChannels: Int = 3, features: Int = 64, blocks: Int, upscale: Int = 1,
        bias: Bool = false
    ) {
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.features = features
        self.blocks = blocks
        self.upscale = upscale
        self.bias = bias
    }
}

/// One step of a network.
public struct NetworkLayer: Sendable, Hashable {
    /// The state-dict prefix without the dot at its end; empty for a layer without parameters.
    public var prefix: String
    /// The part of the network the layer belongs to.
    public var part: Part
    /// What the layer computes.
    public var operation: LayerOperation

    /// A layer with parameters, which lie under `prefix` in the state dict.
    public init(_ prefix: String, _ part: Part, _ operation: LayerOperation) {
        self.prefix = prefix
        self.part = part
        self.operation = operation
    }

    /// A layer without parameters.
    public init(_ part: Part, _ operation: LayerOperation) { self.init("", part, operation) }
}

/// The paper's four parts of an image-restoration network (Xia et al. 2023, section 3).
public enum Part: String, Encodable, Sendable, Hashable, CaseIterable {
    case head, body, upsampling, tail
}
