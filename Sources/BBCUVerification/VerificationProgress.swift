import BBCUErrorBounds
import BBCUNetworks

/// How far a comparison is.
public struct VerificationProgress: Sendable, Hashable {
    /// Layers that are done.
    public var layer: Int
    /// All layers.
    public var layers: Int
    /// The share of all multiply-adds that is done, from 0 to 1.
    public var share: Double
}

/// What each layer's part of the whole is.
struct Workload {
    /// The share that is done before each layer, and 1 at the end.
    private let starts: [Double]

    init(_ network: BBCUNetwork, height: Int, width: Int) {
        var costs = (network.cost(width: width, height: height)?.layers ?? [])[...]
        var sums = [0.0]
        for layer in network.layers {
            let cost = layer.operation.weights == nil ? nil : costs.popFirst()
            sums.append((sums.last ?? 0) + Double((cost?.floatOperations ?? 0) + (cost?.binaryOperations ?? 0)))
        }
        let total = sums.last ?? 0
        starts = sums.map { total > 0 ? $0 / total : 0 }
    }

    /// The progress within a layer.
    /// - Parameter share: of the layer.
    func progress(_ layer: Int, _ share: Double = 0) -> VerificationProgress {
        let layers = starts.count - 1
        let next = starts[min(layer + 1, layers)]
        return VerificationProgress(
            layer: layer, layers: layers, share: starts[layer] + share * (next - starts[layer]))
    }
}
