import BBCUExecution
import BBCUNetworks

extension BBCUModel {
    /// The magnitudes of a float convolution's weights: what carries D through it.
    package func absoluteWeights(_ layer: NetworkLayer) -> FloatFilter<Float>? {
        guard let convolution = layer.operation.convolution else { return nil }
        return FloatFilter(
            inputs: convolution.inputs, outputs: convolution.outputs, kernel: convolution.kernel,
            weights: values(layer.prefix, "weight").map(abs))
    }
}
