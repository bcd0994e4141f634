import TensorBytes

/// An image as the metrics see it: float64 intensities in 0...255, made a row at a time, so that a large image costs no more
/// memory than its samples.
public struct ComparedImage: Sendable {
    /// What is compared of a pixel.
    private enum Content: Sendable { case asStored, threeChannels, luma }

    private enum Samples: Sendable {
        case bytes([UInt8])
        /// 16-bit samples and what 1 of 255 is in them.
        case words([UInt16], unit: Double)
    }

    private let samples: Samples
    private let (storedWidth, storedHeight, storedChannels): (Int, Int, Int)
    private var content = Content.asStored
    private var border = 0

    /// Pixels in a row, without the border.
    public var width: Int { storedWidth - 2 * border }
    /// Rows, without the border.
    public var height: Int { storedHeight - 2 * border }
    /// Values in a pixel.
    public var channels: Int {
        switch content {
        case .asStored: storedChannels
        case .threeChannels: 3
        case .luma: 1
        }
    }

    /// The samples of an 8-bit image.
    public init(_ image: ByteImage) {
        samples = .bytes(image.samples)
        (storedWidth, storedHeight, storedChannels) = (image.width, image.height, image.channels)
    }

    /// Wraps interleaved samples of 1 or 3 channels, or returns nil where their number does not fit.
    ///
    /// - Parameter unit: what one of 255 grey levels is in the samples: 1 for 8 bits, 257 for 16.
    public init?(width: Int, height: Int, channels: Int, samples: [UInt16], unit: Double) {
        guard width > 0, height > 0, channels == 1 || channels == 3, samples.count == width * height * channels,
            unit > 0
        else { return nil }
        self.samples = .words(samples, unit: unit)
        (storedWidth, storedHeight, storedChannels) = (width, height, channels)
    }

    /// BT.601 luma in studio range, not rounded; a grey image counts as three equal channels.
    public var luma: ComparedImage { with(.luma) }

    /// Three channels: a grey image has the same value in each.
    public var withThreeChannels: ComparedImage { storedChannels == 3 ? self : with(.threeChannels) }

    private func with(_ content: Content) -> ComparedImage {
        var result = self
        result.content = content
        return result
    }

    /// The image without so many pixels on each side; nil where nothing is left.
    public func withoutBorder(_ border: Int) -> ComparedImage? {
        guard (0...max(width, height)).contains(border) else { return nil }
        var result = self
        result.border += border
        return result.width > 0 && result.height > 0 ? result : nil
    }

    /// The values of a row, the channels of a pixel side by side.
    func row(_ row: Int) -> [Double] {
        let start = ((row + border) * storedWidth + border) * storedChannels
        let range = start..<start + width * storedChannels
        let stored: [Double] =
            switch samples {
            case .bytes(let bytes): bytes[range].map(Double.init)
            case .words(let words, let unit): words[range].map { Double($0) / unit }
            }
        return switch content {
        case .asStored: stored
        case .threeChannels: stored.flatMap { [$0, $0, $0] }
        case .luma: luma(of: stored)
        }
    }

    /// The luma of every pixel; a grey one counts as three equal channels.
    private func luma(of values: [Double]) -> [Double] {
        let step = storedChannels == 1 ? 0 : 1
        return stride(from: 0, to: values.count, by: storedChannels).map {
            BT601.studioLuma(values[$0], values[$0 + step], values[$0 + 2 * step])
        }
    }
}
