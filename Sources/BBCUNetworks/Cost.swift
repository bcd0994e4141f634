/// What a network costs for one image, layer by layer, as the paper counts it: convolutions only.
public struct Cost: Sendable, Hashable {
    /// One layer's share.
    public struct LayerCost: Sendable, Hashable {
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
}

extension BBCUNetwork {
    /// The cost of one image of the given size, or nil for a size that is not positive and where a count does not fit an
    /// `Int`.
    public func cost(width: Int, height: Int) -> Cost? {
        guard width > 0, height > 0 else { return nil }
        var result = Cost(width: width, height: height, layers: [])
        var scale = 1
        for layer in layers {
            switch layer.operation {
            case .convolution(let convolution):
                let weights = convolution.outputs * convolution.inputs * convolution.kernel * convolution.kernel
                guard let operations = product(weights, width, height, scale, scale) else { return nil }
                result.layers.append(
                    Cost.LayerCost(
                        name: layer.prefix, part: layer.part, floatOperations: operations, binaryOperations: 0,
                        floatParameters: weights, binaryParameters: 0))
            case .unit(let unit):
                let weights = unit.outputs * unit.inputs * unit.kernel * unit.kernel
                guard let operations = product(weights, width, height, scale, scale) else { return nil }
                result.layers.append(
                    Cost.LayerCost(
                        name: layer.prefix, part: layer.part, floatOperations: 0, binaryOperations: operations,
                        floatParameters: 0, binaryParameters: weights))
                scale *= unit.shuffleFactor
            case .pixelShuffle(let shuffle): scale *= shuffle.factor
            default: break
            }
        }
        // The sums have to fit too.
        var total = 0
        for layer in result.layers {
            let (sum, overflow) = total.addingReportingOverflow(layer.floatOperations + layer.binaryOperations)
            guard !overflow else { return nil }
            total = sum
        }
        return result
    }

    private func product(_ factors: Int...) -> Int? {
        var result = 1
        for factor in factors {
            let (next, overflow) = result.multipliedReportingOverflow(by: factor)
            guard !overflow else { return nil }
            result = next
        }
        return result
    }
}
