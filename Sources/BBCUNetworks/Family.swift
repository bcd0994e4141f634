/// The published networks, each a function from hyper-parameters to a ``BBCUNetwork``.
public enum Family: String, Codable, Sendable, Hashable, CaseIterable {
    case bbcuL = "bbcu-l"
    case bbcuM = "bbcu-m"
    case denoise = "bbcu-denoise"
    case deblock = "bbcu-deblock"

    /// What a family is, beyond its layers.
    private struct Traits {
        /// The network's name in reports.
        let name: String
        /// Its type in the options files of the framework that trains it.
        let optionType: String
        let task: EvaluationTask
    }

    private var traits: Traits {
        switch self {
        case .bbcuL: Traits(name: "BBCU-L", optionType: "BBCUL", task: .sr)
        case .bbcuM: Traits(name: "BBCU-M", optionType: "BBCUM", task: .sr)
        case .denoise: Traits(name: "BBCU denoiser", optionType: "dncnn_b", task: .denoise)
        case .deblock: Traits(name: "BBCU deblocker", optionType: "dncnn3_b", task: .deblock)
        }
    }

    /// The network's name in reports.
    var name: String { traits.name }

    /// What the family restores.
    public var task: EvaluationTask { traits.task }

    /// Whether the family makes images larger.
    public var isSuperResolution: Bool { task == .sr }

    /// Whether its convolutions have biases.
    var hasBias: Bool { task == .deblock }

    /// The family that an options file means: super-resolution is trained with BasicSR, the others with KAIR.
    package init?(optionType: String, dialect: OptionsDialect) {
        let family = Self.allCases.first {
            $0.traits.optionType == optionType && $0.isSuperResolution == (dialect == .basicSR)
        }
        guard let family else { return nil }
        self = family
    }

    /// The published amplification factor for a number of features: 130 n / 64.
    public static func amplificationRule(features: Int) -> Double { 130 * Double(features) / 64 }

    /// The network of this family for the given hyper-parameters, or nil where the family has none (an upscale that
    /// is not 2, 3 or 4, a size that is not positive or beyond ``Hyperparameters/largest``, fewer than two layers).
    ///
    /// - Parameter amplification: the factor k; 130 n / 64 where it is nil.
    public func network(_ hyperparameters: Hyperparameters, amplification: Double? = nil) -> BBCUNetwork? {
        let sizes = hyperparameters
        guard sizes.isPlausible else { return nil }
        let layers: [NetworkLayer]
        if isSuperResolution {
            guard sizes.blocks >= 0, (2...4).contains(sizes.upscale), !sizes.bias,
                sizes.inputChannels == sizes.outputChannels
            else { return nil }
            layers = superResolutionLayers(sizes)
        } else {
            guard sizes.blocks >= 2, sizes.upscale == 1, sizes.bias == hasBias,
                sizes.inputChannels == sizes.outputChannels
            else { return nil }
            layers = denoiserLayers(sizes)
        }
        return BBCUNetwork(
            family: self, hyperparameters: sizes,
            amplification: amplification ?? Self.amplificationRule(features: sizes.features), layers: layers)
    }
}
