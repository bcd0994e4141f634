extension Family {
    /// BBCU-L and BBCU-M: head, blocks of two units, upsampling, reconstruction, bilinear skip.
    func superResolutionLayers(_ sizes: Hyperparameters) -> [NetworkLayer] {
        let features = sizes.features
        var layers = [
            NetworkLayer(.head, .scaleByK), Self.float("conv_first", .head, sizes.inputChannels, features),
            NetworkLayer(.head, Self.leaky),
        ]
        for block in 0..<sizes.blocks {
            layers += (0..<2).map { Self.unit("body.\(block).body.\($0)", .body, features) }
        }
        let factors = sizes.upscale == 4 ? [2, 2] : [sizes.upscale]
        for (index, factor) in factors.enumerated() {
            layers += upsamplingLayers("upconv\(index + 1)", features: features, factor: factor)
        }
        layers += [
            self == .bbcuL
                ? Self.float("conv_hr", .tail, features, features) : Self.unit("conv_hr", .tail, features),
            NetworkLayer(.tail, Self.leaky), Self.float("conv_last", .tail, features, sizes.outputChannels),
            NetworkLayer(.tail, .addScaledInput(upscale: sizes.upscale)), NetworkLayer(.tail, .divideByK),
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
            Self.float(prefix, .upsampling, features, outputs), NetworkLayer(.upsampling, .pixelShuffle(shuffle)),
            NetworkLayer(.upsampling, Self.leaky),
        ]
    }

    /// The denoiser and the deblocker: the network finds the noise, which is taken from the scaled input.
    func denoiserLayers(_ sizes: Hyperparameters) -> [NetworkLayer] {
        let (features, bias) = (sizes.features, sizes.bias)
        let head = [
            NetworkLayer(.head, .scaleByK),
            Self.float("model.0", .head, sizes.inputChannels, features, bias: bias),
            NetworkLayer(.head, .activation(.relu)),
        ]
        let body = (2..<max(2, sizes.blocks)).map { Self.unit("model.\($0)", .body, features, bias: bias) }
        return head + body + [
            Self.float("model.\(sizes.blocks)", .tail, features, sizes.outputChannels, bias: bias),
            NetworkLayer(.tail, .subtractFromScaledInput), NetworkLayer(.tail, .divideByK),
        ]
    }

    private static var leaky: LayerOperation { .activation(.leakyReLU(slope: 0.1)) }

    private static func float(
        _ prefix: String, _ part: Part, _ inputs: Int, _ outputs: Int, bias: Bool = true
    ) -> NetworkLayer {
        NetworkLayer(prefix, part, .convolution(FloatConvolution(inputs: inputs, outputs: outputs, bias: bias)))
    }

    private static func unit(_ prefix: String, _ part: Part, _ features: Int, bias: Bool = false) -> NetworkLayer {
        let unit = BinaryUnit(inputs: features, outputs: features, bias: bias, shortcut: .identity)
        return NetworkLayer(prefix, part, .unit(unit))
    }
}
