import BBCUExecution
import TensorBytes

/// An image of 8-bit samples: what the published figures are measured on.
public struct ByteImage: Sendable, Hashable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Samples in a pixel: 1 for grey or luma, 3 for RGB.
    public let channels: Int
    /// Rows from the top, pixels from the left, the channels of a pixel side by side.
    public let samples: [UInt8]

    /// Wraps interleaved samples, or returns nil where their number does not fit or there are not 1 or 3 channels.
    public init?(width: Int, height: Int, channels: Int, samples: [UInt8]) {
        guard width > 0, height > 0, channels == 1 || channels == 3,
            TensorShape.elementCount([width, height, channels]) == samples.count
        else { return nil }
        self.init(unchecked: width, height, channels, samples)
    }

    init(unchecked width: Int, _ height: Int, _ channels: Int, _ samples: [UInt8]) {
        self.width = width
        self.height = height
        self.channels = channels
        self.samples = samples
    }

    /// The part of the image from the top left corner, at least a pixel and at most as large as the image.
    public func cropped(width: Int, height: Int) -> ByteImage {
        let (width, height) = (min(max(1, width), self.width), min(max(1, height), self.height))
        return cropped(to: PixelRectangle(rows: 0..<height, columns: 0..<width))
    }

    /// The image with three channels: a grey one has the same value in each.
    public var withThreeChannels: ByteImage {
        guard channels == 1 else { return self }
        return ByteImage(unchecked: width, height, 3, samples.flatMap { [$0, $0, $0] })
    }

    /// The luma of the image, rounded to 8 bits, half to even. A grey image counts as three equal channels, so that it
    /// too is squeezed into 16...235.
    public var lumaRounded: ByteImage {
        let luma = ComparedImage(self).luma
        let samples = (0..<height).flatMap { luma.row($0).map { UInt8($0.rounded(.toNearestOrEven)) } }
        return ByteImage(unchecked: width, height, 1, samples)
    }

    /// The values divided by 255 in float32, as a network takes them.
    public var featureMap: FeatureMap<Float> {
        FeatureMap(height: height, width: width, channels: channels, filled: samples.map { Float($0) / 255 })
    }
}
