import BBCUPlatform

/// An image of float32 values, nominally in 0 to 1, as a network takes and gives it.
public struct Planes: Sendable, Hashable {
    /// Values in a pixel.
    public let channels: Int
    /// Rows.
    public let height: Int
    /// Pixels in a row.
    public let width: Int
    /// Rows from the top, pixels from the left, the channels of a pixel side by side (HWC).
    public let values: [Float]

    /// Wraps interleaved values, or returns nil where a size is not positive or their number is not
    /// `height * width * channels`.
    public init?(channels: Int, height: Int, width: Int, values: [Float]) {
        guard channels > 0, height > 0, width > 0, sampleCount(width, height, channels) == values.count
        else { return nil }
        self.init(unchecked: channels, height: height, width: width, values: values)
    }

    /// Wraps values that are known to fit the sizes.
    init(unchecked channels: Int, height: Int, width: Int, values: [Float]) {
        self.channels = channels
        self.height = height
        self.width = width
        self.values = values
    }
}

extension Planes {
    /// The values of an image for a network of 1 or 3 input channels: each sample divided by 255 (65535 at 16 bits)
    /// in float32, as the published test code does. It is a division: a multiplication by 1/255 differs for 126 of
    /// the 256 values.
    ///
    /// Grey fills three channels where three are wanted. An alpha channel is dropped where every pixel is opaque.
    ///
    /// - Throws: ``ImageError`` with code `alpha` where a pixel is not opaque, `channels` for a colour image and a
    ///   number of channels other than 3, or a grey one and a number other than 1 and 3.
    public init(_ image: RasterImage, channels: Int) throws(ImageError) {
        let colours = try image.withoutAlpha()
        let peak = Float(colours.peak)
        let values = colours.samples.map { Float($0) / peak }
        switch (colours.channels, channels) {
        case (1, 1), (3, 3):
            self.init(unchecked: channels, height: image.height, width: image.width, values: values)
        case (1, 3):
            let filled = values.flatMap { [$0, $0, $0] }
            self.init(unchecked: channels, height: image.height, width: image.width, values: filled)
        default:
            throw ImageError(
                .channels, found: "found an image of \(colours.channels.counted("channel"))",
                expected: channels == 1 ? "a grey image" : "an image of \(channels.counted("channel"))")
        }
    }

    /// The image of 8-bit or 16-bit samples nearest to the values: clamped to 0...1, times 255 (65535) in float32,
    /// rounded half to even, as the published test code does.
    ///
    /// - Parameter bitDepth: 8 or 16.
    /// - Throws: ``ImageError`` with code `nonFinite` at the first NaN or infinity, which no clamp may hide, and
    ///   `channels` where there are more than four channels or the bit depth is another.
    public func image(bitDepth: Int) throws(ImageError) -> RasterImage {
        guard channels <= 4, bitDepth == 8 || bitDepth == 16 else {
            throw ImageError(
                .channels, found: "found \(channels.counted("channel")) at \(bitDepth.counted("bit"))",
                expected: "1 to 4 channels at 8 or 16 bits")
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            let (row, column) = (index / channels).quotientAndRemainder(dividingBy: width)
            throw ImageError(
                .nonFinite,
                found: "found \(values[index]) in channel \(index % channels), row \(row), column \(column)",
                expected: "finite values")
        }
        let peak: Float = bitDepth == 8 ? 255 : 65535
        let samples = values.map { UInt16((min(max($0, 0), 1) * peak).rounded(.toNearestOrEven)) }
        return RasterImage(unchecked: width, height: height, channels: channels, bitDepth: bitDepth, samples: samples)
    }
}
