/// An image as the metrics see it: float64 intensities in 0...255.
public struct ComparedImage: Sendable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Values in a pixel.
    public let channels: Int
    /// Rows from the top, pixels from the left, the channels of a pixel side by side.
    let values: [Double]

    /// Wraps interleaved intensities of 1 or 3 channels, or returns nil where their number does not fit.
    public init?(width: Int, height: Int, channels: Int, values: [Double]) {
        guard width > 0, height > 0, channels == 1 || channels == 3, values.count == width * height * channels
        else { return nil }
        self.init(unchecked: width, height, channels, values)
    }

    private init(unchecked width: Int, _ height: Int, _ channels: Int, _ values: [Double]) {
        self.width = width
        self.height = height
        self.channels = channels
        self.values = values
    }

    /// The samples of an 8-bit image.
    public init(_ image: ByteImage) {
        self.init(unchecked: image.width, image.height, image.channels, image.samples.map(Double.init))
    }

    /// BT.601 luma in studio range, not rounded; a grey image counts as three equal channels.
    public var luma: ComparedImage {
        ComparedImage(unchecked: width, height, 1, Luma.values(of: values, channels: channels))
    }

    /// Three channels: a grey image has the same value in each.
    public var withThreeChannels: ComparedImage {
        channels == 3 ? self : ComparedImage(unchecked: width, height, 3, values.flatMap { [$0, $0, $0] })
    }

    /// The image without so many pixels on each side; nil where nothing is left.
    public func withoutBorder(_ border: Int) -> ComparedImage? {
        guard border > 0 else { return self }
        let (width, height) = (self.width - 2 * border, self.height - 2 * border)
        guard width > 0, height > 0 else { return nil }
        var result: [Double] = []
        result.reserveCapacity(width * height * channels)
        for row in border..<border + height {
            let start = (row * self.width + border) * channels
            result += values[start..<start + width * channels]
        }
        return ComparedImage(unchecked: width, height, channels, result)
    }

    /// One channel's values.
    func plane(_ channel: Int) -> [Double] {
        channels == 1 ? values : stride(from: channel, to: values.count, by: channels).map { values[$0] }
    }
}
