import BBCUEvaluation
import BBCUKit
import BBCUPlatform
import BBCUReporting

extension EvaluationRun {
    /// Sides of a part of an image on a page, in pixels of the original.
    private static let side = 128

    /// The parts of the worst and best images that a page shows; each is restored again.
    ///
    /// - Throws: what running an image throws.
    func crops(of report: EvaluationReport, items: [EvaluationItem]) throws -> [EvaluationCrop] {
        try report.shownRows.compactMap { row, isWorst in
            guard let item = items.first(where: { $0.name.isExactly(row.name) && $0.set.isExactly(row.set) }),
                let degradation = Degradation(options.task, setting: row.setting)
            else { return nil }
            let files = try files(of: item)
            let original = try channels(of: ImageFiles.bytes(item.path))
            let trial = try trial(original, degradation, low: files.low[row.setting])
            let (after, _) = try restored(trial, row.path, output: files.outputs[row.setting])
            let before = try Trial.image(trial.input).enlarged(to: trial.target)
            guard let place = trial.target.worstSquare(of: after, side: Self.side) else { return nil }
            let parts = try [before, after, trial.target].map { image in
                try PagePictures.picture(
                    image.part(place) ?? image, "\(place.width) x \(place.height) pixels of \(item.name.printable())")
            }
            guard let first = parts[0], let second = parts[1], let third = parts[2] else { return nil }
            return EvaluationCrop(row: row, isWorst: isWorst, before: first, after: second, original: third)
        }
    }
}
