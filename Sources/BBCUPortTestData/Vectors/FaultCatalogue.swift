import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import BBCUWeightPacking
import TensorBytes

/// The faults that a network's ports can have.
package struct FaultCatalogue {
    /// Those that the network has room for.
    private(set) var ports: [FaultyPort] = []
    /// Those that it has not, with the reason.
    private(set) var absent: [PortFault] = []

    /// - Parameter alternatives: the models under the file's other roots.
    init(_ right: EnclosureEvaluator, alternatives: [(root: String, model: BBCUModel)], threads: Int) {
        var plain = right
        plain.prepared = [:]
        var context = FaultContext(plain, layers: right.network.layers.indices)
        context.alternatives = alternatives
        // A mistake in one unit of a few shows where one in all of them does.
        let hypotheses = context.hypotheses(Self.scopes).filter { !$0.isInOneLayer }
        let counts = Dictionary(grouping: hypotheses, by: \.id).mapValues(\.count)
        var seen: [FaultID: Int] = [:]
        let names = hypotheses.map { hypothesis in
            seen[hypothesis.id, default: 0] += 1
            return counts[hypothesis.id] == 1 ? "\(hypothesis.id)" : "\(hypothesis.id):\(seen[hypothesis.id] ?? 0)"
        }
        ports = concurrentMap(hypotheses.count, threads: threads) {
            FaultyPort(hypotheses[$0], name: names[$0], right: right)
        }
        judgeEquivalents(right)
        let lacking = Self.scopes.flatMap { FaultTable.rows[$0] ?? [] }.filter {
            counts[$0.id] == nil && $0.need != nil
        }
        absent += Fault.Need.allCases.flatMap { need in lacking.filter { $0.need == need } }
            .reduce(into: [PortFault]()) { absent, fault in
                guard !absent.contains(where: { $0.id == fault.id }) else { return }
                absent.append(
                    PortFault(
                        name: "\(fault.id)", id: fault.id, change: nil, status: .notApplicable,
                        reason: fault.need.map(PortFault.Reason.lacks)))
            }
    }

    /// What shows whatever was dumped.
    package static let scopes: [Fault.Scope] = [.unit, .order, .input, .network, .output]

    /// Those at some places alone.
    func restricted(to places: [Int]) -> FaultCatalogue {
        var result = self
        result.ports = places.map { ports[$0] }
        result.absent = []
        return result
    }

    /// Takes out what changes nothing.
    private mutating func judgeEquivalents(_ right: EnclosureEvaluator) {
        for port in ports where port.isEquivalent {
            var fault = port.fault
            let idle = port.hypothesis.faults[0].idle
            fault.status = idle == .noTailBits ? .notApplicable : .equivalent
            let channels = Set(right.network.layers.compactMap { $0.operation.unit?.inputs })
            fault.reason = .changesNothing(idle, channels: channels.sorted())
            absent.append(fault)
        }
        ports.removeAll { $0.isEquivalent }
    }
}
