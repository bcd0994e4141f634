import BBCUExecution
import BBCUNetworks

/// How a right port makes the sums of a 1-bit convolution.
public enum SummationKind: String, Encodable, Sendable, Hashable, CaseIterable {
    /// Exact integers, multiplied by alpha once, alpha rounded once to float32; the rest in float32.
    case integer
    /// alpha sign(w) summed in float32, in any order.
    case float
}

extension EnclosureEvaluator {
    /// A right port of this kind, ready for many runs on one thread each.
    package init(_ model: BBCUModel, port: SummationKind, kernels: Kernels) {
        self.init(model: model, kernels: kernels)
        sumsAreIntegers = port == .integer
        self = withPreparedUnits()
        self.kernels.threads = 1
    }

    /// The same with its units made ready, for many runs.
    package func withPreparedUnits() -> EnclosureEvaluator {
        var result = self
        result.prepared = Dictionary(
            uniqueKeysWithValues: network.layers.compactMap { layer in
                layer.operation.unit.map { (layer.prefix, prepared($0, layer.prefix)) }
            })
        return result
    }
}
