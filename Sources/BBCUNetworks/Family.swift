/// The published networks, each a function from hyper-parameters to a ``Network``.
public enum Family: String, Codable, Sendable, Hashable, CaseIterable {
    case bbcuL = "bbcu-l"
    case bbcuM = "bbcu-m"
    case denoise = "bbcu-denoise"
    case deblock = "bbcu-deblock"

    /// Whether the family makes images larger.
    public var isSuperResolution: Bool { self == .bbcuL || self == .bbcuM }

    /// The class name in the published code.
    public var className: String {
        switch self {
        case .bbcuL: "BBCUL"
        case .bbcuM: "BBCUM"
        case .denoise, .deblock: "DnCNN"
        }
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
            guard sizes.blocks >= 2, sizes.upscale == 1, sizes.bias == (self == .deblock),
                sizes.inputChannels == sizes.outputChannels
            else { return nil }
            layers = denoiserLayers(sizes)
        }
        return BBCUNetwork(
            family: self, hyperparameters: sizes,
            amplification: amplification ?? Self.amplificationRule(features: sizes.features), layers: layers)
    }
}
