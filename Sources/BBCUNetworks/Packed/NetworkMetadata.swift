import OrderedCollections

/// What a file says of the network in it, as texts by name: the metadata of the safetensors and packed files that
/// `convert` writes. `Schemas/packed.schema.json` describes it.
public struct NetworkMetadata: Sendable, Hashable {
    /// The family.
    public var family: Family
    /// The sizes.
    public var hyperparameters: Hyperparameters
    /// The factor k.
    public var amplification: Double
    /// Where the writer had k from, in words.
    public var amplificationSource: String

    /// Describes a network.
    public init(_ network: BBCUNetwork, amplificationSource: String) {
        family = network.family
        hyperparameters = network.hyperparameters
        amplification = network.amplification
        self.amplificationSource = amplificationSource
    }

    /// Reads the texts; nil where they describe no network.
    public init?(_ texts: [String: String]) {
        func size(_ key: String) -> Int? { texts[key].flatMap { Int($0) } }
        guard let family = texts["network"].flatMap(Family.init(rawValue:)), let inputs = size("input_channels"),
            let outputs = size("output_channels"), let features = size("features"), let blocks = size("blocks"),
            let upscale = size("upscale"), let bias = texts["bias"].flatMap({ Bool($0) }),
            let amplification = texts["k"].flatMap(Amplification.parse)
        else { return nil }
        self.family = family
        hyperparameters = Hyperparameters(
            inputChannels: inputs, outputChannels: outputs, features: features, blocks: blocks, upscale: upscale,
            bias: bias)
        self.amplification = amplification
        amplificationSource = texts["k_source"] ?? "the file"
    }

    /// The texts.
    public var texts: OrderedDictionary<String, String> {
        [
            "network": family.rawValue, "input_channels": String(hyperparameters.inputChannels),
            "output_channels": String(hyperparameters.outputChannels), "features": String(hyperparameters.features),
            "blocks": String(hyperparameters.blocks), "upscale": String(hyperparameters.upscale),
            "bias": String(hyperparameters.bias), "k": amplification.shortText, "k_source": amplificationSource,
        ]
    }
}
