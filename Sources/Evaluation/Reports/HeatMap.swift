/// A picture of where two images differ.
public struct HeatMap: Sendable {
    /// The largest difference of a pixel, in grey levels of 255: the mean over its channels.
    public let peak: Double
    private let width: Int
    private let height: Int
    /// The difference of each pixel as a share of ``peak``.
    private let shares: [Double]
    /// The mean of each pixel of the first image, as a share of 255.
    private let greys: [Double]

    /// The colours at fifths of the peak.
    private static let colours: [SIMD3<Double>] = [
        [0, 0, 0], [40, 20, 130], [160, 30, 110], [235, 85, 35], [250, 190, 50], [255, 255, 255],
    ]

    /// Takes the differences of two images; nil where their sizes differ. What is no number is as far as can be.
    public init?(_ first: ComparedImage, _ second: ComparedImage) {
        guard first.width == second.width, first.height == second.height else { return nil }
        (width, height) = (first.width, first.height)
        let (left, right) = (first.withThreeChannels.values, second.withThreeChannels.values)
        let differences = stride(from: 0, to: left.count, by: 3).map { start in
            let difference = (0..<3).reduce(0) { $0 + abs(left[start + $1] - right[start + $1]) } / 3
            return difference.isFinite ? difference : .greatestFiniteMagnitude
        }
        let peak = differences.max() ?? 0
        self.peak = peak
        shares = differences.map { peak > 0 ? $0 / peak : 0 }
        greys = stride(from: 0, to: left.count, by: 3).map { start in
            let grey = (left[start] + left[start + 1] + left[start + 2]) / (3 * 255)
            return grey.isFinite ? min(max(grey, 0), 1) : 0
        }
    }

    /// The picture: black where the two are equal, over blue, red and yellow to white at ``peak``.
    public var image: ByteImage {
        ByteImage(unchecked: width, height, 3, shares.flatMap { Self.bytes(Self.colour($0)) })
    }

    /// The same over the first image in grey. The square root of a difference's share decides its colour and how far it
    /// covers the grey, so that small ones are still seen.
    public var imageOverFirst: ByteImage {
        let samples = zip(shares, greys).flatMap { share, grey in
            let root = share.squareRoot()
            let cover = min(1, root * 1.2)
            let colour = Self.colour(root) * cover + SIMD3(repeating: grey * 160 * (1 - cover))
            return Self.bytes(colour)
        }
        return ByteImage(unchecked: width, height, 3, samples)
    }

    private static func bytes(_ colour: SIMD3<Double>) -> [UInt8] { (0..<3).map { UInt8(colour[$0].rounded()) } }

    private static func colour(_ share: Double) -> SIMD3<Double> {
        let place = share * Double(colours.count - 1)
        let index = min(Int(place), colours.count - 2)
        let part = place - Double(index)
        return colours[index] * (1 - part) + colours[index + 1] * part
    }
}
