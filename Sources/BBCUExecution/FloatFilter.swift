import BBCUNetworks
import CBBCUKernels
import TensorBytes

/// A convolution's weights in the kernels' order: block of outputs, kernel row, kernel column, input, output within
/// the block; padded with zeros to whole blocks.
public struct FloatFilter<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    package let inputs: Int
    package let outputs: Int
    let kernel: Int
    let weights: [Scalar]
    let bias: [Scalar]

    /// Reorders weights of PyTorch's shape (outputs, inputs, kernel, kernel); an empty bias is zero.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    package init(inputs: Int, outputs: Int, kernel: Int, weights: [Scalar], bias: [Scalar] = []) {
        self.inputs = inputs
        self.outputs = outputs
        self.kernel = kernel
        let block = Int(BBCU_FLOAT_BLOCK)
        let blocks = (outputs + block - 1) / block
        let taps = kernel * kernel
        var packed = [Scalar](repeating: 0, count: blocks * taps * inputs * block)
        for output in 0..<outputs {
            for input in 0..<inputs {
                for tap in 0..<taps {
                    let target = ((output / block * taps + tap) * inputs + input) * block + output % block
                    packed[target] = weights[(output * inputs + input) * taps + tap]
                }
            }
        }
        self.weights = packed
        self.bias = (0..<blocks * block).map { $0 < bias.count ? bias[$0] : 0 }
    }

    /// The same for the sizes of a layer.
    package init(_ sizes: some ConvolutionWeights, weights: [Scalar], bias: [Scalar] = []) {
        self.init(
            inputs: sizes.inputs, outputs: sizes.outputs, kernel: sizes.kernel, weights: weights, bias: bias)
    }

    /// The sizes of the convolution of a map with this filter.
    func shape(height: Int, width: Int) -> ConvolutionShape {
        ConvolutionShape(height: height, width: width, inputs: inputs, outputs: outputs, kernel: kernel)
    }

    /// Whether the filter has the sizes of a convolution.
    func fits(_ shape: ConvolutionShape) -> Bool {
        shape.inputs == inputs && shape.outputs == outputs && shape.kernel == kernel
    }
}

extension FloatFilter where Scalar: ReferenceScalar {
    /// The convolution of a map, zero-padded unless told otherwise, and where asked the sum of |partial sum| of each
    /// value (empty otherwise).
    package func apply(
        to map: FeatureMap<Scalar>, padding: Scalar = 0, kernels: Kernels, bounded: Bool = false
    ) -> (output: FeatureMap<Scalar>, magnitudes: [Scalar]) {
        let result = Scalar.convolve(
            kernels, height: map.height, width: map.width, padded: map.padded(by: kernel / 2, with: padding),
            filter: self, bounded: bounded)
        let output = FeatureMap(height: map.height, width: map.width, channels: outputs, filled: result.output)
        return (output, result.magnitudes)
    }

    /// The same for a part of a map, on the caller's thread.
    package func apply(
        to map: SharedMap<Scalar>, tile: PixelRectangle, padding: Scalar = 0, kernels: Kernels, bounded: Bool = false
    ) -> (output: FeatureMap<Scalar>, magnitudes: [Scalar]) {
        apply(
            toWindow: map.window(tile, margin: kernel / 2, padding: padding), tile: tile, kernels: kernels,
            bounded: bounded)
    }

    /// The same where the part and its border are copied out already.
    func apply(toWindow window: [Scalar], tile: PixelRectangle, kernels: Kernels, bounded: Bool) -> (
        output: FeatureMap<Scalar>, magnitudes: [Scalar]
    ) {
        let result = Scalar.convolve(
            kernels.alone, height: tile.height, width: tile.width, padded: window, filter: self, bounded: bounded)
        let output = FeatureMap(height: tile.height, width: tile.width, channels: outputs, filled: result.output)
        return (output, result.magnitudes)
    }
}
