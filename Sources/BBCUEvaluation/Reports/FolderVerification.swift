import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUVerification
import TensorBytes

/// The verdicts on all images of a folder, or of a shard of them.
public struct FolderVerification: Sendable, Hashable {
    /// What was verified: what all shards of a run share.
    public typealias Subject = RunSubject<Options>

    /// What decides the verdicts beside the network and the images.
    public struct Options: Codable, Sendable, Hashable {
        /// The form of the reference's arithmetic.
        public var form: ReferenceForm
        /// How the float convolutions of the 1-bit path were computed.
        public var method: FloatMethod

        /// Collects the options.
        public init(form: ReferenceForm, method: FloatMethod) { (self.form, self.method) = (form, method) }
    }

    /// The verdict on one image.
    public struct Row: Codable, Sendable, Hashable {
        /// The image's relative path.
        public var name: String
        /// Whether everything was within its bound and every flip explained.
        public var verdict: Verdict
        /// Columns of the input.
        public var width: Int
        /// Rows of the input.
        public var height: Int
        /// The largest share of its bound that a value of a unit or convolution used.
        @Boundless public var shareOfBound: Double
        /// The module where that was.
        public var worstModule: String
        /// How far the value there is from what it should be.
        @Boundless public var maxAbsDifference: Double
        /// The bound there.
        @Boundless public var bound: Double
        /// Signs that differ between the paths.
        public var flips: Int
        /// Flips that rounding cannot explain.
        public var unexplainedFlips: Int
        /// The smallest margin at a flip; nil where there is none.
        public var smallestMargin: Double?
        /// The largest margin at a flip.
        public var largestMargin: Double?
        /// How many flips have a margin of each size.
        public var marginCounts: MarginHistogram
        /// The first module beyond what rounding and flips can have done.
        public var firstBeyond: String?
        /// The PSNR between the paths' outputs; nil where they are equal.
        public var psnr: Double?
        /// Pixels that differ at 8 bits.
        public var differingPixels: Int
        /// Seconds that the comparison took.
        public var seconds: Double

        private enum CodingKeys: String, CodingKey {
            case name, verdict, width, height, shareOfBound, worstModule, maxAbsDifference, bound, flips,
                unexplainedFlips
            case smallestMargin, largestMargin, marginCounts, firstBeyond, psnr
            case differingPixels = "pixels_8bit_differing"
            case seconds
        }

        /// A verdict of a report.
        public enum Verdict: String, Codable, Sendable { case holds, fails }

        /// Whether everything was within its bound and every flip explained.
        public var holds: Bool { verdict == .holds }
    }

    /// What was verified.
    public var subject: Subject
    /// Which images it holds.
    public var shard: Shard
    /// The items of this shard, so that a report whose names were changed is told from the others.
    public var shardItems: ItemList
    /// The verdicts, in order.
    public var rows: [Row] = []
    /// Images that could not be read.
    public var excluded: [Exclusion] = []

    /// A report without verdicts.
    ///
    /// - Parameter shardItems: nil where the shard is the whole.
    public init(_ subject: Subject, shard: Shard, shardItems: ItemList? = nil) {
        self.subject = subject
        self.shard = shard
        self.shardItems = shardItems ?? subject.items
    }

    /// Whether every image holds.
    public var holds: Bool { rows.allSatisfy(\.holds) }

    /// The image to look at first: of those that fail, else of all, the one that used the largest share of its bound, the
    /// first of several.
    public var worst: Row? {
        rows.min { first, second in
            if first.holds != second.holds { return second.holds }
            return first.shareOfBound > second.shareOfBound
        }
    }
}

extension FolderVerification.Row {
    /// The verdict of a comparison.
    public init(name: String, width: Int, height: Int, _ report: VerificationReport, seconds: Double) {
        let checks =
            report.units.flatMap { [($0.name, $0.binarized), ($0.name, $0.reference)] }
            + report.convolutions.map { ($0.name, $0.worst) }
        let worst = checks.max { $0.1.share < $1.1.share }
        let run = report.endToEnd
        self.init(
            name: name, verdict: report.holds ? .holds : .fails, width: width, height: height,
            shareOfBound: worst?.1.share ?? 0, worstModule: worst?.0 ?? "",
            maxAbsDifference: worst?.1.difference ?? 0, bound: worst?.1.bound ?? 0,
            flips: run.flips, unexplainedFlips: run.unexplainedFlips,
            smallestMargin: run.units.compactMap(\.smallestMargin).min(),
            largestMargin: run.units.compactMap(\.largestMargin).max(),
            marginCounts: run.units.reduce(into: MarginHistogram()) { $0.append($1.margins) },
            firstBeyond: run.firstBeyond,
            psnr: run.psnr, differingPixels: run.differingPixels, seconds: seconds)
    }
}

extension FolderVerification: ShardedReport {
    /// What came of one image.
    public enum Part: Sendable {
        case verdict(Row)
        case excluded(Exclusion)
    }

    public var parts: [(name: String, set: String, part: Part)] {
        rows.map { ($0.name, "", .verdict($0)) } + excluded.map { ($0.name, $0.set, .excluded($0)) }
    }

    public init(_ subject: Subject, parts: [Part]) {
        self.init(subject, shard: .whole)
        for part in parts {
            switch part {
            case .verdict(let row): rows.append(row)
            case .excluded(let exclusion): excluded.append(exclusion)
            }
        }
    }
}
