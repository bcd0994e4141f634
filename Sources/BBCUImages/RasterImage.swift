import TensorBytes

/// An image of 8-bit or 16-bit samples, as a file holds it: no gamma or colour profile has been applied.
public struct RasterImage: Sendable, Hashable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Samples in a pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
    public let channels: Int
    /// Bits in a sample: 8 or 16.
    public let bitDepth: Int
    /// Rows from the top, pixels from the left, the channels of a pixel side by side.
    public let samples: [UInt16]

    /// Wraps interleaved samples, or returns nil where their number is not `width * height * channels`, a size is
    /// not positive, channels are not 1 to 4, the bit depth is neither 8 nor 16, or a sample does not fit it.
    public init?(width: Int, height: Int, channels: Int, bitDepth: Int, samples: [UInt16]) {
        guard width > 0, height > 0, (1...4).contains(channels), bitDepth == 8 || bitDepth == 16,
            sampleCount(width, height, channels) == samples.count,
            bitDepth == 16 || !samples.contains(where: { $0 > 255 })
        else { return nil }
        self.width = width
        self.height = height
        self.channels = channels
        self.bitDepth = bitDepth
        self.samples = samples
    }

    /// The sample that stands for full intensity: 255 or 65535.
    public var peak: UInt16 { bitDepth == 8 ? 255 : 65535 }

    /// Wraps samples that are known to fit the sizes.
    init(unchecked width: Int, height: Int, channels: Int, bitDepth: Int, samples: [UInt16]) {
        self.width = width
        self.height = height
        self.channels = channels
        self.bitDepth = bitDepth
        self.samples = samples
    }
}

extension RasterImage: PixelGrid {
    package var pixelValues: [UInt16] { samples }

    package func with(height: Int, width: Int, _ values: [UInt16]) -> RasterImage {
        RasterImage(unchecked: width, height: height, channels: channels, bitDepth: bitDepth, samples: values)
    }
}

/// The product of three positive sizes, or nil where it overflows.
func sampleCount(_ width: Int, _ height: Int, _ channels: Int) -> Int? {
    let (area, areaOverflow) = width.multipliedReportingOverflow(by: height)
    let (count, overflow) = area.multipliedReportingOverflow(by: channels)
    return areaOverflow || overflow ? nil : count
}
