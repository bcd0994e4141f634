import TensorBytes

/// Something about a checkpoint that a user has to know, with the layer it concerns.
public struct Problem: JSONModel, Sendable, Hashable {
    /// How bad it is: only errors make a check fail.
    public enum Severity: String, Encodable, Sendable, Hashable { case error, warning }

    /// What kind of problem it is; the raw value is a contract with scripts.
    public enum Kind: String, Encodable, Sendable, Hashable, CaseIterable {
        case missingKey = "missing-key"
        case unexpectedKey = "unexpected-key"
        case shape
        case dtype
        case nonFinite = "non-finite"
        case zeroFilter = "zero-filter"
        case options
        case zeroWeights = "zero-weights"
        case binaryWeights = "binary-weights"
        case amplification

        /// The severity of every problem of this kind.
        public var severity: Severity {
            switch self {
            case .missingKey, .unexpectedKey, .shape, .dtype, .nonFinite, .zeroFilter, .options: .error
            case .zeroWeights, .binaryWeights, .amplification: .warning
            }
        }
    }

    /// What kind of problem it is.
    public var kind: Kind
    /// The state-dict prefix of the layer, where there is one.
    public var layer: String?
    /// The state-dict key, or the path in the options file, where there is one.
    public var key: String?
    /// What was expected, in words.
    public var expected: String
    /// What was found, in words.
    public var found: String

    /// How bad it is.
    public var severity: Severity { kind.severity }

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "severity": severity, "kind": kind, "layer": layer, "key": key, "expected": expected, "found": found,
        ])
    }

    /// A problem of the given kind.
    public init(_ kind: Kind, layer: String? = nil, key: String? = nil, expected: String, found: String) {
        self.kind = kind
        self.layer = layer
        self.key = key
        self.expected = expected
        self.found = found
    }
}
