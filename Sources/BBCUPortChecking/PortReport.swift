import BBCUErrorBounds

/// What a check of a port found: numbers only, worded by the renderers.
public struct PortReport: Sendable {
    /// How a module came out.
    public enum Verdict: String, Codable, Sendable, Hashable {
        case holds, fails
        /// In the dump, but nothing to run it from.
        case notCompared = "not-compared"
        /// In the dump, but with values that no run makes.
        case notCaptured = "not-captured"
        /// In the dump, with sizes that are not the module's.
        case wrongSize = "wrong-size"
        /// Not in the dump.
        case absent
    }

    /// One module.
    public struct Module: Sendable {
        /// PyTorch's name.
        public var name: String
        /// How it came out.
        public var verdict: Verdict
        /// The module run on the dump's own input to it.
        public var local: PortComparison?
        /// Where that input came from: a module, or `input`.
        public var start: String?
        /// Against the run from the image.
        public var cumulative: PortComparison?
        /// Signs at the unit's input that differ from those of the run from the image; nil where nobody knows.
        public var flips: Int?
        /// What is odd about the array.
        public var likelyCause: LikelyCause?
        /// What the unit's integer sums say; nil for a module's output.
        public var accumulators: AccumulatorFinding?
        /// Whether it holds by a bound that tells nothing, with an error larger than right ports have.
        public var isDoubted = false

        /// One without a comparison.
        package init(name: String, verdict: Verdict, likelyCause: LikelyCause? = nil) {
            (self.name, self.verdict, self.likelyCause) = (name, verdict, likelyCause)
        }

        /// Whether values are infinite or no numbers, which is always a fault.
        var isNotFinite: Bool { if case .notFinite? = likelyCause { true } else { false } }
    }

    /// A fault that reproduces the dump.
    public struct Diagnosis: Sendable, Hashable {
        /// The fault, and with it another that has to be there too.
        public var ids: [FaultID]
        /// The changes to make, one for each.
        public var changes: [FaultChange]
        /// The module where it was seen.
        public var module: String
        /// The largest share of the rounding bound with this fault.
        public var share: Double
        /// The largest difference with this fault.
        public var largestDifference: Double
        /// For a fault of the whole network: how many modules of the dump it explains, and of how many.
        public var explained: Explained?
        /// For a fault of single units: how many of the other modules that are wrong it explains too, and of how many.
        public var others: Explained?
        /// What shows it, where integer sums were checked.
        public var proof: SumProof?

        package init(
            _ hypothesis: Hypothesis, module: String, share: Double = 0, largestDifference: Double = 0,
            explained: Explained? = nil, others: Explained? = nil, proof: SumProof? = nil
        ) {
            (ids, changes, self.module) = (hypothesis.ids, hypothesis.changes, module)
            (self.share, self.largestDifference) = (share, largestDifference)
            (self.explained, self.others, self.proof) = (explained, others, proof)
        }

        /// The fault.
        public var id: FaultID { ids[0] }

        /// Modules that hold.
        public struct Explained: Encodable, Sendable, Hashable {
            /// How many it explains.
            public var holding: Int
            /// How many it could be tried on.
            public var compared: Int
            /// How many there are, of which those that were compared are the first.
            public var wrong: Int

            package init(holding: Int, compared: Int, wrong: Int = 0) {
                (self.holding, self.compared, self.wrong) = (holding, compared, wrong)
            }
        }
    }

    /// What is known of faults where nothing fails, but an error is larger than right ports have.
    public enum FaultsOfDoubted: Sendable, Hashable {
        /// Nothing is doubted, or no faults were asked for.
        case untried
        /// The module has so few values that some fault fits by chance.
        case tooFewValues
        /// The input is too large to try them on.
        case tooLarge
        /// They were tried, and none explains the error.
        case noneFits
    }

    /// Every module in order.
    public var modules: [Module] = []
    /// The first module that is wrong given its own input.
    public var firstWrong: String?
    /// What reproduces the dump, best first.
    public var diagnoses: [Diagnosis] = []
    /// What a reader should know.
    public var notes: [PortNote] = []
    /// Arrays of the dump that were not used.
    public var unused: [String] = []
    /// Those of them that are not inside a module that was compared, with whose output they are judged.
    public var unmatched: [String] = []
    /// The port's arithmetic.
    public var arithmetic = Arithmetic.float32
    /// The formats in which the dump was judged; nil for the arithmetic alone.
    public var formats: PortFormats?
    /// Whether the known faults were tried where nothing fails but an error is larger than right ports have.
    public var faultsOfDoubted = FaultsOfDoubted.untried
    /// Whether a case of `reduce` was judged: one module, of which no more can be dumped.
    public var isOfReducedCase = false

    package init(_ evaluator: EnclosureEvaluator) {
        (arithmetic, formats) = (evaluator.arithmetic, evaluator.formats)
    }

    /// The first module that fails by what it computes, else the first that was not captured.
    package var firstFailing: String? {
        modules.first { $0.verdict == .fails || $0.verdict == .wrongSize || $0.isNotFinite }?.name
            ?? modules.first { $0.verdict == .notCaptured }?.name
    }

    /// How many modules were compared.
    public var comparedCount: Int { modules.count { $0.verdict == .holds || $0.verdict == .fails } }

    /// Modules that hold by a bound that tells nothing: smaller faults pass.
    public var loose: [Module] { modules.filter { $0.verdict == .holds && $0.local?.isLoose == true } }

    /// Whether something was compared and nothing was wrong.
    public var holds: Bool { firstWrong == nil && comparedCount > 0 }
}
