import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// The mean over the images of a set at one setting, beside what the paper reports.
public struct MeanRow: Sendable, Hashable {
    /// The set.
    public var set: String
    /// The scale, sigma or quality.
    public var setting: Double
    /// Who restored the images.
    public var path: EvaluationPath
    /// The means; nil where an image has no such measure.
    public var score: Score
    /// The 95 % interval of the mean PSNR; nil with it, or for a single image.
    public var psnrInterval: Interval?
    /// The 95 % interval of the mean SSIM.
    public var ssimInterval: Interval?
    /// How many images.
    public var count: Int
    /// How many of them were restored without any difference.
    public var equal: Int
    /// What the paper reports for this network, set and setting.
    public var published: Score?
    /// How many images the set has, where it is a published one.
    public var imagesInSet: Int?

    /// Ours less the paper's.
    public var psnrDifference: Double? { Score.change(score.psnr, published?.psnr) }

    /// Ours less the paper's.
    public var ssimDifference: Double? { Score.change(score.ssim, published?.ssim) }
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
        return MeanRow(
            set: set, setting: setting, path: path,
            score: Score(psnr: Means.mean(scores.map(\.psnr)), ssim: Means.mean(scores.map(\.ssim))),
            psnrInterval: Interval(meanOf: scores.map(\.psnr)), ssimInterval: Interval(meanOf: scores.map(\.ssim)),
            count: scores.count, equal: scores.count { $0.psnr == nil },
            published: EvaluationTask(family) == subject.options.task
                ? known.flatMap { PublishedFigures.score(family, $0, setting: setting) } : nil,
            imagesInSet: known?.imageCount)
    }

    /// How far running 1-bit moves the means of sets: the 1-bit path's less the reference's. Empty unless both were run.
    public static func changes(
        _ means: [MeanRow]
    ) -> [(set: String, setting: Double, psnr: Double?, ssim: Double?)] {
        let references = Dictionary(
            means.filter { $0.path == .reference }
                .map { (Group(set: ExactName($0.set), setting: $0.setting, path: $0.path), $0) },
            uniquingKeysWith: { first, _ in first })
        return means.filter { $0.path == .binarized }.compactMap { binarized in
            let group = Group(set: ExactName(binarized.set), setting: binarized.setting, path: .reference)
            guard let reference = references[group] else { return nil }
            return (
                binarized.set, binarized.setting, Score.change(binarized.score.psnr, reference.score.psnr),
                Score.change(binarized.score.ssim, reference.score.ssim)
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
