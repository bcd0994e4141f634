import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUVerification

extension VerificationReport {
    /// What went in and what came out, and where the two paths differ.
    static func pictureSection(_ pictures: VerificationPictures) -> ReportPage.Section {
        let named: [(String, PagePicture, String?)] = [
            ("input", pictures.input, "pixels"), ("reference", pictures.reference, nil),
            ("1-bit", pictures.binarized, nil),
        ]
        let figures = named.map { name, picture, style in
            Markup.tag(
                "figure", [:],
                [picture.markup(["data-name": name, "class": style]), .tag("figcaption", [:], picture.description)])
        }
        let scale = pictures.scale
        let shades = NumberText.fixed(scale * 255, decimals: 2)
        return .init(
            "pictures", "In the picture",
            [
                .tag("div", ["class": "compare"], [.tag("div", ["class": "pictures"], figures)]),
                .tag("h3", [:], "Where the two paths differ"),
                .tag(
                    "figure", [:],
                    [
                        pictures.differences.markup(["class": "wide"]),
                        .tag(
                            "figcaption", [:],
                            scale > 0
                                ? "The largest difference of a pixel's channels, over the reference's picture in grey: "
                                    + "from nothing over violet and orange to yellow, which stands for "
                                    + "\(NumberText.scientific(scale)) (\(shades) of 255)."
                                : "The two pictures are equal in every bit."),
                    ]),
            ])
    }

    /// What the weights of the units are like.
    func parameterSection(_ units: [UnitSummary]) -> ReportPage.Section {
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
        var table = DataTable(
            "Parameters of the units",
            ["unit", "alpha", "from", "to", "shift", "from", "to", "weights > 0", "weights = 0", "activations > 0"])
        for (unit, share) in zip(units, activations) {
            let numbers = [unit.alpha, unit.shift].flatMap { [$0.mean, $0.smallest, $0.largest] }
            table.add(
                [unit.name] + numbers.map { NumberText.significant($0, 3) } + [
                    NumberText.percent(unit.positiveWeights), String(unit.zeroWeights),
                    share.map { NumberText.percent($0) } ?? "",
                ])
        }
        return .init(
            "parameters", "What the units are made of",
            [
                alpha, shift,
                .figure("The share of positive signs.", key: shares.key, shares.markup, table: table),
            ])
    }

    private func extents(
        _ name: String, _ caption: String, _ names: [String], _ extents: [UnitSummary.Extent]
    ) -> Markup {
        let chart = ExtentChart(description: caption, names: names, extents: extents)
        return .figure(caption + ": the mean (dot), the smallest and the largest (line).", chart.markup)
    }
}
