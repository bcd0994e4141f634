/// Which training framework wrote an options file.
public enum OptionsDialect: Sendable, Hashable {
    /// BasicSR: YAML, the network under `network_g`.
    case basicSR
    /// KAIR: JSON with comments, the network under `netG`.
    case kair

    /// The path of a network option in a file of this dialect.
    public func path(_ key: String) -> String { (self == .basicSR ? "network_g." : "netG.") + key }
}

/// What an options file says of the network, as far as a checkpoint can be compared with it.
public struct TrainingOptions: Sendable, Hashable {
    /// The file, as the caller named it.
    public var file: String
    /// Who wrote it.
    public var dialect: OptionsDialect
    /// The family that the type names, where it is one of ours.
    public var family: Family?
    /// The type as written.
    public var type: String?
    /// The whole numbers the file gives, by the option's path in the file (`network_g.upscale`).
    public var sizes: [Size] = []
    /// The factor k, where the file has a usable one.
    public var amplification: Double?
    /// Whether the file names k at all, usable or not.
    public var namesAmplification = false
    /// `path.param_key_g`, where the file has one.
    public var parameterKey: String?
    /// Values that cannot be used.
    public var problems: [Problem] = []

    /// The options of a file, of which nothing is known yet.
    package init(file: String, dialect: OptionsDialect) {
        self.file = file
        self.dialect = dialect
    }

    /// One hyper-parameter that the file gives.
    public struct Size: Sendable, Hashable {
        /// The path in the file.
        public var path: String
        /// What it means for the network.
        public var meaning: Meaning
        /// The number.
        public var value: Int

        package init(path: String, meaning: Meaning, value: Int) {
            self.path = path
            self.meaning = meaning
            self.value = value
        }
    }

    /// The hyper-parameter an option stands for.
    public enum Meaning: Sendable, Hashable {
        case inputChannels, outputChannels, features, blocks, upscale

        /// The number in a network's hyper-parameters.
        public func value(in sizes: Hyperparameters) -> Int {
            switch self {
            case .inputChannels: sizes.inputChannels
            case .outputChannels: sizes.outputChannels
            case .features: sizes.features
            case .blocks: sizes.blocks
            case .upscale: sizes.upscale
            }
        }
    }

    /// Everything in the file that contradicts the network found in a checkpoint, and what cannot be used.
    public func problems(against network: BBCUNetwork) -> [Problem] {
        var result = problems
        if let type, family != network.family {
            result.append(
                Problem(
                    .options, key: dialect.path(dialect == .basicSR ? "type" : "net_type"),
                    expected: "the checkpoint's \(network.family.rawValue)",
                    found: family.map { "\(type) (\($0.rawValue))" } ?? "\(type), which is none of the networks"))
        }
        for size in sizes {
            let actual = size.meaning.value(in: network.hyperparameters)
            if actual != size.value {
                result.append(
                    Problem(
                        .options, key: size.path, expected: "\(actual), as in the checkpoint",
                        found: "\(size.value) in \(file)"))
            }
        }
        return result
    }
}
