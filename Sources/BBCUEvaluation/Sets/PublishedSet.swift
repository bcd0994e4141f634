import BBCUPlatform
import TensorBytes

/// The test sets that the paper measures on.
public enum PublishedSet: String, Sendable, Hashable, CaseIterable {
    case set5 = "Set5"
    case set14 = "Set14"
    case b100 = "B100"
    case urban100 = "Urban100"
    case manga109 = "Manga109"
    case cbsd68 = "CBSD68"
    case kodak24 = "Kodak24"
    case live1 = "LIVE1"
    case classic5 = "Classic5"

    /// The set of a name, whatever its case: the authors' folders are spelled `MANGA109`, `live1`, `kodak24`.
    public init?(ignoringCase name: some StringProtocol) {
        let lowered = name.lowercasedASCII
        guard let set = Self.allCases.first(where: { $0.rawValue.lowercasedASCII == lowered }) else { return nil }
        self = set
    }

    /// How many images the set has.
    public var imageCount: Int {
        switch self {
        case .set5, .classic5: 5
        case .set14: 14
        case .b100, .urban100: 100
        case .manga109: 109
        case .cbsd68: 68
        case .kodak24: 24
        case .live1: 29
        }
    }

    /// The name of the set that a folder's images belong to: the nearest component of its path that is a published
    /// name, in the paper's spelling, else the folder's own name.
    public static func name(ofFolder path: String) -> String {
        let components = PathText.parts(of: path)
        for component in components.reversed() {
            if let set = PublishedSet(ignoringCase: component) { return set.rawValue }
        }
        return components.last ?? path
    }
}
