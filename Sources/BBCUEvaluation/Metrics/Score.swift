import BBCUPlatform

/// How close an image is to another.
public struct Score: Codable, Sendable, Hashable {
    /// The peak signal-to-noise ratio in dB; nil for equal images, whose ratio is infinite.
    public var psnr: Double?
    /// The structural similarity; nil for images with a side under 11 pixels.
    public var ssim: Double?

    /// Collects two measures.
    public init(psnr: Double?, ssim: Double?) {
        self.psnr = psnr
        self.ssim = ssim
    }

    /// Compares two images of one size.
    ///
    /// PSNR is 10 log10(255^2 / MSE) over all values; SSIM is the mean over the channels (Wang et al., "Image quality
    /// assessment: from error visibility to structural similarity", 2004, with the constants of its authors).
    ///
    /// - Returns: nil where the sizes differ.
    public init?(_ first: ComparedImage, _ second: ComparedImage) {
        guard first.width == second.width, first.height == second.height, first.channels == second.channels
        else { return nil }
        psnr = Self.psnr(first, second)
        ssim = StructuralSimilarity.mean(first, second)
    }

    private static func psnr(_ first: ComparedImage, _ second: ComparedImage) -> Double? {
        var sum = 0.0
        for row in 0..<first.height {
            for (left, right) in zip(first.row(row), second.row(row)) { sum += (left - right) * (left - right) }
        }
        let count = Double(first.width * first.height * first.channels)
        return sum == 0 ? nil : 10 * (255 * 255 / (sum / count)).commonLogarithm
    }
}
