/// Which faults which vectors show at which taps.
public struct DetectionMatrix: Sendable {
    /// A vector shows a fault at these taps.
    public struct Kill: Sendable, Hashable {
        /// The fault's name.
        public var fault: String
        /// The vector's name.
        public var vector: String
        /// The taps in order.
        public var taps: [String]
    }

    /// Two faults that no vector tells apart at the taps.
    public struct Pair: Encodable, Sendable, Hashable {
        /// The faults' names.
        public var faults: [String]
        /// Whether the networks compute the same, layer by layer; else nothing is proved.
        public var isProved: Bool

        enum CodingKeys: String, CodingKey {
            case faults
            case isProved = "proved_equal"
        }
    }

    /// Every fault, with what became of it.
    public internal(set) var faults: [PortFault] = []
    /// The vectors that show something, images first.
    public internal(set) var vectors: [PortVector] = []
    /// The taps that were looked at.
    public internal(set) var taps: [String] = []
    /// What shows where.
    public internal(set) var kills: [Kill] = []
    /// What is not told apart.
    public internal(set) var inseparable: [Pair] = []

    /// An empty matrix.
    public init() {}

    /// Faults that the vectors show at some tap of a set.
    public func faults(seenAt names: Set<String>) -> Set<String> {
        Set(kills.filter { !names.isDisjoint(with: $0.taps) }.map(\.fault))
    }
}
