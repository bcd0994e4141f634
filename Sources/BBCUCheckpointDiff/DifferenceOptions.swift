import TensorFiles

/// What of two checkpoints is compared, and how closely.
public struct DifferenceOptions: Sendable, Hashable {
    /// Values a and b count as equal where |a - b| <= tolerance, computed in float64. NaN equals NaN, an infinity only
    /// itself. With a tolerance of 0 values are equal where their bits are, NaN apart: 0 and -0 then differ.
    public var tolerance: Double
    /// The path of the subtree of A that is compared; names are without it. Empty for everything.
    public var rootA: String
    /// The same for B.
    public var rootB: String
    /// Compares only names that match this pattern, where it is given.
    public var pattern: NamePattern?
    /// Leaves out what an exported program has beside its weights: example inputs, constants and the graph.
    public var weightsOnly: Bool

    /// Compares everything, by default exactly.
    public init(
        tolerance: Double = 0, rootA: String = "", rootB: String = "", pattern: NamePattern? = nil,
        weightsOnly: Bool = false
    ) {
        self.tolerance = tolerance
        self.rootA = rootA
        self.rootB = rootB
        self.pattern = pattern
        self.weightsOnly = weightsOnly
    }
}
