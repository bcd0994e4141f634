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
                let crop = try worstPart(of: row, item, side: Self.side)
            else { return nil }
            let pictures = try [crop.before, crop.after, crop.original].map { image in
                try PagePictures.picture(
                    image, "\(crop.original.width) x \(crop.original.height) pixels of \(item.name.printable())")
            }
            guard let before = pictures[0], let after = pictures[1], let original = pictures[2] else { return nil }
            return EvaluationCrop(row: row, isWorst: isWorst, before: before, after: after, original: original)
        }
    }
}
