extension Image {
    /// Whether the image has an alpha channel.
    public var hasAlpha: Bool { channels == 2 || channels == 4 }

    /// Whether every pixel is opaque; true without an alpha channel.
    public var isOpaque: Bool {
        !hasAlpha || stride(from: channels - 1, to: samples.count, by: channels).allSatisfy { samples[$0] == peak }
    }

    /// The image without its alpha channel.
    ///
    /// - Throws: ``ImageError`` with code `alpha` where a pixel is not opaque, since what lies behind it is not known.
    public func withoutAlpha() throws(ImageError) -> Image {
        guard isOpaque else {
            throw ImageError(
                .alpha, found: "pixels that are not opaque", expected: "an opaque image",
                advice: "flatten it onto a background first")
        }
        return separatingAlpha().colours
    }

    /// The colours as they are stored, also where nobody sees them, and the alpha apart: one channel in 0...1, or nil
    /// for an image without.
    public func separatingAlpha() -> (colours: Image, alpha: Planes?) {
        guard hasAlpha else { return (self, nil) }
        var colours: [UInt16] = []
        var alpha: [Float] = []
        colours.reserveCapacity(width * height * (channels - 1))
        alpha.reserveCapacity(width * height)
        let opaque = Float(peak)
        for start in stride(from: 0, to: samples.count, by: channels) {
            colours += samples[start..<start + channels - 1]
            alpha.append(Float(samples[start + channels - 1]) / opaque)
        }
        return (
            Image(unchecked: width, height: height, channels: channels - 1, bitDepth: bitDepth, samples: colours),
            Planes(unchecked: 1, height: height, width: width, values: alpha)
        )
    }

    /// The image with an alpha channel, which is rounded to its bit depth.
    ///
    /// - Parameter alpha: One channel of the image's size, in 0...1.
    /// - Throws: ``ImageError`` with code `channels` where the sizes differ or the image has an alpha channel,
    ///   `nonFinite` at a NaN or infinity.
    public func addingAlpha(_ alpha: Planes) throws(ImageError) -> Image {
        guard !hasAlpha, alpha.channels == 1, alpha.height == height, alpha.width == width else {
            throw ImageError(
                .channels, found: "\(alpha.channels) x \(alpha.height) x \(alpha.width) values of alpha",
                expected: "1 x \(height) x \(width), for an image without")
        }
        let opacity = try alpha.image(bitDepth: bitDepth).samples
        var joined: [UInt16] = []
        joined.reserveCapacity(samples.count + opacity.count)
        for (pixel, value) in opacity.enumerated() {
            joined += samples[pixel * channels..<(pixel + 1) * channels]
            joined.append(value)
        }
        return Image(unchecked: width, height: height, channels: channels + 1, bitDepth: bitDepth, samples: joined)
    }
}
