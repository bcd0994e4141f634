import BBCUPlatform
import TensorBytes

/// The factor k and where it comes from: no checkpoint holds it.
public struct Amplification: JSONModel, Sendable, Hashable {
    /// The factor.
    public var value: Double
    /// Where it comes from.
    public var source: Source
    /// What the published rule gives for this width: 130 n / 64.
    public var rule: Double

    /// Whether a number can be a factor: finite and greater than zero, also as float32.
    package static func isUsable(_ value: Double) -> Bool {
        value.isFinite && Float(value) > 0 && Float(value).isFinite
    }

    /// Who named the factor.
    public enum Source: TextModel, Sendable, Hashable {
        /// The caller.
        case argument
        /// An options file, at the given path in it.
        case options(file: String, path: String)
        /// An options file without k: the published class then takes 1.
        case optionsDefault(file: String)
        /// The file itself, whose writer had it from what is named.
        case file(String)
        /// Nobody: the published rule.
        case rule

        /// The source in words.
        public var description: String {
            switch self {
            case .argument: "\(Advice.givenFactor)"
            case .options(let file, let path): "\(file): \(path)"
            case .optionsDefault(let file): "the published code's default, since \(file) names no k"
            case .file(let source): source.begins(with: "the file") ? source : "the file, which had it from \(source)"
            case .rule: "the published rule 130 n / 64"
            }
        }
    }

    /// The factor, chosen in the order argument, options, file, rule.
    public init(argument: Double?, options: TrainingOptions?, metadata: NetworkMetadata? = nil, features: Int) {
        rule = Family.amplificationRule(features: features)
        if let argument {
            value = argument
            source = .argument
        } else if let options, let k = options.amplification {
            value = k
            source = .options(file: options.file, path: options.dialect.path("k"))
        } else if let options, options.dialect == .basicSR, !options.namesAmplification {
            value = 1
            source = .optionsDefault(file: options.file)
        } else if let metadata {
            value = metadata.amplification
            source = .file(metadata.amplificationSource)
        } else {
            value = rule
            source = .rule
        }
    }

    /// The warnings a user should see: a factor that is not the rule's, options that name none.
    public var problems: [Problem] {
        guard value != rule else { return [] }
        let expected = "\(rule.shortText) (130 n / 64)"
        switch source {
        case .argument:
            return [Problem(.amplification, expected: expected, found: "\(value.shortText) from \(source)")]
        case .options(_, let path):
            return [Problem(.amplification, key: path, expected: expected, found: value.shortText)]
        case .optionsDefault:
            return [
                Problem(
                    .amplification, key: OptionsDialect.basicSR.path("k"), expected: expected,
                    found: "no k in the options file, which means k = 1 in the published code")
            ]
        case .file, .rule: return []
        }
    }
}

extension Amplification {
    /// The factor that a text names, or nil where it is not a finite number greater than zero, also as float32.
    public static func parse(_ text: String) -> Double? {
        let digits = text.without(suffix: ".") ?? text
        guard let value = Double(digits), isUsable(value) else { return nil }
        return value
    }
}

extension Double {
    /// The number without `.0` at the end.
    package var shortText: String {
        let text = description
        return text.without(suffix: ".0") ?? text
    }
}
