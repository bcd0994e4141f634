import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import BBCUWeightPacking
import TensorBytes

/// The faults that a network's ports can have.
struct FaultCatalogue {
    /// Those that the network has room for.
    private(set) var ports: [FaultyPort] = []
    /// Those that it has not, with the reason.
    private(set) var absent: [PortFault] = []

    /// - Parameter alternatives: the models under the file's other roots.
    init(_ right: EnclosureEvaluator, alternatives: [(root: String, model: BBCUModel)], threads: Int) {
        var plain = right
        plain.prepared = [:]
        var builder = HypothesisBuilder(plain, layers: 0..<right.network.layers.count)
        builder.addUnitHypotheses()
        builder.addWeightHypotheses()
        builder.addNetworkHypotheses(alternatives, fit: Fit())
        builder.addOutputHypotheses(nil)
        // A mistake in one unit of a few shows where one in all of them does.
        let hypotheses = builder.hypotheses.filter { !$0.isInOnePlace }
        let counts = Dictionary(grouping: hypotheses, by: \.id).mapValues(\.count)
        var seen: [String: Int] = [:]
        let names = hypotheses.map { hypothesis in
            seen[hypothesis.id, default: 0] += 1
            return counts[hypothesis.id] == 1 ? hypothesis.id : "\(hypothesis.id):\(seen[hypothesis.id] ?? 0)"
        }
        ports = concurrentMap(hypotheses.count, threads: threads) {
            FaultyPort(hypotheses[$0], name: names[$0], right: right)
        }
        judgeEquivalents(right)
        absent += Self.reasons.filter { counts[$0.id] == nil }.map { id, reason in
            PortFault(name: id, id: id, change: "", status: .notApplicable, reason: reason)
        }
    }

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
            let isTail = fault.id == "tail-bits-unmasked"
            fault.status = isTail ? .notApplicable : .equivalent
            fault.reason = isTail ? Self.noTail(right.network) : Self.equivalence[fault.id] ?? Self.sameNetwork
            absent.append(fault)
        }
        ports.removeAll { $0.isEquivalent }
    }

    private static func noTail(_ network: BBCUNetwork) -> String {
        let channels = Set(network.layers.compactMap { $0.operation.unit?.inputs }).sorted().map(String.init)
        return "\(channels.joined(separator: " or ")) channels fill words of this width: there are no tail bits"
    }

    private static let sameNetwork = "every layer has the same operation and parameters with it"

    /// Why a fault changes nothing, where more can be said than that.
    private static let equivalence = [
        "alpha-after-clamp": "no weight is beyond [-1, 1]: alpha is the same",
        "accumulator-wraps": "no filter has so many weights that its sum leaves 8 bits",
        "accumulator-saturates": "no filter has so many weights that its sum leaves 8 bits",
        "shift-missing": "every move0.bias is 0", "shift-negated": "every move0.bias is 0",
        "shift-after-sign": "every move0.bias is 0", "padding-before-shift": "every move0.bias is 0",
        "residual-after-shift": "every move0.bias is 0",
        "slope-on-positives": "every PReLU slope is 1",
        "first-bias-missing": "every relu.pr_bias0.bias is 0",
        "second-bias-missing": "every relu.pr_bias1.bias is 0",
        "wrong-root": "the other weights of the file are the same",
    ]

    /// What a network lacks that has no fault of an id.
    private static let reasons: [(id: String, reason: String)] = [
        ("convolution-bias-missing", "no convolution has a bias"),
        ("residual-upsampling-bilinear", "no unit upsamples its residual"),
        ("residual-upsampling-shifted", "no unit upsamples its residual"),
        ("pixel-shuffle-dcr", "the network has no pixel shuffle"),
        ("pixel-shuffle-transposed", "the network has no pixel shuffle"),
        ("units-swapped", "no block has two units of a kind"),
        ("alpha-sum", "a packed model has no latent weights"), ("alpha-rms", "a packed model has no latent weights"),
        ("alpha-median", "a packed model has no latent weights"),
        ("alpha-after-clamp", "a packed model has no latent weights"),
        ("input-bgr", "the input has not 3 channels"), ("output-bgr", "the output has not 3 channels"),
        ("k-missing", "the network has no factor k"), ("k-missing-at-input", "the network has no factor k"),
        ("k-missing-at-output", "the network has no factor k"), ("k-other", "the network has no factor k"),
        ("skip-missing", "the network has no skip"), ("skip-added", "no skip is subtracted from"),
        ("skip-nearest", "the skip is not upsampled"), ("skip-bicubic", "the skip is not upsampled"),
        ("bilinear-align-corners", "the skip is not upsampled"),
        ("leaky-slope", "the network has no leaky ReLU"), ("wrong-root", "the file has no other weights"),
        ("word-order", "no unit has more than one byte of channels"),
    ]
}

extension Hypothesis {
    /// Whether it is one unit's or convolution's fault that is tried in all of them too.
    fileprivate var isInOnePlace: Bool {
        change.ends(with: ")") && change.includes("(in ") && !change.includes("(in the ")
    }
}
