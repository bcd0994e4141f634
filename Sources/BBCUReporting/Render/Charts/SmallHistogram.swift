import TensorBytes
import TensorFiles

/// One or two histograms over the same bins, small enough to stand beside many others.
struct SmallHistogram {
    var description: String
    /// Histograms over the same bins, with classes of the style sheet; the second is drawn as a line over the first.
    var histograms: [(histogram: ValueHistogram, style: String)]

    /// The drawing.
    var markup: Markup {
        let (width, height, base) = (240.0, 110.0, 92.0)
        let most = Double(histograms.flatMap(\.histogram.counts).max() ?? 1)
        var content: [Markup] = []
        for (place, item) in histograms.enumerated() {
            let counts = item.histogram.counts
            let bin = width / Double(counts.count)
            let tops = counts.map { base - (base - 4) * Double($0) / max(1, most) }
            if place == 0 {
                content += counts.indices.filter { counts[$0] > 0 }.map { index in
                    .tag(
                        "rect",
                        [
                            "class": item.style, "x": ChartFrame.number(bin * Double(index)),
                            "y": ChartFrame.number(tops[index]), "width": ChartFrame.number(max(1, bin - 0.5)),
                            "height": ChartFrame.number(base - tops[index]),
                        ])
                }
            } else {
                let points = tops.enumerated().map { index, top in
                    ChartFrame.number(bin * (Double(index) + 0.5)) + "," + ChartFrame.number(top)
                }
                content.append(
                    .tag("polyline", ["class": "line " + item.style, "points": points.joined(separator: " ")]))
            }
        }
        guard let first = histograms.first?.histogram else { return .group([]) }
        content.append(
            .tag("line", ["class": "grid", "x1": "0", "x2": "240", "y1": "92", "y2": "92"]))
        content.append(
            .tag("text", ["x": "0", "y": "106", "class": "muted"], NumberText.significant(first.lowest, 3)))
        content.append(
            .tag(
                "text", ["x": "240", "y": "106", "text-anchor": "end", "class": "muted"],
                NumberText.significant(first.highest, 3)))
        return .tag(
            "svg",
            [
                "viewBox": "0 0 \(ChartFrame.number(width)) \(ChartFrame.number(height))", "role": "img",
                "aria-label": description,
            ], content)
    }

    /// Many of them.
    static func gallery(_ items: [(name: String, detail: String, chart: SmallHistogram)]) -> Markup {
        guard !items.isEmpty else { return .group([]) }
        return .tag(
            "div", ["class": "multiples"],
            items.map { item in
                .tag(
                    "figure", [:],
                    [
                        .tag("figcaption", [:], [.code(item.name, atMost: 80), .text(" " + item.detail)]),
                        item.chart.markup,
                    ])
            })
    }
}
