import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// Finds where a port goes wrong, asking it for one tap at a time.
///
/// A tap is judged against the run of a right port from the input, with the bound on what rounding can have done to each
/// value. Where a sign may have flipped before it, the bound covers both signs. So a value beyond the bound is always a
/// fault; one within it is right for certain only as long as every sign before it is sure, which a
/// ``DistinguishingInput`` sees to. The list of taps is halved: between the last that is good and the first that is wrong
/// lies a fault.
public struct PortBisection: Sendable {
    private let right: EnclosureEvaluator
    private let input: FeatureMap<Float>
    private let names: [String]
    private var network: BBCUNetwork { right.network }

    /// Prepares a search.
    /// - Parameters:
    ///   - input: what the port is given.
    ///   - taps: what the port can be asked for.
    ///   - port: how a right port sums.
    public init(
        _ model: BBCUModel, input: FeatureMap<Float>, taps: VectorTaps, port: SummationKind, kernels: Kernels
    ) {
        right = EnclosureEvaluator(model, port: port, kernels: kernels)
        self.input = input
        names = taps.names
    }

    /// The most runs that a search of so many taps takes: the last, and then halves of the rest.
    public static func mostRuns(taps: Int) -> Int {
        var (runs, covered) = (1, 1)
        while covered < taps { (runs, covered) = (runs + 1, covered * 2) }
        return runs
    }

    /// Halves the list of taps.
    ///
    /// - Parameters:
    ///   - endsInDoubt: whether the search ends where the last tap is within a bound that covers doubtful signs.
    ///   - ask: the port's values at a tap, of the tap's sizes.
    /// - Throws: what `ask` throws.
    public func run(
        endsInDoubt: Bool = false, ask: (_ tap: PortTap) throws -> FeatureMap<Float>
    ) throws -> Bisection {
        var result = Bisection()
        var base = BisectionReference(input)
        var (low, ceiling) = (-1, names.count)
        var wrong: Int?
        var next = names.count - 1
        while ceiling - low > 1 {
            let tap = PortTap(names[next], network, height: input.height, width: input.width)
            let values = try ask(tap)
            let reference = base.advanced(to: tap, right)
            let answer = judge(tap, values.asDouble, reference, &result.notes)
            result.answers.append(answer)
            switch answer.verdict {
            case .good:
                (low, result.good, base) = (next, Bisection.Dumped(tap: tap, values: values), reference.before(tap))
            case .wrong:
                (ceiling, wrong, result.wrong) = (next, next, Bisection.Dumped(tap: tap, values: values))
            case .undecided:
                guard !endsInDoubt || result.answers.count > 1 else { return result }
                ceiling = next
            }
            next = (low + ceiling) / 2
        }
        result.undecided = Array(names[(low + 1)..<(wrong ?? names.count)])
        result.suspects = network.suspects(result)
        return result
    }

    private func judge(
        _ tap: PortTap, _ values: FeatureMap<Double>, _ reference: BisectionReference, _ notes: inout [PortNote]
    ) -> Bisection.Answer {
        if let bad = values.values.firstIndex(where: { !$0.isFinite }) {
            // The network is finite on every input of numbers.
            notes.append(
                .notFinite(tap: tap.name, value: values.values[bad], at: values.place(of: bad)))
            return Bisection.Answer(tap: tap.name, verdict: .wrong)
        }
        var comparison = reference.compare(values)
        if comparison?.beyond != 0, !tap.isInside, network.isInPlace(after: tap.layer),
            let later = reference.afterNextLayer(right).compare(values), later.beyond == 0
        {
            comparison = later
            notes.append(network.recordedLater(tap.name, layer: tap.layer))
        }
        let isWithin = comparison?.beyond == 0
        if !isWithin, let first = values.values.first, values.values.allSatisfy({ $0 == first }) {
            notes.append(.constant(tap: tap.name, value: first))
        }
        return Bisection.Answer(
            tap: tap.name, verdict: !isWithin ? .wrong : reference.isSure ? .good : .undecided, comparison: comparison)
    }
}

extension BBCUNetwork {
    /// The modules that a fault between the last good tap and the first wrong one is in.
    func suspects(_ bisection: Bisection) -> [String] {
        guard bisection.verdict != .holds else { return [] }
        let first = bisection.good.map { $0.tap.isInside ? $0.tap.layer : $0.tap.layer + 1 } ?? 0
        let last = bisection.wrong?.tap.layer ?? layers.count - 1
        guard first <= last else { return [] }
        var result: [String] = []
        for name in (first...last).compactMap({ nextTapName(fromLayer: $0) }) where result.last != name {
            result.append(name)
        }
        return result
    }
}

/// One input of a bisection, and what was found on it.
public struct BisectionTrial: Sendable {
    /// The input and its margins.
    public var given: DistinguishingInput
    /// The files of the search.
    public var folder: BisectionFolder
    /// What was found.
    public var bisection: Bisection

    /// Collects what was found.
    public init(given: DistinguishingInput, folder: BisectionFolder, bisection: Bisection) {
        (self.given, self.folder, self.bisection) = (given, folder, bisection)
    }
}

/// What a search found: values and verdicts only, worded by the renderers.
public struct Bisection: Sendable {
    /// How a tap came out.
    public enum TapVerdict: String, Encodable, Sendable, Hashable {
        case good, wrong
        /// Within a bound that covers signs which may have flipped.
        case undecided
    }

    /// How the port came out.
    public enum Verdict: String, Encodable, Sendable, Hashable { case holds, fails, undecided }

    /// A tap that was asked for.
    public struct Answer: Sendable {
        /// Its name.
        public var tap: String
        /// How it came out.
        public var verdict: TapVerdict
        /// The port's values against a right port's; nil where some are not finite.
        public var comparison: PortComparison?
    }

    /// A tap with the port's values.
    public struct Dumped: Sendable {
        /// The tap.
        public var tap: PortTap
        /// The values.
        public var values: FeatureMap<Float>
    }

    /// The taps in the order in which they were asked for.
    public internal(set) var answers: [Answer] = []
    /// The last tap that is correct, for certain unless signs are in doubt; nil if the input alone is.
    public internal(set) var good: Dumped?
    /// The first tap that is wrong for certain.
    public internal(set) var wrong: Dumped?
    /// The taps between the two, of which nobody knows.
    public internal(set) var undecided: [String] = []
    /// The modules that the fault is in.
    public internal(set) var suspects: [String] = []
    /// What a reader should know.
    public internal(set) var notes: [PortNote] = []
    /// Whether signs were in doubt on the input, so that taps were judged on the port's own values of taps before them.
    public internal(set) var isStepped = false
    /// The last good and the first wrong tap, checked as a dump.
    public internal(set) var check: PortReport?

    /// Whether the port's last tap is right, a tap is wrong, or neither could be shown.
    public var verdict: Verdict {
        if wrong != nil { return .fails }
        return undecided.isEmpty ? .holds : .undecided
    }

    /// The known faults that reproduce the first wrong tap.
    public var diagnoses: [PortReport.Diagnosis] { check?.diagnoses ?? [] }
}
