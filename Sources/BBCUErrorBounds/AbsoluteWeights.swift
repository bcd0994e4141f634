import BBCUExecution
import BBCUNetworks

extension BBCUModel {
    /// The magnitudes of a float convolution's weights: what carries D through it.
    package func absoluteWeights(_ layer: NetworkLayer) -> FloatFilter<Float>? {
        layer.operation.convolution.map { FloatFilter($0, weights: values(layer.prefix, "weight").map(abs)) }
    }
}
