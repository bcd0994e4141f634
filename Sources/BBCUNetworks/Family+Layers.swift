extension Family {
    /// BBCU-L and BBCU-M: head, blocks of two units, upsampling, reconstruction, bilinear skip.
    func superResolutionLayers(_ sizes: Hyperparameters) -> [Layer] {
        let features = sizes.features
        var layers = [
            Layer(.head, .amplify),
            Layer(
                "conv_first", .head,
                .convolution(FloatConvolution(inputs: sizes.inputChannels, outputs: features, bias: true))),
            Layer(.head, Self.leaky),
        ]
        for block in 0..<sizes.blocks {
            for unit in 0..<2 {
                layers.append(
                    Layer(
                        "body.\(block).body.\(unit)", .body,
                        .unit(BinaryUnit(inputs: features, outputs: features, shortcut: .identity))))
            }
        }
        let factors = sizes.upscale == 4 ? [2, 2] : [sizes.upscale]
        for (index, factor) in factors.enumerated() {
            layers += upsamplingLayers("upconv\(index + 1)", features: features, factor: factor)
        }
        layers += [
            Layer(
                "conv_hr", .tail,
                self == .bbcuL
                    ? .convolution(FloatConvolution(inputs: features, outputs: features, bias: true))
                    : .unit(BinaryUnit(inputs: features, outputs: features, shortcut: .identity))),
            Layer(.tail, Self.leaky),
            Layer(
                "conv_last", .tail,
                .convolution(FloatConvolution(inputs: features, outputs: sizes.outputChannels, bias: true))),
            Layer(.tail, .addScaledInput(upscale: sizes.upscale)),
            Layer(.tail, .attenuate),
        ]
        return layers
    }

    private func upsamplingLayers(_ prefix: String, features: Int, factor: Int) -> [Layer] {
        let shuffle = PixelShuffle(factor)
        let outputs = features * factor * factor
        if self == .bbcuM {
            let unit = BinaryUnit(inputs: features, outputs: outputs, shortcut: .upsampled(shuffle))
            return [Layer(prefix, .upsampling, .unit(unit))]
        }
        return [
            Layer(
                prefix, .upsampling,
                .convolution(FloatConvolution(inputs: features, outputs: outputs, bias: true))),
            Layer(.upsampling, .pixelShuffle(shuffle)),
            Layer(.upsampling, Self.leaky),
        ]
    }

    /// The denoiser and the deblocker: the network finds the noise, which is taken from the scaled input.
    func denoiserLayers(_ sizes: Hyperparameters) -> [Layer] {
        let features = sizes.features
        var layers = [
            Layer(.head, .amplify),
            Layer(
                "model.0", .head,
                .convolution(FloatConvolution(inputs: sizes.inputChannels, outputs: features, bias: sizes.bias))),
            Layer(.head, .activation(.relu)),
        ]
        for index in 2..<max(2, sizes.blocks) {
            let unit = BinaryUnit(inputs: features, outputs: features, bias: sizes.bias, shortcut: .identity)
            layers.append(Layer("model.\(index)", .body, .unit(unit)))
        }
        layers += [
            Layer(
                "model.\(sizes.blocks)", .tail,
                .convolution(FloatConvolution(inputs: features, outputs: sizes.outputChannels, bias: sizes.bias))),
            Layer(.tail, .subtractFromScaledInput),
            Layer(.tail, .attenuate),
        ]
        return layers
    }

    private static var leaky: Operation { .activation(.leakyReLU(slope: 0.1)) }
}
