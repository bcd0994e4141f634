import BBCUExecution
import BBCUNetworks

/// Who restored the images.
public enum EvaluationPath: String, Codable, Sendable, Hashable, CaseIterable {
    /// The 1-bit execution.
    case binarized
    /// The float reference.
    case reference
    /// Another implementation, whose images were given.
    case outputs
}

/// What was evaluated and how.
public typealias EvaluationSubject = RunSubject<EvaluationOptions>

/// What decides the rows of an evaluation beside the network and the images.
public struct EvaluationOptions: Codable, Sendable, Hashable {
    /// What is restored.
    public var task: EvaluationTask
    /// The scale, the sigmas or the qualities, in the order of the rows.
    public var settings: [Double]
    /// Who restores the images, in the order of the rows.
    public var paths: [EvaluationPath]
    /// Where the degraded images come from.
    public var low = LowImages.made
    /// Whether the degraded images were given as files.
    public var isLowGiven: Bool { low == .given }
    /// The template of the names of given files.
    public var template: String?
    /// The set that all images were counted to.
    public var set: String?
    /// Whether the mean over eight flips and rotations was taken.
    public var selfEnsemble = false
    /// The most items.
    public var limit: Int?
    /// How the float convolutions of the 1-bit path were computed.
    public var method: FloatMethod = .standard
    /// The form of the reference's arithmetic.
    public var form: ReferenceForm = .published

    /// Where degraded images come from: files that were given, or the originals.
    public enum LowImages: String, Codable, Sendable { case given, made }

    /// Options with the usual choices.
    public init(task: EvaluationTask, settings: [Double], paths: [EvaluationPath]) {
        self.task = task
        self.settings = settings
        self.paths = paths
    }
}

/// One image at one setting, restored by one path.
public struct EvaluationRow: Codable, Sendable, Hashable {
    /// The original's relative path.
    public var name: String
    /// Its set.
    public var set: String
    /// The scale, sigma or quality.
    public var setting: Double
    /// Who restored it.
    public var path: EvaluationPath
    /// PSNR by the task's protocol, in dB; nil for equal images.
    public private(set) var psnr: Double?
    /// SSIM by the task's protocol; nil for images with a side under 11 pixels.
    public private(set) var ssim: Double?
    /// Seconds that the network took; nil for images that were given.
    public var seconds: Double?
    /// The SHA-256 of the files that the row comes from: the original, and what was given beside it.
    public var files: [String]

    /// Describes a result.
    public init(
        name: String, set: String, setting: Double, path: EvaluationPath, score: Score, seconds: Double?,
        files: [String]
    ) {
        self.name = name
        self.set = set
        self.setting = setting
        self.path = path
        (psnr, ssim) = (score.psnr, score.ssim)
        self.seconds = seconds
        self.files = files
    }

    /// PSNR and SSIM.
    public var score: Score { Score(psnr: psnr, ssim: ssim) }
}

/// How far the two paths are apart on one image.
public struct BetweenRow: Codable, Sendable, Hashable {
    /// The original's relative path.
    public var name: String
    /// Its set.
    public var set: String
    /// The scale, sigma or quality.
    public var setting: Double
    /// PSNR of the two restored images, by the task's protocol; nil where they are equal.
    public private(set) var psnr: Double?
    /// SSIM of the two restored images.
    public private(set) var ssim: Double?
    /// The 1-bit path's PSNR less the reference's; nil where one of them is infinite and the other not.
    public private(set) var psnrChange: Double?
    /// The 1-bit path's SSIM less the reference's.
    public private(set) var ssimChange: Double?

    /// Compares the two paths.
    ///
    /// - Parameters:
    ///   - score: the two restored images against each other.
    ///   - binarized: the 1-bit path's score.
    ///   - reference: the reference's.
    public init(
        name: String, set: String, setting: Double, score: Score, of binarized: Score, against reference: Score
    ) {
        self.name = name
        self.set = set
        self.setting = setting
        (psnr, ssim) = (score.psnr, score.ssim)
        psnrChange = binarized == reference ? 0 : Score.change(binarized.psnr, reference.psnr)
        ssimChange = Score.change(binarized.ssim, reference.ssim)
    }

    /// PSNR and SSIM of the two restored images.
    public var score: Score { Score(psnr: psnr, ssim: ssim) }
}

/// What came of one item.
public struct ItemResult: Sendable, Hashable {
    /// The item.
    public var item: EvaluationItem
    /// Its rows: by setting, then by path.
    public var rows: [EvaluationRow] = []
    /// Its comparisons of the two paths, by setting.
    public var between: [BetweenRow] = []

    /// An item without results.
    public init(item: EvaluationItem) { self.item = item }
}

/// The results of an evaluation, or of a shard of it.
public struct EvaluationReport: Sendable, Hashable {
    /// What was evaluated.
    public var subject: EvaluationSubject
    /// Which items it holds.
    public var shard: Shard
    /// The items of this shard, so that a report whose names were changed is told from the others.
    public var shardItems: ItemList
    /// The results: by item, then by setting, then by path.
    public var rows: [EvaluationRow] = []
    /// The comparisons of the two paths, by item, then by setting.
    public var between: [BetweenRow] = []
    /// Items that could not be evaluated, in order.
    public var excluded: [Exclusion] = []

    /// A report without results.
    ///
    /// - Parameter shardItems: nil where the shard is the whole.
    public init(_ subject: EvaluationSubject, shard: Shard, shardItems: ItemList? = nil) {
        self.subject = subject
        self.shard = shard
        self.shardItems = shardItems ?? subject.items
    }

    /// Adds what came of an item.
    public mutating func add(_ result: ItemResult) {
        rows += result.rows
        between += result.between
    }

    /// How many items have been done.
    public var itemCount: Int {
        rows.count / max(1, subject.options.settings.count * subject.options.paths.count) + excluded.count
    }
}
