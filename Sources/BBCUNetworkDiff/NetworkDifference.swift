import BBCUCheckpointDiff
import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes
import TensorFiles

/// How the 1-bit convolutions of two checkpoints' networks differ: the signs of their weights, and alpha, the mean
/// magnitude of a filter's weights.
public struct NetworkDifference: JSONModel, Sendable {
    /// A 1-bit convolution that both networks have in the same size.
    public struct Layer: Sendable, Hashable {
        /// The layer's prefix in the state dict.
        public let name: String
        /// The number of 1-bit weights.
        public let weights: Int
        /// How many of them have another sign; a weight of exactly zero has none.
        public let signChanges: Int
        /// The number of filters, each of which has an alpha.
        public let filters: Int
        /// How many of them have another alpha.
        public let changedAlphas: Int
        /// The mean of alpha over the filters in A.
        public let meanAlphaOfA: Double
        /// The mean of alpha over the filters in B.
        public let meanAlphaOfB: Double
        /// The largest |a - b| / max(a, b) of an alpha; 0 if none moved.
        public let largestAlphaChange: Double
        /// The filter that it is of; nil if none moved.
        public let filter: Int?

        fileprivate var signs: JSONMembers {
            JSONMembers(["name": name, "weights": weights, "changed": signChanges])
        }

        fileprivate var alpha: JSONMembers {
            JSONMembers([
                "name": name, "filters": filters, "changed": changedAlphas, "mean_a": meanAlphaOfA,
                "mean_b": meanAlphaOfB, "max_relative": largestAlphaChange, "filter": filter,
            ])
        }
    }

    /// A's network; nil if it is none that is known.
    public let a: BBCUNetwork?
    /// B's network.
    public let b: BBCUNetwork?
    /// The 1-bit convolutions that both have in the same size, in A's order.
    public let layers: [Layer]
    /// Those that only one has, or that have another size in the other.
    public let others: [String]

    /// The members that it adds to the comparison of the checkpoints.
    public func encode(to encoder: any Encoder) throws {
        let signs = JSONMembers([
            "weights": weights, "changed": signChanges, "layers": layers.map(\.signs), "not_compared": others,
        ])
        let networks = JSONMembers(["a": a, "b": b])
        let compared: JSONMembers? = layers.isEmpty ? nil : signs
        try encoder.encode(["networks": networks, "sign_changes": compared, "alpha": layers.map(\.alpha)])
    }

    /// Compares two checkpoints' networks; nil if neither has one.
    ///
    /// - Throws: what reading a tensor throws.
    public init?(_ a: Checkpoint, _ b: Checkpoint, _ options: DifferenceOptions) throws {
        let first = Self.resolution(a, root: options.rootA)
        let second = Self.resolution(b, root: options.rootB)
        (self.a, self.b) = (first?.network, second?.network)
        guard self.a != nil || self.b != nil else { return nil }
        guard let first, let second, let networkA = first.network, let networkB = second.network else {
            (layers, others) = ([], [])
            return
        }
        let unitsB = Self.units(networkB)
        var found: [Layer] = []
        var others = Set(unitsB.keys)
        var apart: [String] = []
        for layer in networkA.layers {
            guard let unit = layer.operation.unit else { continue }
            let shape = unitsB[layer.prefix]
            others.remove(layer.prefix)
            guard shape == [unit.outputs, unit.inputs, unit.kernel, unit.kernel],
                let compared = try Layer(layer.prefix, filters: unit.outputs, first.selection, second.selection)
            else {
                apart.append(layer.prefix)
                continue
            }
            found.append(compared)
        }
        layers = found
        self.others = apart + networkB.layers.map(\.prefix).filter(others.contains)
    }

    /// The network of a checkpoint; a file that holds none is compared as any other.
    private static func resolution(_ checkpoint: Checkpoint, root: String) -> Resolution? {
        do throws(UnusableCheckpoint) {
            return try checkpoint.resolve(NetworkRequest(root: root.isEmpty ? nil : root))
        } catch { return nil }
    }

    /// The 1-bit convolutions of a network, and their weights' shapes.
    private static func units(_ network: BBCUNetwork) -> [String: [Int]] {
        var units: [String: [Int]] = [:]
        for layer in network.layers {
            guard let unit = layer.operation.unit else { continue }
            units[layer.prefix] = [unit.outputs, unit.inputs, unit.kernel, unit.kernel]
        }
        return units
    }

    /// The number of 1-bit weights that were compared.
    public var weights: Int { layers.reduce(0) { $0 + $1.weights } }
    /// How many of them have another sign.
    public var signChanges: Int { layers.reduce(0) { $0 + $1.signChanges } }
}

extension NetworkDifference.Layer {
    /// Compares a layer; nil if one of the files lacks its weights, or has others than the network's.
    fileprivate init?(
        _ prefix: String, filters: Int, _ a: BBCUNetworks.Selection, _ b: BBCUNetworks.Selection
    ) throws {
        let key = "\(prefix).\(UnitKey.weight)"
        guard let own = a.stateDict.tensors[key], own.shape == b.stateDict.tensors[key]?.shape,
            let first = try a.stateDict.load(key).doubles(), let second = try b.stateDict.load(key).doubles(),
            filters > 0, first.count.isMultiple(of: filters)
        else { return nil }
        name = prefix
        weights = first.count
        self.filters = filters
        signChanges = zip(first, second).count { ($0 > 0) != ($1 > 0) || ($0 < 0) != ($1 < 0) }
        let alphas = (
            try Self.alpha(a, prefix, first, filters: filters), try Self.alpha(b, prefix, second, filters: filters)
        )
        let moves = zip(alphas.0, alphas.1).map { one, other in
            one == other ? 0 : abs(one - other) / max(one, other)
        }
        changedAlphas = zip(alphas.0, alphas.1).count { $0 != $1 }
        let largest = moves.indices.max { moves[$0] < moves[$1] } ?? 0
        largestAlphaChange = moves.isEmpty ? 0 : moves[largest]
        filter = changedAlphas > 0 ? largest : nil
        meanAlphaOfA = Self.mean(alphas.0)
        meanAlphaOfB = Self.mean(alphas.1)
    }

    /// The mean magnitude of each filter's weights, or what a packed model says it is.
    private static func alpha(
        _ selection: BBCUNetworks.Selection, _ prefix: String, _ weights: [Double], filters: Int
    ) throws -> [Double] {
        guard !selection.stateDict.isPacked else {
            return try selection.stateDict.load("\(prefix).\(UnitKey.alpha)").doubles() ?? []
        }
        let size = weights.count / filters
        return (0..<filters).map { filter in mean(weights[filter * size..<(filter + 1) * size].map(abs)) }
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}
