import BBCUErrorBounds
import BBCUVerification

extension SeriesChart {
    /// The flips of units, or of images, as bars; red where one is not explained.
    static func flips(_ description: String, _ items: [(name: String, flips: Int, unexplained: Int)]) -> SeriesChart {
        SeriesChart(
            description: description, names: items.map(\.name),
            series: [
                .init(
                    meaning: "flips", style: "first", mark: .bars, values: items.map { Double($0.flips) },
                    isBad: items.map { $0.unexplained > 0 })
            ], isLogarithmic: false)
    }
}

extension ReportDocument.Block {
    /// The margins of flips by powers of ten, with the numbers.
    ///
    /// - Parameters:
    ///   - kind: what has flips: unit, image.
    ///   - items: each with its name.
    static func margins(_ kind: String, _ items: [(name: String, margins: MarginHistogram)]) -> ReportDocument.Block {
        let powers = MarginHistogram.powers.indices.reversed().filter { index in
            items.contains { $0.margins.counts[index] > 0 }
        }
        guard !powers.isEmpty else { return .paragraph("No sign differs.") }
        let matrix = MatrixChart(
            description: "Flips of each \(kind) by the size of their margin", names: items.map(\.name),
            rows: powers.map { "1e\(MarginHistogram.powers[$0]) and up" },
            counts: powers.map { power in items.map { $0.margins.counts[power] } })
        let table = ReportTable(
            "Margins of flips", of: items,
            columns: [.text(kind, \.name)]
                + powers.map { power in
                    .number("1e\(MarginHistogram.powers[power])") { String($0.margins.counts[power]) }
                })
        return .figure(
            "The margins of each \(kind)'s flips by powers of ten: how far from zero the sum was. The deeper in colour, "
                + "the more of them; the number is shown on pointing at a cell.",
            matrix.markup, table: table)
    }
}
