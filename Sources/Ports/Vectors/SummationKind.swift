import Execution
import Networks

/// How a right port makes the sums of a 1-bit convolution.
public enum SummationKind: String, Sendable, Hashable, CaseIterable {
    /// Exact integers, multiplied by alpha once, alpha rounded once to float32; the rest in float32.
    case integer
    /// alpha sign(w) summed in float32, in any order.
    case float
}

extension Interpreter {
    /// A right port of this kind, its units made ready for many runs on one thread each.
    init(_ model: Model, port: SummationKind, kernels: Kernels) {
        var single = kernels
        single.threads = 1
        self.init(model: model, kernels: single)
        sumsAreIntegers = port == .integer
        prepared = Dictionary(
            uniqueKeysWithValues: network.layers.compactMap { layer in
                layer.operation.unit.map { unit in
                    (layer.prefix, PreparedUnit(unit, layer.prefix, model, hasResidue: port == .float))
                }
            })
    }
}
