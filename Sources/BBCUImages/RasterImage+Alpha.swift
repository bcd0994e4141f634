import BBCUPlatform

extension RasterImage {
    /// Whether the image has an alpha channel.
    public var hasAlpha: Bool { channels == 2 || channels == 4 }

    /// Whether every pixel is opaque; true without an alpha channel.
    public var isOpaque: Bool {
        !hasAlpha || stride(from: channels - 1, to: samples.count, by: channels).allSatisfy { samples[$0] == peak }
    }

    /// The image without its alpha channel.
    ///
    /// - Throws: ``ImageError`` with code `alpha` where a pixel is not opaque, since what lies behind it is not known.
    public func withoutAlpha() throws(ImageError) -> RasterImage {
        guard isOpaque else {
            throw ImageError(
                .alpha, found: "found pixels that are not opaque", expected: "an opaque image",
                advice: "flatten it onto a background first")
        }
        return separatingAlpha().colours
    }

    /// The colours as they are stored, also where nobody sees them, and the alpha apart as a grey image of the same bit
    /// depth, or nil for an image without.
    public func separatingAlpha() -> (colours: RasterImage, alpha: RasterImage?) {
        guard hasAlpha else { return (self, nil) }
        var colours: [UInt16] = []
        var alpha: [UInt16] = []
        colours.reserveCapacity(width * height * (channels - 1))
        alpha.reserveCapacity(width * height)
        for start in stride(from: 0, to: samples.count, by: channels) {
            colours += samples[start..<start + channels - 1]
            alpha.append(samples[start + channels - 1])
        }
        return (
            RasterImage(unchecked: width, height: height, channels: channels - 1, bitDepth: bitDepth, samples: colours),
            RasterImage(unchecked: width, height: height, channels: 1, bitDepth: bitDepth, samples: alpha)
        )
    }

    /// The image with an alpha channel.
    ///
    /// - Parameter alpha: A grey image of the same size and bit depth.
    /// - Throws: ``ImageError`` with code `channels` where it is another, or the image has an alpha channel.
    public func addingAlpha(_ alpha: RasterImage) throws(ImageError) -> RasterImage {
        guard !hasAlpha, alpha.channels == 1,
            (alpha.width, alpha.height, alpha.bitDepth) == (width, height, bitDepth)
        else {
            throw ImageError(
                .channels,
                found:
                    "found alpha of \(alpha.channels) x \(alpha.height) x \(alpha.width) at \(alpha.bitDepth.counted("bit"))",
                expected: "1 x \(height) x \(width) at \(bitDepth.counted("bit")), for an image without")
        }
        var joined: [UInt16] = []
        joined.reserveCapacity(samples.count + alpha.samples.count)
        for (pixel, opacity) in alpha.samples.enumerated() {
            joined += samples[pixel * channels..<(pixel + 1) * channels]
            joined.append(opacity)
        }
        return RasterImage(
            unchecked: width, height: height, channels: channels + 1, bitDepth: bitDepth, samples: joined)
    }
}
