import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// The mean over the images of a set at one setting, beside what the paper reports.
public struct MeanRow: Encodable, Sendable, Hashable {
    /// The set.
    public let set: String
    /// The scale, sigma or quality.
    public let setting: Double
    /// Who restored the images.
    public let path: EvaluationPath
    /// The mean PSNR in dB; nil where an image has none, being equal.
    public let psnr: Double?
    /// The mean SSIM; nil where an image has none.
    public let ssim: Double?
    /// The 95 % interval of the mean PSNR; nil with it, or for a single image.
    public let psnrInterval: Interval?
    /// The 95 % interval of the mean SSIM.
    public let ssimInterval: Interval?
    /// How many images.
    public let count: Int
    /// How many of them were restored without any difference.
    public let equal: Int
    /// How many images the set has, where it is a published one.
    public let imagesInSet: Int?
    /// What the paper reports for this network, set and setting.
    public let published: Score?
    /// The mean PSNR less the paper's.
    public let psnrDifference: Double?
    /// The mean SSIM less the paper's.
    public let ssimDifference: Double?

    init(
        _ set: String, _ setting: Double, _ path: EvaluationPath, _ scores: [Score], published: Score?,
        in known: PublishedSet?
    ) {
        (self.set, self.setting, self.path) = (set, setting, path)
        psnr = Means.mean(scores.map(\.psnr))
        ssim = Means.mean(scores.map(\.ssim))
        psnrInterval = Interval(meanOf: scores.map(\.psnr))
        ssimInterval = Interval(meanOf: scores.map(\.ssim))
        count = scores.count
        equal = scores.count { $0.psnr == nil }
        imagesInSet = known?.imageCount
        self.published = published
        psnrDifference = Score.change(psnr, published?.psnr)
        ssimDifference = Score.change(ssim, published?.ssim)
    }
}

extension EvaluationReport {
    /// The means, computed from the rows in their order: by set in the order of its first image, by setting, by path.
    public var means: [MeanRow] {
        var sets: [String] = []
        var known: Set<ExactName> = []
        var groups: [Group: [Score]] = [:]
        for row in rows {
            if known.insert(ExactName(row.set)).inserted { sets.append(row.set) }
            groups[Group(set: ExactName(row.set), setting: row.setting, path: row.path), default: []].append(row.score)
        }
        let options = subject.options
        return sets.flatMap { set in
            options.settings.flatMap { setting in
                options.paths.compactMap { path in
                    groups[Group(set: ExactName(set), setting: setting, path: path)].map {
                        mean(set, setting, path, $0)
                    }
                }
            }
        }
    }

    private struct Group: Hashable {
        var set: ExactName
        var setting: Double
        var path: EvaluationPath
    }

    private func mean(_ set: String, _ setting: Double, _ path: EvaluationPath, _ scores: [Score]) -> MeanRow {
        let known = PublishedSet(ignoringCase: set)
        let family = subject.network.family
        let published =
            family.task == subject.options.task
            ? known.flatMap { PublishedFigures.score(family, $0, setting: setting) } : nil
        return MeanRow(set, setting, path, scores, published: published, in: known)
    }

    /// How far running 1-bit moves the means of sets: the 1-bit path's less the reference's. Empty unless both were run.
    public static func changes(
        _ means: [MeanRow]
    ) -> [(set: String, setting: Double, psnr: Double?, ssim: Double?)] {
        let references = Dictionary(
            means.filter { $0.path == .reference }
                .map { (Group(set: ExactName($0.set), setting: $0.setting, path: $0.path), $0) },
            uniquingKeysWith: { first, _ in first })
        return means.filter { $0.path == .binarized }.compactMap { mean in
            let group = Group(set: ExactName(mean.set), setting: mean.setting, path: .reference)
            guard let reference = references[group] else { return nil }
            return (
                mean.set, mean.setting, Score.change(mean.psnr, reference.psnr), Score.change(mean.ssim, reference.ssim)
            )
        }
    }
}

extension Score {
    /// The first less the second; nil where one of them is missing.
    static func change(_ first: Double?, _ second: Double?) -> Double? {
        guard let first, let second else { return nil }
        return first - second
    }
}
