import TensorBytes

/// What a network costs for one image, layer by layer, as the paper counts it: convolutions only.
public struct Cost: Sendable, Hashable {
    /// One layer's share.
    public struct LayerCost: Encodable, Sendable, Hashable {
        /// The layer's state-dict prefix.
        public var name: String
        /// The part of the network it belongs to.
        public var part: Part
        /// Float multiply-adds.
        public var floatOperations: Int
        /// 1-bit multiply-adds.
        public var binaryOperations: Int
        /// Float weights of convolutions.
        public var floatParameters: Int
        /// 1-bit weights.
        public var binaryParameters: Int
    }

    /// Columns of the input image.
    public var width: Int
    /// Rows of the input image.
    public var height: Int
    /// The layers with a convolution, in order.
    public var layers: [LayerCost]

    /// Float multiply-adds of the whole network.
    public var floatOperations: Int { layers.reduce(0) { $0 + $1.floatOperations } }
    /// 1-bit multiply-adds of the whole network.
    public var binaryOperations: Int { layers.reduce(0) { $0 + $1.binaryOperations } }
    /// Float weights of the whole network.
    public var floatParameters: Int { layers.reduce(0) { $0 + $1.floatParameters } }
    /// 1-bit weights of the whole network.
    public var binaryParameters: Int { layers.reduce(0) { $0 + $1.binaryParameters } }

    /// The paper's operations: float multiply-adds + binary multiply-adds / 64.
    public var operations: Double { Double(floatOperations) + Double(binaryOperations) / 64 }
    /// The paper's parameters: float weights + binary weights / 32.
    public var parameters: Double { Double(floatParameters) + Double(binaryParameters) / 32 }

    /// The report as JSON; `Schemas/cost.schema.json` describes it.
    public func json(file: String, network: BBCUNetwork, unusedKeys: [String] = []) -> JSONValue {
        JSONMembers([
            "file": file, "network": network, "input": JSONMembers(["width": width, "height": height]),
            "layers": layers, "float_operations": floatOperations, "binary_operations": binaryOperations,
            "float_parameters": floatParameters, "binary_parameters": binaryParameters,
            "operations": operations, "parameters": parameters, "unused_keys": unusedKeys,
        ]).json
    }
}

extension BBCUNetwork {
    /// The cost of one image of the given size, or nil for a size that is not positive and where a count does not fit an
    /// `Int`.
    public func cost(width: Int, height: Int) -> Cost? {
        guard width > 0, height > 0 else { return nil }
        var result = Cost(width: width, height: height, layers: [])
        for step in steps {
            guard let weights = step.layer.operation.weights else { continue }
            let scale = step.input.scale
            guard let operations = product([weights.weightCount, width, height, scale, scale]) else { return nil }
            let isBinary = step.layer.operation.unit != nil
            result.layers.append(
                Cost.LayerCost(
                    name: step.layer.prefix, part: step.layer.part, floatOperations: isBinary ? 0 : operations,
                    binaryOperations: isBinary ? operations : 0, floatParameters: isBinary ? 0 : weights.weightCount,
                    binaryParameters: isBinary ? weights.weightCount : 0))
        }
        // The sums have to fit too.
        let total = result.layers.reduce(0 as Int?) { sum, layer in
            sum?.adding(layer.floatOperations + layer.binaryOperations)
        }
        return total == nil ? nil : result
    }
}
