import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking
import TensorBytes

/// A fault that a port can have, and what the vectors say of it.
public struct PortFault: Encodable, Sendable, Hashable {
    /// The id, and a number where several faults have it: `bits-reversed:2`.
    public var name: String
    /// The id that `check-port` reports.
    public var id: FaultID
    /// The change that repairs it; nil for one that cannot occur.
    public var change: FaultChange?
    /// What became of it.
    public var status: Status
    /// Why it is equivalent or not applicable.
    public var reason: Reason?

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "fault": name, "id": id, "change": change?.text ?? "", "status": status, "reason": reason,
        ])
    }

    /// Why a fault cannot show.
    public enum Reason: TextModel, Sendable, Hashable {
        /// The network has nothing that could be wrong in this way.
        case lacks(FaultNeed)
        /// The network computes the same with it.
        /// - Parameter channels: how many the units have.
        case changesNothing(FaultIdle, channels: [Int])

        /// In words.
        public var description: String {
            switch self {
            case .lacks(let need): need.text
            case .changesNothing(.noTailBits, let channels):
                "\(channels.map(String.init).joined(separator: " or ")) channels fill words of this width: there are no "
                    + "tail bits"
            case .changesNothing(let idle, _): idle.text
            }
        }
    }

    /// What became of a fault.
    public enum Status: String, Encodable, Sendable, Hashable {
        /// A vector shows it.
        case killed
        /// No vector shows it, and nothing proves that none could.
        case survived
        /// The network computes the same with it.
        case equivalent
        /// The network has nothing that could be wrong in this way.
        case notApplicable = "not-applicable"
    }
}

/// A port with one fault, ready to be run many times.
struct FaultyPort: Sendable {
    var fault: PortFault
    let hypothesis: Hypothesis
    /// What it runs.
    var evaluator: EnclosureEvaluator
    /// The layers that compute something else than the right ones.
    let changedLayers: Set<Int>
    /// What every layer's output is rounded to.
    let storage: Arithmetic?

    /// Whether it computes what the right port does, whatever the input.
    var isEquivalent: Bool {
        changedLayers.isEmpty && storage == nil && hypothesis.changesInput == nil && hypothesis.changesOutput == nil
    }

    init(_ hypothesis: Hypothesis, name: String, right: EnclosureEvaluator) {
        self.hypothesis = hypothesis
        fault = PortFault(name: name, id: hypothesis.id, change: hypothesis.changes[0], status: .survived)
        var evaluator = hypothesis.evaluator
        let roundings = evaluator.injectedFaults.values.compactMap(\.roundsOutput)
        storage = hypothesis.onlyRounds ? roundings.first : nil
        if storage != nil {
            for index in evaluator.injectedFaults.keys { evaluator.injectedFaults[index]?.roundsOutput = nil }
        }
        var changed: Set<Int> = []
        for (index, layer) in right.network.layers.enumerated() {
            let isSame = evaluator.isSame(as: right, inLayer: index)
            if !isSame { changed.insert(index) }
            guard let unit = evaluator.network.layers[index].operation.unit else { continue }
            var prepared = right.prepared[layer.prefix]
            if !isSame || prepared == nil {
                prepared = PreparedUnit(unit, layer.prefix, evaluator.model, hasResidue: !right.sumsAreIntegers)
                if hypothesis.faults[0].sumsAlpha { prepared?.allowOwnSummationOfAlpha() }
            }
            evaluator.prepared[layer.prefix] = prepared
        }
        changedLayers = changed
        self.evaluator = evaluator
    }

    /// Whether two faulty ports compute the same, whatever the input.
    func isEquivalent(to other: FaultyPort) -> Bool {
        guard hypothesis.changesInput == nil, hypothesis.changesOutput == nil, other.hypothesis.changesInput == nil,
            other.hypothesis.changesOutput == nil, storage == other.storage
        else { return false }
        return evaluator.isSame(as: other.evaluator)
    }

    /// Rounds a layer's output to the port's storage: every number between the bounds goes to one between theirs.
    func stored(_ enclosure: Enclosure) -> Enclosure {
        guard let storage else { return enclosure }
        var (values, radius) = (enclosure.map.values, enclosure.radius)
        for index in values.indices {
            let low = storage.rounded(values[index] - radius[index])
            let high = storage.rounded(values[index] + radius[index])
            values[index] = (low + high) / 2
            radius[index] = (high - low) / 2
        }
        return Enclosure(enclosure.map.with(values), radius: radius)
    }
}

extension PreparedUnit {
    /// A wrong alpha is the port's own sum of a filter's weights, in any order.
    fileprivate mutating func allowOwnSummationOfAlpha() {
        let loss = Double(parameters.filterSize + 1) * Arithmetic.float32.relative
        alphaLoss = parameters.alpha.map { $0 * loss }
    }
}
