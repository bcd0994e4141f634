import BBCUExecution
import BBCUNetworks

extension Model {
    /// The magnitudes of a float convolution's weights: what carries D through it.
    package func absoluteWeights(_ layer: Layer) -> FloatFilter<Float>? {
        guard let convolution = layer.operation.convolution else { return nil }
        return FloatFilter(
            inputs: convolution.inputs, outputs: convolution.outputs, kernel: convolution.kernel,
            weights: values(layer.prefix, "weight").map(abs))
    }
}
