/// A picture of where two images differ.
public struct HeatMap: Sendable {
    /// The picture: black where they are equal, over blue, red and yellow to white at ``peak``.
    public let image: ByteImage
    /// The largest difference of a pixel, in grey levels of 255: the mean over its channels.
    public let peak: Double

    /// The colours at fifths of the peak.
    private static let colours: [[Double]] = [
        [0, 0, 0], [40, 20, 130], [160, 30, 110], [235, 85, 35], [250, 190, 50], [255, 255, 255],
    ]

    /// Draws the differences of two images; nil where their sizes differ.
    public init?(_ first: ComparedImage, _ second: ComparedImage) {
        guard first.width == second.width, first.height == second.height else { return nil }
        let images = (first.withThreeChannels, second.withThreeChannels)
        let differences = (0..<first.height).flatMap { row in
            let (left, right) = (images.0.row(row), images.1.row(row))
            return stride(from: 0, to: left.count, by: 3).map { start in
                (0..<3).reduce(0) { $0 + abs(left[start + $1] - right[start + $1]) } / 3
            }
        }
        let peak = differences.max() ?? 0
        self.peak = peak
        let samples = differences.flatMap { Self.colour(peak > 0 ? $0 / peak : 0) }
        image = ByteImage(unchecked: first.width, first.height, 3, samples)
    }

    private static func colour(_ share: Double) -> [UInt8] {
        let place = share * Double(colours.count - 1)
        let index = min(Int(place), colours.count - 2)
        let part = place - Double(index)
        return (0..<3).map { UInt8((colours[index][$0] * (1 - part) + colours[index + 1][$0] * part).rounded()) }
    }
}
