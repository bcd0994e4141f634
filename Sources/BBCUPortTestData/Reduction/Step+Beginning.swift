import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

extension PortSession.Step {
    /// The same step from where its first unit or convolution begins: activations and pixel shuffles before it are run as
    /// a right port does, so that the step's input is what that unit is given, within its radius.
    package func begun(by evaluator: EnclosureEvaluator) -> PortSession.Step {
        var result = self
        while result.layers.count > 1, let first = result.layers.first,
            let next = evaluator.elementwise(first, result.start)
        {
            result.start = next
            result.layers = first + 1..<layers.upperBound
        }
        guard result.layers != layers else { return self }
        (result.right, result.comparison, result.tilings) = (nil, nil, nil)
        return result
    }
}

extension EnclosureEvaluator {
    /// What a layer without parameters makes of each value alone; nil for any other layer.
    fileprivate func elementwise(_ index: Int, _ input: Enclosure) -> Enclosure? {
        switch network.layers[index].operation {
        case .activation(.relu), .pixelShuffle: run(index, input, nil)
        case .activation(.leakyReLU): run(index, input, nil).map { held($0, network.storedTensor(ofLayer: index)) }
        default: nil
        }
    }

    /// Values as a port holds them: one that has no format of its own is rounded to the port's arithmetic.
    private func held(_ enclosure: Enclosure, _ tensor: StoredTensor?) -> Enclosure {
        guard tensor.flatMap({ formats?.tensors[$0] }) == nil else { return enclosure }
        let values = enclosure.map.values.map(arithmetic.rounded)
        let radius = values.indices.map { enclosure.radius[$0] + abs(values[$0] - enclosure.map.values[$0]) }
        return Enclosure(enclosure.map.with(values), radius: radius)
    }
}
