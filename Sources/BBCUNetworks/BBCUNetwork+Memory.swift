extension BBCUNetwork {
    /// Values of the largest feature map for an input of the given size, the convolutions' own outputs included; nil
    /// where the number does not fit an `Int`.
    public func largestFeatureMap(height: Int, width: Int) -> Int? {
        var scale = 1
        var largest = 0
        for layer in layers {
            let channels: Int
            switch layer.operation {
            case .convolution(let convolution): channels = max(convolution.inputs, convolution.outputs)
            case .unit(let unit): channels = max(unit.inputs, unit.outputs)
            default: channels = hyperparameters.inputChannels
            }
            var count = channels
            for factor in [height, width, scale, scale] {
                let (product, overflow) = count.multipliedReportingOverflow(by: factor)
                guard !overflow else { return nil }
                count = product
            }
            largest = max(largest, count)
            if let unit = layer.operation.unit { scale *= unit.shuffleFactor }
            if case .pixelShuffle(let shuffle) = layer.operation { scale *= shuffle.factor }
        }
        return largest
    }
}
