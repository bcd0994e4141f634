/// Differences of two pictures, shown in colour over one of them.
public struct HeatMap: Sendable {
    /// The largest difference of a pixel's channels, row by row.
    public let differences: [Float]
    /// The largest of them, which the strongest colour stands for.
    public let largest: Float
    private let picture: Planes

    /// Compares two pictures; nil where their sizes or channels differ. What is not a number counts as infinite.
    public init?(_ picture: Planes, _ other: Planes) {
        guard picture.channels == other.channels, picture.height == other.height, picture.width == other.width
        else { return nil }
        self.picture = picture
        let channels = picture.channels
        differences = (0..<picture.height * picture.width).map { pixel in
            (pixel * channels..<(pixel + 1) * channels).reduce(0) { worst, index in
                let difference = abs(picture.values[index] - other.values[index])
                return max(worst, difference.isNaN ? .infinity : difference)
            }
        }
        largest = differences.max() ?? 0
    }

    /// The colours, from nothing over violet and orange to yellow; RGB in 0...1.
    private static let colours: [SIMD3<Float>] = [
        [0.10, 0.05, 0.20], [0.40, 0.08, 0.55], [0.75, 0.18, 0.42], [0.96, 0.50, 0.12], [1.00, 0.95, 0.45],
    ]

    /// The picture in grey under the colours, as 8-bit RGB. The square root of a difference's share of ``largest`` is
    /// the place of its colour and how far it covers the picture, so that small ones are still seen.
    ///
    /// - Throws: ``ImageError`` where the picture holds a value that is not finite.
    public func image() throws(ImageError) -> RasterImage {
        var values: [Float] = []
        values.reserveCapacity(differences.count * 3)
        let channels = picture.channels
        for (pixel, difference) in differences.enumerated() {
            let sum = (pixel * channels..<(pixel + 1) * channels).reduce(Float(0)) { $0 + picture.values[$1] }
            let grey = min(max(sum / Float(channels), 0), 1) * 0.6
            let share = largest > 0 ? (min(difference / largest, 1)).squareRoot() : 0
            let place = share.isFinite ? share * Float(Self.colours.count - 1) : Float(Self.colours.count - 1)
            let low = min(Int(place), Self.colours.count - 2)
            let part = place - Float(low)
            let colour = Self.colours[low] * (1 - part) + Self.colours[low + 1] * part
            let cover = min(1, share.isFinite ? share * 1.2 : 1)
            for channel in 0..<3 { values.append(grey * (1 - cover) + colour[channel] * cover) }
        }
        return try Planes(unchecked: 3, height: picture.height, width: picture.width, values: values)
            .image(bitDepth: 8)
    }
}

extension Planes {
    /// The picture with sides of at most `side` pixels: means of whole squares of pixels, or the picture itself.
    public func reduced(toAtMost side: Int) -> Planes {
        guard max(height, width) > side else { return self }
        let side = max(1, side)
        let factor = (max(height, width) + side - 1) / side
        let (rows, columns) = (max(1, height / factor), max(1, width / factor))
        var means: [Float] = []
        means.reserveCapacity(rows * columns * channels)
        for row in 0..<rows {
            for column in 0..<columns {
                for channel in 0..<channels {
                    var sum: Float = 0
                    var count: Float = 0
                    for y in row * factor..<min(height, (row + 1) * factor) {
                        for x in column * factor..<min(width, (column + 1) * factor) {
                            sum += values[(y * width + x) * channels + channel]
                            count += 1
                        }
                    }
                    means.append(sum / count)
                }
            }
        }
        return Planes(unchecked: channels, height: rows, width: columns, values: means)
    }
}
