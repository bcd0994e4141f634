import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUVerification
import TensorBytes

/// What the two paths of a verification make of an image, as pictures of one size.
package struct VerificationPictures: Sendable {
    /// What went in.
    package var input: PagePicture
    /// What the float32 reference made.
    package var reference: PagePicture
    /// What the 1-bit path made.
    package var binarized: PagePicture
    /// Where the two differ, over the reference's picture.
    package var differences: PagePicture
    /// The difference that the strongest colour of ``differences`` stands for, of a range of 1.
    package var scale: Double

    /// Collects the pictures.
    package init(
        input: PagePicture, reference: PagePicture, binarized: PagePicture, differences: PagePicture, scale: Double
    ) {
        (self.input, self.reference, self.binarized) = (input, reference, binarized)
        (self.differences, self.scale) = (differences, scale)
    }
}

extension VerificationPictures {
    /// What went in and what came out, and where the two paths differ.
    var blocks: [ReportDocument.Block] {
        let shades = NumberText.fixed(scale * 255, decimals: 2)
        let caption =
            scale > 0
            ? "The largest difference of a pixel's channels, over the reference's picture in grey: from nothing over violet "
                + "and orange to yellow, which stands for \(NumberText.scientific(scale)) (\(shades) of 255)."
            : "The two pictures are equal in every bit."
        return [
            .page {
                [
                    .pictures(
                        [
                            .init("input", input, style: "pixels"), .init("reference", reference),
                            .init("1-bit", binarized),
                        ], isCompared: true), .heading("Where the two paths differ"),
                    .pictures([.init("differences", differences, caption: RichText(caption), style: "wide")]),
                ]
            }
        ]
    }
}

extension VerificationReport {
    var diagram: ReportDocument.Section {
        let checks = Dictionary(units.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let modules = Dictionary(
            endToEnd.modules.map { ($0.name, $0.worst) }, uniquingKeysWith: { first, _ in first })
        let firstWrong = units.first { !$0.holds }?.name ?? endToEnd.firstBeyond
        let boxes = NetworkDiagram.markup(network) { name in
            guard let unit = checks[name] else {
                return modules[name].flatMap { worst in
                    worst.holds
                        ? nil
                        : .init(
                            style: "beyond", text: "beyond its bound", row: "free-\(name)", isMarked: name == firstWrong
                        )
                }
            }
            return .init(
                style: NetworkDiagram.style(ofShare: unit.binarized.share, holds: unit.holds),
                text: NumberText.percent(unit.binarized.share) + (unit.holds ? "" : " !"), row: "unit-\(name)",
                isMarked: name == firstWrong)
        }
        return .init(
            "network", "The network",
            [
                .page {
                    [
                        .paragraph(
                            "Each 1-bit unit on the same input as the reference's, by the share of its rounding bound."),
                        .drawing { NetworkDiagram.key }, .drawing { boxes },
                    ]
                }
            ])
    }

    /// What the weights of the units are like.
    func parameterSection(_ units: [UnitSummary]) -> ReportDocument.Section {
        let names = units.map(\.name)
        let alpha = extents("alpha", "Alpha, the factor of the integer sums", names, units.map(\.alpha))
        let shift = extents("shift", "Shifts before the sign", names, units.map(\.shift))
        let flips = Dictionary(endToEnd.units.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let activations = names.map { name in
            flips[name].map { Double($0.positives) / Double(max(1, $0.signs)) }
        }
        let shares = SeriesChart(
            description: "Share of positive signs in each unit", names: names,
            series: [
                .init(
                    meaning: "weights", style: "first", mark: .dots, values: units.map(\.positiveWeights)),
                .init(meaning: "activations, reference's run", style: "second", mark: .dots, values: activations),
            ], isLogarithmic: false)
        let activation = Dictionary(zip(names, activations), uniquingKeysWith: { first, _ in first })
        func columns(
            _ name: String, _ extent: @escaping (UnitSummary) -> UnitSummary.Extent
        ) -> [ReportTable.Column<UnitSummary>] {
            [
                .number(name) { NumberText.significant(extent($0).mean, 3) },
                .number("from") { NumberText.significant(extent($0).smallest, 3) },
                .number("to") { NumberText.significant(extent($0).largest, 3) },
            ]
        }
        let table = ReportTable(
            "Parameters of the units", of: units,
            columns: [.code("unit", \.name)] + columns("alpha", \.alpha) + columns("shift", \.shift) + [
                .number("weights > 0") { NumberText.percent($0.positiveWeights) },
                .number("weights = 0") { String($0.zeroWeights) },
                .number("activations > 0") { (activation[$0.name] ?? nil).map { NumberText.percent($0) } ?? "" },
            ])
        return .init(
            "parameters", "What the units are made of", if: !units.isEmpty,
            [
                .page {
                    [
                        alpha, shift,
                        .figure("The share of positive signs.", key: shares.key, shares.markup, table: table),
                    ]
                }
            ])
    }

    private func extents(
        _ name: String, _ caption: String, _ names: [String], _ extents: [UnitSummary.Extent]
    ) -> ReportDocument.Block {
        let chart = ExtentChart(description: caption, names: names, extents: extents)
        return .figure("\(caption): the mean (dot), the smallest and the largest (line).", chart.markup)
    }
}
