import BBCUPlatform

/// Shrinking by a whole factor as MATLAB's `imresize(image, 1 / r, 'bicubic')` does to an image as double, rounded to 8
/// bits once at the end, half away from zero.
///
/// The cubic kernel (Keys, 1981, a = -0.5) is stretched by r against aliasing; output i, counted from 1, has its centre at
/// i r + 0.5 (1 - r); the weights are normalised; the border is mirrored with the edge pixel repeated; first along the
/// columns (rows are combined), then along the rows.
public struct MATLABBicubic: Sendable {
    /// The factor r.
    public let factor: Int
    /// The weights of the pixels that an output pixel is made of; the same for every output pixel, since r is whole.
    private let weights: [Double]
    /// Where the first of these pixels lies, from the first pixel of the output's own.
    private let firstOffset: Int

    /// The largest factor: every output pixel is made of four times as many in a row.
    public static let largestFactor = 1024

    /// A shrinking by a factor from 1 to ``largestFactor``.
    /// - Throws: ``EvaluationError`` for another.
    public init(factor: Int) throws(EvaluationError) {
        guard (1...Self.largestFactor).contains(factor) else {
            throw EvaluationError(
                .value, file: "factor", found: "found \(factor)",
                expected: "a whole number from 1 to \(Self.largestFactor)")
        }
        self.factor = factor
        let r = Double(self.factor)
        // The centre of output 0, counted from 0: (1) r + 0.5 (1 - r) - 1.
        let centre = 0.5 * (r - 1)
        let first = Int((centre - 2 * r).rounded(.down))
        let last = Int((centre + 2 * r).rounded(.up))
        let taps = (first...last).map { Self.cubic((centre - Double($0)) / r) / r }
        // What lies outside the kernel has no weight.
        let used = taps.indices.filter { taps[$0] != 0 }
        let (start, end) = (used.first ?? 0, used.last ?? 0)
        let sum = taps[start...end].reduce(0, +)
        weights = taps[start...end].map { $0 / sum }
        firstOffset = first + start
    }

    /// The values of all samples as double.
    private static let intensities = (0...255).map { Double($0) / 255 }

    /// Keys' kernel.
    static func cubic(_ distance: Double) -> Double {
        let x = abs(distance)
        if x <= 1 { return (1.5 * x - 2.5) * x * x + 1 }
        return x <= 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
    }

    /// The image shrunk: both sides divided by the factor, rounded up.
    public func shrink(_ image: ByteImage) -> ByteImage {
        let (width, height) = ((image.width + factor - 1) / factor, (image.height + factor - 1) / factor)
        let source = image.samples.span
        let rowLength = image.width * image.channels
        // One row of the output at a time: its rows combined, then its columns.
        var samples: [UInt8] = []
        samples.reserveCapacity(width * height * image.channels)
        for row in 0..<height {
            var combined = [Double](repeating: 0, count: rowLength)
            for (tap, weight) in weights.enumerated() {
                let start = Self.mirrored(row * factor + firstOffset + tap, image.height) * rowLength
                for index in 0..<rowLength { combined[index] += weight * Self.intensities[Int(source[start + index])] }
            }
            for column in 0..<width {
                for channel in 0..<image.channels {
                    var sum = 0.0
                    for (tap, weight) in weights.enumerated() {
                        let from = Self.mirrored(column * factor + firstOffset + tap, image.width)
                        sum += weight * combined[from * image.channels + channel]
                    }
                    samples.append(UInt8(min(max((sum * 255).rounded(.toNearestOrAwayFromZero), 0), 255)))
                }
            }
        }
        return ByteImage(unchecked: width, height, image.channels, samples)
    }

    /// The pixel that stands at an index before or behind the image: 1 0 | 0 1 2 | 2 1.
    private static func mirrored(_ index: Int, _ count: Int) -> Int {
        let period = 2 * count
        let place = ((index % period) + period) % period
        return place < count ? place : period - 1 - place
    }
}
