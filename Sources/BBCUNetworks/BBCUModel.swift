import BBCUPlatform
import OrderedCollections
import TensorBytes

/// A network with its weights: what the execution paths run.
public struct BBCUModel: Sendable {
    /// The definition.
    public var network: BBCUNetwork
    /// The values of every parameter by state-dict key, row-major.
    public var values: [String: [Float]]

    /// Whether the latent weights are the trained ones. A packed model has their signs and alpha alone, under
    /// ``UnitKey/alpha``, which is all that the exact form needs.
    public var hasLatentWeights = true

    /// A model of the given values.
    ///
    /// - Throws: ``ModelError`` where a parameter is missing, has another number of values, or a value that is not
    ///   finite.
    public init(network: BBCUNetwork, values: [String: [Float]]) throws(ModelError) {
        for parameter in network.parameters {
            guard let found = values[parameter.key] else {
                throw ModelError(key: parameter.key, expected: TensorShape.text(parameter.shape), found: "nothing")
            }
            let count = TensorShape.elementCount(parameter.shape) ?? -1
            guard found.count == count else {
                throw ModelError(key: parameter.key, expected: "\(count.counted("value"))", found: "\(found.count)")
            }
            if let bad = found.firstIndex(where: { !$0.isFinite }) {
                throw ModelError(key: parameter.key, expected: "finite values", found: "\(found[bad]) at value \(bad)")
            }
        }
        self.network = network
        self.values = values
    }

    /// Reads a network's weights from a state dict.
    ///
    /// - Parameter convertsDtype: whether float16, bfloat16 and float64 weights are converted to float32.
    /// - Throws: ``ModelError`` where a tensor does not fit; what reading a tensor throws.
    public init(network: BBCUNetwork, stateDict: StateDict, convertsDtype: Bool = false) throws {
        var values: [String: [Float]] = [:]
        for parameter in network.parameters {
            guard let description = stateDict.tensors[parameter.key] else {
                throw ModelError(key: parameter.key, expected: TensorShape.text(parameter.shape), found: "nothing")
            }
            guard description.shape == parameter.shape else {
                throw ModelError(
                    key: parameter.key, expected: TensorShape.text(parameter.shape),
                    found: TensorShape.text(description.shape))
            }
            guard description.dtype == .float32 || convertsDtype else {
                throw ModelError(
                    key: parameter.key, expected: "float32 (\(Advice.convertDtype))", found: description.dtype.rawValue)
            }
            guard let floats = try stateDict.load(parameter.key).floats() else {
                throw ModelError(
                    key: parameter.key, expected: "a floating-point dtype", found: description.dtype.rawValue)
            }
            values[parameter.key] = floats
        }
        try self.init(network: network, values: values)
        guard stateDict.isPacked else { return }
        hasLatentWeights = false
        for layer in network.layers {
            guard let unit = layer.operation.unit else { continue }
            let key = "\(layer.prefix).\(UnitKey.alpha)"
            let alpha = try stateDict.load(key).floats() ?? []
            guard alpha.count == unit.outputs, alpha.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
                throw ModelError(
                    key: key, expected: "\(unit.outputs) finite numbers of at least 0", found: "\(alpha)")
            }
            self.values[key] = alpha
        }
    }

    /// The values under a layer's prefix and a key below it; empty where the network has no such parameter.
    public func values(_ prefix: String, _ key: String) -> [Float] { values["\(prefix).\(key)"] ?? [] }
}

/// Why weights do not make a model.
public struct ModelError: DescribedError, Hashable {
    /// The state-dict key.
    public var key: String
    /// What the network needs.
    public var expected: String
    /// What there is.
    public var found: String
    /// The error in words.
    public var description: String {
        "\(key): expected \(expected), found \(found); \(Advice.validate)"
    }
}
