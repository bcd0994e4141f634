import BBCUPlatform
import TensorBytes

/// How close images are to others: what `bbcu compare` reports.
public struct ComparisonReport: JSONModel, Sendable {
    /// One pair.
    public struct Pair: Encodable, Sendable, Hashable {
        /// The relative path, or the first file's name.
        public var name: String
        /// Pixels in a row, before the border is cropped.
        public var width: Int
        /// Rows, before the border is cropped.
        public var height: Int
        /// PSNR and SSIM.
        public var score: Score
        /// The largest difference of a value, in grey levels of 255.
        public var largestDifference: Double

        public func encode(to encoder: any Encoder) throws {
            try encoder.encode(
                ["name": name, "width": width, "height": height], with: score,
                JSONMembers(["largest_difference": largestDifference]))
        }
    }

    /// The first file or folder, as it was given.
    public var first: String
    /// The second.
    public var second: String
    /// Whether luma was compared.
    public var isLuma: Bool
    /// Pixels cropped on each side.
    public var border: Int
    /// Every pair in order.
    public var pairs: [Pair] = []
    /// What could not be compared.
    public var excluded: [Exclusion] = []

    /// A report without pairs.
    public init(_ first: String, _ second: String, isLuma: Bool, border: Int) {
        self.first = first
        self.second = second
        self.isLuma = isLuma
        self.border = border
    }

    /// The report as `Schemas/compare.schema.json` describes it.
    public func encode(to encoder: any Encoder) throws {
        try mean.encode(to: encoder)
        try encoder.encode([
            "count": pairs.count, "equal": equal, "first": first, "second": second,
            "values": isLuma ? "luma" : "all", "border": border, "images": pairs,
            "excluded": excluded.map(\.withoutSet),
        ])
    }

    /// The means; PSNR is nil where any pair is equal.
    public var mean: Score {
        Score(psnr: Means.mean(pairs.map(\.score.psnr)), ssim: Means.mean(pairs.map(\.score.ssim)))
    }

    /// How many pairs are equal.
    public var equal: Int { pairs.count { $0.score.psnr == nil } }

    /// Compares two images and adds the pair.
    /// - Throws: ``EvaluationError`` where the sizes differ or the border leaves nothing.
    public mutating func add(_ name: String, _ first: ComparedImage, _ second: ComparedImage) throws(EvaluationError) {
        pairs.append(try compare(name, first, second))
    }

    private func compare(_ name: String, _ first: ComparedImage, _ second: ComparedImage) throws(EvaluationError)
        -> Pair
    {
        guard first.width == second.width, first.height == second.height else {
            throw EvaluationError(
                .size, file: name,
                found: "found \(first.width)x\(first.height) and \(second.width)x\(second.height) pixels",
                expected: "images of one size")
        }
        let isColour = first.channels == 3 || second.channels == 3
        let images = [first, second].map { isLuma ? $0.luma : isColour ? $0.withThreeChannels : $0 }
        guard let left = images[0].withoutBorder(border), let right = images[1].withoutBorder(border),
            let score = Score(left, right)
        else {
            throw EvaluationError(
                .size, file: name, found: "found \(first.width)x\(first.height) pixels",
                expected: "more than the \(border) that are cropped on each side")
        }
        let largest = (0..<left.height).reduce(0.0) { largest, row in
            zip(left.row(row), right.row(row)).reduce(largest) { max($0, abs($1.0 - $1.1)) }
        }
        return Pair(
            name: name, width: first.width, height: first.height, score: score, largestDifference: largest)
    }
}
