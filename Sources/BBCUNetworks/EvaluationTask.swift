/// What a network restores, which decides how the published figures are measured.
public enum EvaluationTask: String, Codable, Sendable, Hashable, CaseIterable {
    /// Super-resolution.
    case sr
    /// Removal of white Gaussian noise.
    case denoise
    /// Removal of JPEG's blocks.
    case deblock

    /// What a setting of the task is: the factor, the noise's standard deviation in grey levels, or JPEG's quality.
    public var settingName: String {
        switch self {
        case .sr: "scale"
        case .denoise: "sigma"
        case .deblock: "quality"
        }
    }
}
