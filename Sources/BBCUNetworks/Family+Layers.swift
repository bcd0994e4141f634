extension Family {
    /// BBCU-L and BBCU-M: head, blocks of two units, upsampling, reconstruction, bilinear skip.
    func superResolutionLayers(_ sizes: Hyperparameters) -> [NetworkLayer] {
        let features = sizes.features
        var layers = [
            NetworkLayer(.head, .scaleByK),
            NetworkLayer(
                "conv_first", .head,
                .convolution(FloatConvolution(inputs: sizes.inputChannels, outputs: features, bias: true))),
            NetworkLayer(.head, Self.leaky),
        ]
        for block in 0..<sizes.blocks {
            for unit in 0..<2 {
                layers.append(
                    NetworkLayer(
                        "body.\(block).body.\(unit)", .body,
                        .unit(BinaryUnit(inputs: features, outputs: features, shortcut: .identity))))
            }
        }
        let factors = sizes.upscale == 4 ? [2, 2] : [sizes.upscale]
        for (index, factor) in factors.enumerated() {
            layers += upsamplingLayers("upconv\(index + 1)", features: features, factor: factor)
        }
        layers += [
            NetworkLayer(
                "conv_hr", .tail,
                self == .bbcuL
                    ? .convolution(FloatConvolution(inputs: features, outputs: features, bias: true))
                    : .unit(BinaryUnit(inputs: features, outputs: features, shortcut: .identity))),
            NetworkLayer(.tail, Self.leaky),
            NetworkLayer(
                "conv_last", .tail,
                .convolution(FloatConvolution(inputs: features, outputs: sizes.outputChannels, bias: true))),
            NetworkLayer(.tail, .addScaledInput(upscale: sizes.upscale)),
            NetworkLayer(.tail, .divideByK),
        ]
        return layers
    }

    private func upsamplingLayers(_ prefix: String, features: Int, factor: Int) -> [NetworkLayer] {
        let shuffle = PixelShuffle(factor)
        let outputs = features * factor * factor
        if self == .bbcuM {
            let unit = BinaryUnit(inputs: features, outputs: outputs, shortcut: .upsampled(shuffle))
            return [NetworkLayer(prefix, .upsampling, .unit(unit))]
        }
        return [
            NetworkLayer(
                prefix, .upsampling,
                .convolution(FloatConvolution(inputs: features, outputs: outputs, bias: true))),
            NetworkLayer(.upsampling, .pixelShuffle(shuffle)),
            NetworkLayer(.upsampling, Self.leaky),
        ]
    }

    /// The denoiser and the deblocker: the network finds the noise, which is taken from the scaled input.
    func denoiserLayers(_ sizes: Hyperparameters) -> [NetworkLayer] {
        let features = sizes.features
        var layers = [
            NetworkLayer(.head, .scaleByK),
            NetworkLayer(
                "model.0", .head,
                .convolution(FloatConvolution(inputs: sizes.inputChannels, outputs: features, bias: sizes.bias))),
            NetworkLayer(.head, .activation(.relu)),
        ]
        for index in 2..<max(2, sizes.blocks) {
            let unit = BinaryUnit(inputs: features, outputs: features, bias: sizes.bias, shortcut: .identity)
            layers.append(NetworkLayer("model.\(index)", .body, .unit(unit)))
        }
        layers += [
            NetworkLayer(
                "model.\(sizes.blocks)", .tail,
                .convolution(FloatConvolution(inputs: features, outputs: sizes.outputChannels, bias: sizes.bias))),
            NetworkLayer(.tail, .subtractFromScaledInput),
            NetworkLayer(.tail, .divideByK),
        ]
        return layers
    }

    private static var leaky: LayerOperation { .activation(.leakyReLU(slope: 0.1)) }
}
