import Execution
import Networks

extension UnitParameters {
    /// The signs of the weights as a filter: its sums are exact in float32.
    var signFilter: FloatFilter<Float> {
        FloatFilter(inputs: unit.inputs, outputs: unit.outputs, kernel: unit.kernel, weights: weightSigns)
    }
}

extension Model {
    /// The magnitudes of a float convolution's weights: what carries D through it.
    func absoluteWeights(_ layer: Layer) -> FloatFilter<Float>? {
        guard let convolution = layer.operation.convolution else { return nil }
        return FloatFilter(
            inputs: convolution.inputs, outputs: convolution.outputs, kernel: convolution.kernel,
            weights: values(layer.prefix, "weight").map(abs))
    }
}
