import BBCUAccumulatorChecking
import BBCUExecution
import BBCUNetworks
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUVerification
import BBCUWeightPacking

extension Model {
    /// The magnitudes of a float convolution's weights: what carries D through it.
    func absoluteWeights(_ layer: Layer) -> FloatFilter<Float>? {
        guard let convolution = layer.operation.convolution else { return nil }
        return FloatFilter(
            inputs: convolution.inputs, outputs: convolution.outputs, kernel: convolution.kernel,
            weights: values(layer.prefix, "weight").map(abs))
    }
}
